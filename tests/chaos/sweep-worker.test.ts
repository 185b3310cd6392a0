import { describeSweep } from './describe-sweep';

describeSweep(['somebody joins, moves and leaves'], { strideOfCrashes: 1, strideOfOthers: 5 });
