import { inWords } from './change-in-words';
import { keyOfChange, type LeftOut, type PlannedChange, type ProposedPlan } from './proposed-plan';

/** Something that is not as it was when a plan was made. `about`: as in the facts, or of a change `<group id>/<directory id>`. */
export type MovedFact = Readonly<{
  about: string;
  personKey?: string;
  memberId?: string;
  /** The name of the group, where it is about one. */
  at?: string;
  what: string;
}>;

/**
 * What is not as it was: facts that differ, and changes that the plan would not make any more, or would make besides. `policyHash`: the
 * version in force now.
 */
export function movedSince(
  before: Pick<ProposedPlan, 'policyHash' | 'facts' | 'changes'>,
  now: Pick<ProposedPlan, 'policyHash' | 'facts' | 'changes' | 'leftOut'>,
): readonly MovedFact[] {
  const policy =
    before.policyHash === now.policyHash
      ? []
      : [{ about: 'policy', what: 'another version of the policy is in force' }];
  const [had, has] = [before, now].map(({ facts }) => new Map(facts.map((one) => [one.about, one.facts])));
  const differing = [...new Set([...(had?.keys() ?? []), ...(has?.keys() ?? [])])].flatMap((about) =>
    differencesOf(about, had?.get(about), has?.get(about)),
  );
  const told = new Set(differing.flatMap(({ about }) => about));
  const [made, makes] = [before, now].map(
    ({ changes }) => new Map(changes.map((one) => [keyOfChange(one), one])),
  );
  const whyNot = new Map(now.leftOut.map((one) => [memberOf(one), one.why]));
  const notAnyMore = (one: PlannedChange): string => {
    const why = whyNot.get(memberOf(one));
    return `${inWords(one)}: this would not be done any more${why === undefined ? '' : `, as ${why}`}`;
  };
  const changed = [
    ...[...(made ?? [])]
      .filter(([key]) => makes?.has(key) !== true)
      .map(([, one]) => ofChange(one, notAnyMore(one))),
    ...[...(makes ?? [])]
      .filter(([key]) => made?.has(key) !== true)
      .map(([, one]) => ofChange(one, `${inWords(one)}: this would be done as well`)),
  ];
  return [
    ...policy,
    ...differing,
    ...changed.filter(({ personKey = '' }) => !told.has(`person:${personKey}`)),
  ];
}

/** Whatever the group is called by now. */
function memberOf({ at, groupId = at, memberId = '' }: LeftOut | PlannedChange): string {
  return `${groupId}/${memberId}`;
}

function differencesOf(
  about: string,
  before: Readonly<Record<string, string>> | undefined,
  now: Readonly<Record<string, string>> | undefined,
): readonly MovedFact[] {
  // What is only in one of the two is told by its change.
  if (before === undefined || now === undefined) return [];
  const [kind, id] = [about.slice(0, about.indexOf(':')), about.slice(about.indexOf(':') + 1)];
  const named = {
    ...(kind === 'person' ? { personKey: id } : kind === 'member' ? { memberId: id } : {}),
    ...(kind === 'group' ? { at: before['name'] ?? id } : {}),
  };
  return [...new Set([...Object.keys(before), ...Object.keys(now)])]
    .filter((name) => before[name] !== now[name])
    .map((name) => ({
      about,
      ...named,
      what: `${name}: ${before[name] ?? 'nothing'} before, ${now[name] ?? 'nothing'} now`,
    }));
}

function ofChange({ at, groupId, personKey, memberId }: PlannedChange, what: string): MovedFact {
  return {
    about: `${groupId ?? at}/${memberId ?? ''}`,
    at,
    ...(personKey === undefined ? {} : { personKey }),
    ...(memberId === undefined ? {} : { memberId }),
    what,
  };
}
