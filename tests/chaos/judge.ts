import { checkEvidence, evidenceKey } from './evidence-check';
import type { UiPathSandbox } from '../../sandbox/uipath/sandbox-controls';
import { heldNow, judgeGuards, judgeHolds, readHolds, type HeldNow, type Released } from './judge-holds';
import { agreedEnds, expectedFor, expectedRules, type Expected, type ExpectedRule } from './expected-access';
import type { HistoryStorage } from './history-storage';
import { refusalsIn } from './refusals';
import type { MembershipChange } from './stepped-fetch';
import type { Body } from './story';
import {
  ALIAS,
  GROUPS,
  LEAD,
  MANAGED,
  newAddressOf,
  personBehind,
  PEOPLE,
  SEED,
  sourceOf,
  WINDOW_MS,
  type TestOrganization,
} from './test-organization';

/** `isInOpenCall`: a call of ours was open that adds the same; whether it was ever sent nobody can tell, and it counts as ours. */
type Hand = Readonly<{
  atMs: number;
  group: string;
  person: string;
  joined: boolean;
  isInOpenCall: boolean;
}>;

/** Everything that was seen from outside while a history was played. */
export type Seen = Readonly<{
  organization: TestOrganization;
  personOf: ReadonlyMap<string, string>;
  /** The account of each person: it stays where its address changes. */
  idOf: (person: string) => string;
  /** What the application's PUTs did. */
  changes: MembershipChange[];
  /** What people did in the portal. */
  hands: Hand[];
  /** Names that groups were given by hand, by id. */
  groupNames: Map<string, string>;
  /** People whose account has another address by now. */
  renamed: Set<string>;
  /** Names and ids of groups that somebody deleted. What became of an open call of one nobody can tell any more. */
  deletedGroups: Set<string>;
  /** Held removals that a person released. */
  released: Released[];
  /** Removals of whom an approval let the access end, as far as was known when they were made. */
  agreed: Released[];
  /** How much later than it was sent a call may arrive. */
  latencyMs: number;
  /** Reads lagged behind, or a call arrived after its writer had been replaced, so that a change may be sent a second time. */
  repeatsAllowed: boolean;
}>;

/** What the application may know: `known` when its run began, and perhaps, in this order, what was taken up since. */
export type Knowledge = Readonly<{
  nowMs: number;
  startedAtMs: number;
  known: readonly Body[];
  maybe: readonly Body[];
  /** Of these the ones that were followed to their end: one that was taken up before them, and failed, may not be known. */
  finished?: readonly Body[];
}>;

/** Judges one PUT at the moment it is made. */
export function judgeChange(
  change: MembershipChange,
  seen: Seen,
  knowledge: Knowledge,
  uipath: UiPathSandbox,
): readonly string[] {
  const violations: string[] = [];
  const name = uipath.organization(ALIAS).groups.get(change.groupId)?.name ?? change.groupId;
  const group = originalName(name);
  const renamed = seen.groupNames.get(change.groupId);
  if (renamed !== undefined && renamed !== name)
    violations.push(`group ${renamed} was renamed back to ${name}`);
  if (change.status >= 400 || change.status === 0) return violations;
  if (!seen.repeatsAllowed) {
    for (const id of change.asked.add)
      if (!change.added.includes(id)) violations.push(`added ${nameOf(seen, id)} to ${group} again`);
    for (const id of change.asked.remove)
      if (!change.removed.includes(id)) violations.push(`removed ${nameOf(seen, id)} from ${group} again`);
  }
  for (const id of change.added) {
    const person = nameOf(seen, id);
    const views = viewsOf(person, seen, knowledge);
    if (!views.some(({ groups }) => groups.has(group)))
      violations.push(`added ${person} to ${group} without a reason`);
  }
  for (const id of change.removed) {
    const person = nameOf(seen, id);
    if (isAgreedEnd(person, group, seen, knowledge))
      seen.agreed.push({ groupId: change.groupId, memberId: id, atMs: change.atMs });
    const views = viewsOf(person, seen, knowledge);
    if (views.every(({ groups }) => groups.has(group)))
      violations.push(`removed ${person} from ${group} against a reason`);
    const hasLeft = views.some(({ state }) => state === 'gone');
    if (
      !hasLeft &&
      !wasAdded(seen, id, change.groupId) &&
      !mayBeOurs(seen, person, group) &&
      group !== GROUPS.users
    )
      violations.push(`removed ${person} from ${group} though somebody else had put them there`);
  }
  if (group === GROUPS.watch) violations.push('changed a group that is only observed');
  return violations;
}

