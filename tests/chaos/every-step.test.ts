import { describeSweep } from './describe-sweep';
import { FIXED_STORIES } from './fixed-stories';

describeSweep(Object.keys(FIXED_STORIES), { strideOfOthers: 1 });
