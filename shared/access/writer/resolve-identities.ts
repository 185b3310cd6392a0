import type { Clock } from '../../clock';
import { DAY_MS } from '../../domain/durations';
import { inTurn } from '../../domain/in-turn';
import type { Lane } from '../../domain/lane';
import {
  addressesToLookUp,
  awaitsLookUp,
  identityToPlan,
  type AccountAnswer,
  type AnswerOf,
  type LookedUp,
} from '../../domain/ledger/account-of-person';
import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import { isGuid } from '../../domain/guid';
import type { OrganizationPolicy } from '../../domain/policy';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { PeopleIndex } from '../../storage/people-index';
import type { UiPathClient } from '../../uipath/client';
import type { DirectoryResolution } from '../../uipath/directory-entity';
import { isShared } from './containment';
import type { WriterFence } from './lease-and-fence-interface';
import type { PersonWork } from './load-person';
import type { TimeBudget } from './time-budget-interface';
import type { UiPathInLane } from './uipath-in-lane';
import { personUnit } from './person-and-group-units';
import { type ContainedDeps } from './containment';

export type ResolveIdentitiesDeps = ContainedDeps &
  TimeBudget &
  Pick<WriterFence, 'fence'> &
  Readonly<{
    organization: Pick<OrganizationPolicy, 'alias'>;
    accounts: Pick<PeopleIndex, 'note' | 'accountOf'>;
    uipath: UiPathInLane<{ directory: Pick<UiPathClient['directory'], 'resolveByNames' | 'resolve'> }>;
    clock: Pick<Clock, 'now'>;
  }>;

/**
 * Identities by person key. `unknown` were not looked up: there was no time, or their look-up fails; somebody who left may
 * have an earlier id all the same.
 */
export type ResolvedIdentities = Readonly<{
  identities: ReadonlyMap<string, DirectoryIdentity>;
  unknown: ReadonlySet<string>;
  /** What the directory answered, by person key, for those who were looked up now. */
  answers: ReadonlyMap<string, AnswerOf>;
}>;

/** A directory id is looked up again after a week: people are re-created, and ids with them. */
const IDENTITY_FRESH_MS = 7 * DAY_MS;
/** A name that is not found as written costs a GET to search for it. In a larger burst of names that waits for the retry. */
const FEW_NAMES = 20;
/** Names in one look-up: as many as UiPath takes in one POST. */
const NAMES_TOGETHER = 20;
const LOOK_UP_WIDTH = 6;
/** A mark that waits for so long may be of a run that was cut short after the look-up. */
const CUT_SHORT_MS = 60_000;

/**
 * Resolves people to directory identities. One known and fresh costs no call; the others are looked up a few calls wide, and
 * what each call finds is stored at once, so that a run that is cut short has not looked it up for nothing. A look-up that
 * fails by itself is made again name by name, so that a bad name is alone; whoever it is about waits, and is looked up after all
 * others the next time.
 */
export async function resolveIdentities(
  deps: ResolveIdentitiesDeps,
  lane: Lane,
  people: readonly PersonWork[],
): Promise<ResolvedIdentities> {
  const nowMs = deps.clock.now();
  const identities = new Map<string, DirectoryIdentity>();
  const unknown = new Set<string>();
  const open = people.filter((person) => {
    const { access, stored } = person;
    const { value: ledger } = stored;
    const known = ledger.identity;
    if (ledger.formerAccountOf !== undefined && isUsable(known))
      return !identities.set(person.subject.key, known);
    // Whose account goes has to be known: it may have been the other's all along.
    const isOfTwo = access.employment === 'left' && ledger.toldApart !== undefined;
    if (isOfTwo || awaitsLookUp(ledger) || !isUsable(known)) return true;
    if (nowMs - known.checkedAtMs > IDENTITY_FRESH_MS) return true;
    identities.set(person.subject.key, known);
    return false;
  });
  const rest = open.length > FEW_NAMES ? await withoutStored(deps, open, identities) : open;
  const searchMissing = rest.length <= FEW_NAMES;
  const answers = new Map<string, AnswerOf>();
  const results = { searchMissing, identities, unknown, answers };
  const failed = new Set(rest.filter(({ subject }) => deps.units.isFailing(personUnit(subject.key))));
  // Those who were marked together are looked up together: bad names among them are in no part of others.
  const others = rest
    .filter((person) => !failed.has(person))
    .toSorted((a, b) => (a.mark?.sinceMs ?? 0) - (b.mark?.sinceMs ?? 0));
  await lookUpAll(deps, lane, others, results);
  await lookUpAll(deps, lane, inTurn([...failed], deps.fence.token), results);
  // Somebody who left is taken out under the id that was theirs, however long ago it was looked up.
  for (const { subject, access, stored } of rest) {
    const known = stored.value.identity;
    if (unknown.has(subject.key) && access.employment === 'left' && isUsable(known))
      identities.set(subject.key, known);
  }
  return { identities, unknown, answers };
}

