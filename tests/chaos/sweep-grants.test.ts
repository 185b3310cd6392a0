import { describeSweep } from './describe-sweep';

describeSweep(['a second grant comes while the first is applied', 'two grants overlap and one is revoked']);
