import type { Lane } from '../../domain/lane';

/**
 * Calls to UiPath by the lane whose quota they spend. Who names only one lane cannot spend the other: the reserve for
 * leavers is out of reach.
 */
export type UiPathInLane<Calls, L extends Lane = Lane> = Readonly<Record<L, Readonly<Calls>>>;
