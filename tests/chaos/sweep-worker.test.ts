import { describeSweep } from './describe-sweep';

describeSweep(['somebody joins, moves and leaves']);
