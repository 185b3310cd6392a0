import { describeSweep } from './describe-sweep';

describeSweep(['somebody joins, moves and leaves'], { strideOfCrashes: 2, strideOfOthers: 9 });
