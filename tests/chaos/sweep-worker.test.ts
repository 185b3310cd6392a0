import { describeSweep } from './describe-sweep';

describeSweep(['somebody joins, moves and leaves'], { strideOfCrashes: 4, strideOfOthers: 15 });
