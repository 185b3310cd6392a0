import type { WhyNotErasable } from '../../domain/ledger/erasure';
import { AppError } from '../../errors';

type WhyNotNow = 'is-marked' | 'has-open-call' | 'is-held' | 'is-found' | 'is-refused' | 'is-observed';

const WHY: Readonly<Record<NonNullable<WhyNotErasable> | WhyNotNow, string>> = {
  'at-work': 'they work here, or something is said of them for a day ahead',
  'kept-out': 'they are kept out still, and that would be forgotten',
  'has-reasons': 'they have a reason for access, or one that begins on a later day',
  'is-member': 'they are in a group that this application knows of',
  'in-doubt': 'it is not decided who they are: see their page',
  'joined-another': 'they were joined with somebody else: erase that person',
  'is-marked': 'the next run is to look at them: try again in some minutes',
  'has-open-call': 'a call about them is open: try again in some minutes',
  'is-held': 'a plan holds a removal of theirs',
  'is-found':
    'the last audit found them in a group: see its finding leaver-present. Where they are out by now, the next audit says so',
  'is-refused':
    'UiPath refused to take them out of a group, and no audit has looked since whether they are in it: the next one does',
  'is-observed':
    'the organization is in observe, or was until some minutes ago, or its own record cannot be read to tell: they may be in groups that they are to be taken out of',
};

/** Why somebody cannot be erased, for readers. */
export function whyNotErasableText(why: NonNullable<WhyNotErasable>): string {
  return WHY[why];
}

/** @throws AppError `person-not-erasable` with why; undefined: they can be */
export function refuseToErase(why: keyof typeof WHY | undefined): void {
  if (why !== undefined)
    throw new AppError('person-not-erasable', `The person cannot be erased: ${WHY[why]}`);
}
