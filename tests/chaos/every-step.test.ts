import { describeSweep } from './describe-sweep';
import { FIXED_STORIES } from './fixed-stories';

describeSweep(Object.keys(FIXED_STORIES), { strideOfCrashes: 1, strideOfOthers: 1 });
