import { describeSweep } from './describe-sweep';

describeSweep(['two grants overlap and one is revoked'], { strideOfCrashes: 3, strideOfOthers: 15 });