/** In this order; one by one in the contrary one: who came last is not behind the bad names that were there before. */
async function lookUpAll(
  deps: ResolveIdentitiesDeps,
  lane: Lane,
  people: readonly PersonWork[],
  results: LookUpResults,
): Promise<void> {
  const parts = Array.from({ length: Math.ceil(people.length / NAMES_TOGETHER) }, (_, index) =>
    people.slice(index * NAMES_TOGETHER, (index + 1) * NAMES_TOGETHER),
  );
  const failed = new Set<PersonWork>();
  await mapConcurrently(parts, LOOK_UP_WIDTH, async (part) => {
    await orInstead(deps, lane, part, results, async () => {
      for (const person of part) failed.add(person);
    });
  });
  const alone = people.filter((person) => failed.has(person)).toReversed();
  await mapConcurrently(alone, LOOK_UP_WIDTH, async (person) => {
    await orInstead(deps, lane, [person], results, async (error) => {
      await deps.units.failAlone(personUnit(person.subject.key), error);
      results.unknown.add(person.subject.key);
    });
  });
}

/** People whom an earlier run looked up and did not get to write into their ledger. */
async function withoutStored(
  deps: ResolveIdentitiesDeps,
  open: readonly PersonWork[],
  identities: Map<string, DirectoryIdentity>,
): Promise<readonly PersonWork[]> {
  const nowMs = deps.clock.now();
  await mapConcurrently(open, STORAGE_WIDTH, async ({ subject, mark, stored }) => {
    const isNew = stored.value.identity === undefined && !awaitsLookUp(stored.value);
    if (!isNew || mark === undefined || nowMs - mark.sinceMs < CUT_SHORT_MS) return;
    const noted = await deps.accounts.accountOf(subject.organization, subject.key);
    if (noted !== undefined && nowMs - noted.atMs <= IDENTITY_FRESH_MS)
      identities.set(subject.key, { kind: 'resolved', id: noted.memberId, checkedAtMs: noted.atMs });
  });
  return open.filter(({ subject }) => !identities.has(subject.key));
}

/** One id of another form would make UiPath refuse all that are asked for with it. */
function isUsable(
  identity: DirectoryIdentity | undefined,
): identity is Extract<DirectoryIdentity, { kind: 'resolved' }> {
  return identity?.kind === 'resolved' && isGuid(identity.id);
}

type LookUpResults = Readonly<{
  searchMissing: boolean;
  identities: Map<string, DirectoryIdentity>;
  unknown: Set<string>;
  answers: Map<string, AnswerOf>;
}>;

/** Looks people up; does `instead` what is to be done when that fails by itself. Those for whom there is no time are unknown. */
async function orInstead(
  deps: ResolveIdentitiesDeps,
  lane: Lane,
  people: readonly PersonWork[],
  results: LookUpResults,
  instead: (error: unknown) => Promise<void>,
): Promise<void> {
  if (deps.isTimeUp() || deps.units.isAway()) {
    for (const { subject } of people) results.unknown.add(subject.key);
    return;
  }
  try {
    await lookUp(deps, lane, people, results);
    deps.units.noteAnswer();
  } catch (error) {
    if (isShared(error)) throw error;
    await instead(error);
  }
}

async function lookUp(
  deps: ResolveIdentitiesDeps,
  lane: Lane,
  part: readonly PersonWork[],
  { searchMissing, identities, answers }: LookUpResults,
): Promise<void> {
  const names = [...new Set(part.flatMap(({ stored }) => addressesToLookUp(stored.value)))];
  const found = await deps.uipath[lane].directory.resolveByNames(names, 'user', { searchMissing });
  const nowMs = deps.clock.now();
  const accounts: Array<Readonly<{ memberId: string; personKey: string }>> = [];
  const ofLeavers = new Set(
    part.flatMap(({ access, stored }) =>
      access.employment === 'left' ? addressesToLookUp(stored.value) : [],
    ),
  );
  const answerByAddress = new Map<string, AccountAnswer>();
  for (const [address, resolution] of found)
    answerByAddress.set(address, await toAnswer(deps, lane, resolution, ofLeavers.has(address)));
  const answerOf = (address: string): AccountAnswer | undefined => answerByAddress.get(address);
  for (const { subject, stored, access } of part) {
    const identity = identityToPlan(stored.value, answerOf, { nowMs, left: leftWhen(access, nowMs) });
    if (identity.kind === 'resolved') accounts.push({ memberId: identity.id, personKey: subject.key });
    identities.set(subject.key, identity);
    answers.set(subject.key, answerOf);
  }
  if (accounts.length > 0) await deps.accounts.note(deps.organization.alias, accounts, nowMs);
}

/** Of an address of several accounts, a leaver's are asked for one by one: each is to be emptied. */
async function toAnswer(
  deps: ResolveIdentitiesDeps,
  lane: Lane,
  resolution: DirectoryResolution,
  isOfLeaver: boolean,
): Promise<AccountAnswer> {
  if (resolution.kind === 'found') return { kind: 'found', id: resolution.entity.identifier };
  if (resolution.kind !== 'ambiguous') return { kind: 'missing' };
  const ids: string[] = [];
  for (const identifier of isOfLeaver ? resolution.identifiers : []) {
    const account = await deps.uipath[lane].directory.resolve(identifier, 'user');
    if (account.kind === 'found') ids.push(account.entity.identifier);
  }
  return { kind: 'ambiguous', ids };
}

/** Whether somebody left, and whether their lockout is over. */
export function leftWhen(
  { employment, lockedUntilMs = 0 }: Pick<PersonWork['access'], 'employment' | 'lockedUntilMs'>,
  nowMs: number,
): LookedUp['left'] {
  if (employment !== 'left') return 'not';
  return nowMs < lockedUntilMs ? 'lately' : 'long-ago';
}
