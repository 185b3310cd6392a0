import { describeSweep } from './describe-sweep';

describeSweep(['a rule and a hire for tomorrow'], { strideOfCrashes: 5, strideOfOthers: 23 });