/** Whether somebody lost a group at the end that was part of an approval, and nothing gave it since. */
function isAgreedEnd(
  person: string,
  group: string,
  { organization: { graceDays } }: Seen,
  { nowMs, known, maybe }: Knowledge,
): boolean {
  const bodies = [...known, ...maybe];
  const expectedAt = (ms: number, words = bodies): Expected =>
    expectedFor(person, words, ms, { graceDays, refused: new Set<string>() });
  // Whoever is hired later was not yet hired when the end came, by what is known today, and had the group by what was said until then.
  const hadUntil = (endMs: number): boolean =>
    [bodies, bodies.filter(({ occurredAt }) => Date.parse(occurredAt) <= endMs)].some((words) =>
      expectedAt(endMs - 1, words).groups.has(group),
    );
  return (
    expectedAt(nowMs).state !== 'gone' &&
    agreedEnds(person, group, bodies).some(
      (endMs) =>
        endMs <= nowMs &&
        hadUntil(endMs) &&
        !instantsWithin(bodies, endMs, nowMs).some((ms) => expectedAt(ms).groups.has(group)),
    )
  );
}

/** Judges everything once nothing is left to do. */
export async function judgeState(
  at: Readonly<{
    uipath: UiPathSandbox;
    storage: HistoryStorage;
    nowMs: number;
    accepted: readonly Body[];
    seen: Seen;
  }>,
): Promise<readonly string[]> {
  const { uipath, storage, nowMs, accepted, seen } = at;
  const { refused, violations } = await refusalsIn(storage, accepted);
  const rules = { graceDays: seen.organization.graceDays, refused };
  const expected = new Map(PEOPLE.map((person) => [person, expectedFor(person, accepted, nowMs, rules)]));
  const holds = await readHolds(storage);
  const state = { uipath, seen, held: heldNow(holds, nowMs) };
  const chains = await checkEvidence(storage);
  return [
    ...violations,
    ...chains.faults,
    ...[...expected].flatMap(([person, access]) =>
      judgePerson(person, access, state).map(({ text }) => text),
    ),
    ...(seen.deletedGroups.size > 0 ? [] : judgeRules(uipath, expectedRules(accepted, nowMs, refused))),
    ...judgeGuards(seen),
    ...judgeHolds(holds, seen, ({ groupId, memberId }, sinceMs, untilMs) => {
      const group = groupNameOf(uipath, groupId);
      const expectedAt = (ms: number): Expected => expectedFor(nameOf(seen, memberId), accepted, ms, rules);
      const isGone = expectedAt(untilMs).state === 'gone';
      return instantsWithin(accepted, sinceMs, untilMs).some(
        (ms) => expectedAt(ms).groups.has(group) || (isGone && expectedAt(ms).state === 'works'),
      );
    }),
    ...judgeQuota(uipath, seen),
    ...judgeEvidence(seen, chains.records),
    ...(uipath.memberIds(ALIAS, GROUPS.old).has(uipath.idOf(ALIAS, LEAD))
      ? []
      : ['a stranger lost a membership']),
  ];
}

/** The instants of a span at which something of what was said begins or ends, and its first. */
function instantsWithin(bodies: readonly Body[], sinceMs: number, untilMs: number): readonly number[] {
  const dates = JSON.stringify(bodies).match(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g) ?? [];
  return [sinceMs, ...dates.map(Date.parse).filter((ms) => ms >= sinceMs && ms < untilMs)];
}

/** What is not as expected of a person, by group. */
export function judgePerson(
  person: string,
  { state, groups }: Expected,
  { uipath, seen, held }: Readonly<{ uipath: UiPathSandbox; seen: Seen; held: HeldNow }>,
): ReadonlyArray<Readonly<{ group: string; text: string }>> {
  const id = seen.idOf(person);
  const present = [...MANAGED, GROUPS.old].filter((group) => !seen.deletedGroups.has(group));
  return present.flatMap((group) => {
    const is = uipath.memberIds(ALIAS, group).has(id);
    const hands = seen.hands.filter((hand) => hand.person === person && hand.group === group);
    const stood = (SEED.groups?.[group] as readonly string[] | undefined)?.includes(person) === true;
    const touched = hands.length > 0 || stood;
    const says = (text: string) => [{ group, text: `${person} (${state}) ${text} ${group}` }];
    // A removal that is held waits for a person.
    if (is && held.has(`${groupIdOf(uipath, group)}/${id}`)) return [];
    if (groups.has(group)) return is || hands.some(({ joined }) => !joined) ? [] : says('should be in');
    if (state === 'gone') return is && hands.length === 0 ? says('should be out of') : [];
    if (!touched) return is ? says('should not be in') : [];
    const added = seen.changes.some(
      ({ added: ids, groupId }) => ids.includes(id) && groupNameOf(uipath, groupId) === group,
    );
    const removed = seen.changes.some(
      ({ removed: ids, groupId }) => ids.includes(id) && groupNameOf(uipath, groupId) === group,
    );
    if (stood && hands.length === 0 && !removed && !is) return says('lost what was standing in');
    return hands.length === 0 && added && is ? says('should not be in any more') : [];
  });
}

