import { describeSweep } from './describe-sweep';

describeSweep(['somebody joins, moves and leaves', 'a second grant comes while the first is applied']);
