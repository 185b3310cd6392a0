import { describeSweep } from './describe-sweep';

describeSweep(['two grants overlap and one is revoked'], { strideOfCrashes: 5, strideOfOthers: 23 });