function judgeRules(uipath: UiPathSandbox, expected: readonly ExpectedRule[]): readonly string[] {
  const have = [...uipath.organization(ALIAS).rules.values()];
  return expected.flatMap(({ name, exists }) => {
    const found = have.filter((rule) => rule.name === name).length;
    return found === Number(exists) ? [] : [`there are ${found} rules ${name}, not ${Number(exists)}`];
  });
}

/** No window of the limits' length holds more calls than our share. */
function judgeQuota(uipath: UiPathSandbox, { organization, latencyMs }: Seen): readonly string[] {
  const { limits, share } = organization;
  const violations = new Set<string>();
  for (const [method, limit] of Object.entries(limits)) {
    const times = uipath
      .requests()
      .filter((request) => request.method === method)
      .map(({ atMs }) => atMs);
    const most = Math.floor(limit * share);
    for (let index = most; index < times.length; index += 1)
      if ((times[index] ?? 0) - (times[index - most] ?? 0) < WINDOW_MS - latencyMs)
        violations.add(`more than ${most} ${method} calls in a window`);
  }
  return [...violations];
}

/**
 * Each membership that the application changed is told by the person's evidence, in the same order; nothing else is. One that was
 * undone while the open call could not be read or recorded may be told as a call of which nobody can say what it came to.
 */
function judgeEvidence(
  seen: Seen,
  records: ReadonlyMap<
    string,
    ReadonlyArray<Readonly<{ atMs: number; kind: string; facts: Readonly<Record<string, unknown>> }>>
  >,
): readonly string[] {
  const touched = new Set(seen.hands.map(({ group, person }) => `${person} ${group}`));
  for (const [group, members] of Object.entries(SEED.groups ?? {}))
    for (const member of members as readonly string[]) touched.add(`${member} ${group}`);
  for (const group of seen.deletedGroups) for (const person of PEOPLE) touched.add(`${person} ${group}`);
  const done = new Map<string, string[]>();
  const add = (id: string, groupId: string, what: string): void => {
    const key = `${nameOf(seen, id)}|${groupId}`;
    done.set(key, [...(done.get(key) ?? []), what]);
  };
  for (const { groupId, added, removed } of seen.changes) {
    for (const id of added) add(id, groupId, 'membership-added');
    for (const id of removed) add(id, groupId, 'membership-removed');
  }
  return PEOPLE.flatMap((person) => {
    const ledgers = [person, newAddressOf(person)].map((address) => records.get(evidenceKey(address)) ?? []);
    const evidence = ledgers.flat().toSorted((a, b) => a.atMs - b.atMs);
    const changesTold = evidence.filter(
      ({ kind }) => kind === 'membership-added' || kind === 'membership-removed',
    );
    const groupIds = new Set([
      ...changesTold.map(({ facts }) => String(facts['groupId'])),
      ...[...done.keys()].filter((key) => key.startsWith(`${person}|`)).map((key) => key.split('|')[1] ?? ''),
    ]);
    return [...groupIds].flatMap((groupId) => {
      const own = changesTold.filter(({ facts }) => facts['groupId'] === groupId);
      const { group: told = groupId } = (own[0]?.facts ?? {}) as Readonly<{ group?: string }>;
      const group = originalName(told);
      if (touched.has(`${person} ${group}`) || (own.length === 0 && touchedById(seen, person))) return [];
      const unknown = evidence
        .filter(({ kind, facts }) => kind === 'membership-outcome-unknown' && facts['groupId'] === groupId)
        .map(({ facts }) => (facts['change'] === 'add' ? 'membership-added' : 'membership-removed'));
      const is = own.map(({ kind }) => kind);
      const should = done.get(`${person}|${groupId}`) ?? [];
      const [one = [], other = []] = ledgers.map((ledger) => ledger.filter((record) => own.includes(record)));
      return inAnyOrder(one, other).some((kinds) => isToldBy(should, kinds, unknown))
        ? []
        : [`evidence of ${person} in ${group} tells [${is.join(', ')}], it was [${should.join(', ')}]`];
    });
  });
}

type Told = Readonly<{ kind: string; atMs: number }>;

