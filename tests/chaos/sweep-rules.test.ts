import { describeSweep } from './describe-sweep';

describeSweep(['a rule and a hire for tomorrow'], { strideOfCrashes: 3, strideOfOthers: 15 });
