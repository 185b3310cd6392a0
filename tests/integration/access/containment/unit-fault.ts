import type { Story, Thing } from './fault-story';

/** The units of failure of docs/containment.md. */
type FailingUnitKind =
  | 'row'
  | 'person'
  | 'group'
  | 'attempt'
  | 'hold'
  | 'rule'
  | 'entity'
  | 'finding'
  | 'dead letter'
  | 'source'
  | 'organization'
  | 'tick';

/** Puts right what was wrong, as time or an operator does. */
export type EndFault = () => Promise<void> | void;

/** Something that goes wrong with one unit. */
export type UnitFault = Readonly<{
  unit: FailingUnitKind;
  how: string;
  /** Begins it, and says the words that meet it. */
  begin: (story: Story) => Promise<EndFault>;
  /** What may be late while it lasts. */
  concerns?: (thing: Thing) => boolean;
  /** An organization that cannot be audited while it lasts. */
  leavesWithoutReport?: string;
  /** Whether somebody who looks can see it by now. */
  isVisible: (story: Story) => Promise<boolean> | boolean;
}>;