/** What two ledgers tell, as kinds in the order of time: of the same instant nothing says which of them was first. */
function inAnyOrder(
  [a, ...as]: readonly Told[],
  [b, ...bs]: readonly Told[],
): ReadonlyArray<readonly string[]> {
  if (a === undefined || b === undefined)
    return [[a, ...as, b, ...bs].flatMap((told) => (told === undefined ? [] : [told.kind]))];
  return [
    ...(a.atMs <= b.atMs ? inAnyOrder(as, [b, ...bs]).map((rest) => [a.kind, ...rest]) : []),
    ...(b.atMs <= a.atMs ? inAnyOrder([a, ...as], bs).map((rest) => [b.kind, ...rest]) : []),
  ];
}

/** True when leaving out some of the unknown from what was done gives what is told. */
function isToldBy(done: readonly string[], told: readonly string[], unknown: readonly string[]): boolean {
  if (done.length === told.length) return done.every((what, index) => what === told[index]);
  return unknown.some((what, of) =>
    done.some(
      (one, index) => one === what && isToldBy(done.toSpliced(index, 1), told, unknown.toSpliced(of, 1)),
    ),
  );
}

function touchedById(seen: Seen, person: string): boolean {
  return seen.hands.some((hand) => hand.person === person);
}

/** What may be expected of a person, by what was surely known when the run began and by what may have come to be known since. */
export function viewsOf(
  person: string,
  seen: Seen,
  { nowMs, startedAtMs, known, maybe, finished = [] }: Knowledge,
): readonly Expected[] {
  const bodySets = [
    known,
    ...[maybe, finished].flatMap((bodies) =>
      bodies.map((_, index) => [...known, ...bodies.slice(0, index + 1)]),
    ),
  ];
  const extensions = new Set(
    [...known, ...maybe].flatMap((body) =>
      'ticket' in body && body.action.kind === 'extend' ? [body.id] : [],
    ),
  );
  const { graceDays } = seen.organization;
  const gone = askedWhileGone(person, [...known, ...maybe], graceDays);
  return bodySets
    .flatMap(doubtfulIn(person, seen))
    .flatMap((bodies) =>
      [nowMs, startedAtMs].flatMap((atMs) =>
        [new Set<string>(), extensions, gone].map((refused) =>
          expectedFor(person, bodies, atMs, { graceDays, refused }),
        ),
      ),
    );
}

/**
 * Requests that were taken up while all that had been said until then told that the person had left, though a word that came later says
 * that they were back by then: they are refused, and nobody asks again.
 */
function askedWhileGone(person: string, inOrder: readonly Body[], graceDays: number): ReadonlySet<string> {
  return new Set(
    inOrder.flatMap((body, index) => {
      if (!('ticket' in body)) return [];
      const atMs = Date.parse(body.occurredAt);
      const until = inOrder.slice(0, index);
      const { state } = expectedFor(person, until, atMs, { graceDays, refused: new Set() });
      return state === 'gone' ? [body.id] : [];
    }),
  );
}

/**
 * Whether a record is of somebody whose account was renamed is not known, as long as it came under an address that the account does not
 * answer to: until then each may count or not.
 */
function doubtfulIn(
  person: string,
  { renamed }: Seen,
): (bodies: readonly Body[]) => ReadonlyArray<readonly Body[]> {
  return (bodies) => {
    const own = bodies.filter((body) => 'worker' in body && personBehind(body.worker.email) === person);
    const isElsewhere = (body: Body): boolean => 'worker' in body && body.worker.email !== person;
    const doubtful = renamed.has(person) ? own : own.filter(isElsewhere);
    const records = [...new Set(doubtful.map(recordOf))];
    return Array.from({ length: 2 ** records.length }, (_, subset) =>
      bodies.filter((body) => {
        const index = records.indexOf(recordOf(body));
        return !own.includes(body) || index < 0 || Math.floor(subset / 2 ** index) % 2 === 0;
      }),
    );
  };
}

function recordOf(body: Body): string {
  return 'worker' in body ? `${sourceOf(body)} ${body.worker.workerId ?? ''}` : '';
}

function wasAdded(seen: Seen, id: string, groupId: string): boolean {
  return seen.changes.some((change) => change.groupId === groupId && change.asked.add.includes(id));
}

function mayBeOurs({ hands }: Seen, person: string, group: string): boolean {
  return hands.some((hand) => hand.isInOpenCall && hand.person === person && hand.group === group);
}

function nameOf(seen: Seen, id: string): string {
  return seen.personOf.get(id) ?? id;
}

function groupIdOf(uipath: UiPathSandbox, group: string): string {
  const groups = [...uipath.organization(ALIAS).groups.values()];
  return groups.find(({ name }) => originalName(name) === group)?.id ?? '';
}

function groupNameOf(uipath: UiPathSandbox, groupId: string): string {
  return originalName(uipath.organization(ALIAS).groups.get(groupId)?.name ?? '');
}

/** Names are the same in any case. */
function originalName(name: string): string {
  return Object.values(GROUPS).find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
}
