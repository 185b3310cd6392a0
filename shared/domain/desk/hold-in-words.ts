import type { HeldRemoval } from '../plan/hold';
import { AGREED, editOfCause, type TrippedGuard } from '../plan/guards';

/** What a guard saw, as a sentence, also one that another version has. `nameOf`: what UiPath calls a group, by its id. Names in it are as they came. */
export function guardText(
  { guard, scope, removals, whole }: Omit<TrippedGuard, 'guard'> & Readonly<{ guard: string }>,
  nameOf: (groupId: string) => string,
): string {
  switch (guard) {
    case 'group':
      return `${nameOf(scope)} would lose ${removals} of ${whole} members at once`;
    case 'day':
      return `${nameOf(scope)} would lose ${removals} of ${whole} members within 24 hours`;
    case 'run':
      return `${removals} removals at once, with ${whole} people in the ledger`;
    case 'batch':
      return `${causeText(scope)}: ${removals} removals within an hour, with ${whole} people in the ledger`;
    default:
      return `guard ${guard} of ${nameOf(scope)}: ${removals} removals of ${whole}`;
  }
}

/** Why a removal is planned, in words; what is no word of this version stays as it is. */
export function removalText({ why }: Pick<HeldRemoval, 'why'>): string {
  return why.map(causeOfChangeText).join(', ');
}

/** A name of each group of some removals, by id; an id that is none of theirs stays. */
export function groupNamesOf(
  removals: ReadonlyArray<Pick<HeldRemoval, 'groupId' | 'groupName'>>,
): (groupId: string) => string {
  const names = new Map(removals.map(({ groupId, groupName }) => [groupId, groupName]));
  return (groupId) => names.get(groupId) ?? groupId;
}

function causeText(cause: string): string {
  const edit = editOfCause(cause);
  if (edit !== undefined)
    return `the edit of the policy ${edit.hash}${edit.empties ? ', which leaves a group or a birthright line without people' : ''}`;
  switch (cause) {
    case 'time':
      return 'dates that passed';
    case AGREED:
      return 'ends that were agreed with an approval';
    case 'audit':
      return 'what an audit found';
    default:
      return `the source ${cause}`;
  }
}

/** What gave or took a membership, in words; what is no word of this version stays as it is. */
export function causeOfChangeText(why: string): string {
  const [kind = '', ...rest] = why.split(':');
  const what = rest.join(':');
  switch (kind) {
    case 'left':
      return 'has left';
    case 'no-reason':
      return 'nothing gives it any more';
    case 'birthright':
      return `by the birthright line ${what}`;
    case 'grant':
      return `by the request ${what}`;
    case 'finding':
      return `by the finding ${what}`;
    default:
      return why;
  }
}
