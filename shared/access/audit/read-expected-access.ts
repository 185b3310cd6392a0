import { z } from 'zod';
import type { ExpectedAccess, ExpectedPerson } from '../../domain/audit/expected-access-types';
import { hashOf } from '../../domain/canonical-json-hash';
import { groupsOutOfPolicy, ruleWantedAt, latestOf } from '../../domain/ledger/rule-and-entity-ledgers';
import { createStringInterner } from '../../domain/intern-strings';
import { isGrantValid, personAccess } from '../../domain/ledger/person-access';
import { fold } from '../../domain/fold';
import { addressesOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../domain/policy';
import { conditionsOfNobodyIn } from '../../domain/plan/conditions-of-nobody';
import { hasUnendedRecord, lastOutAtMs } from '../../domain/ledger/worker-records';
import type { Mark } from '../../storage/marks-attempts-and-bookings';
import type { LedgerStore } from '../../storage/ledger';
import { approversOf } from './approvers-of-policy';
import { doubtOf } from './identity-doubt';
import { createFormerDirectoryIds, formerIdOf } from './former-ids-of-unresolved-people';
import { DAY_MS } from '../../domain/durations';

const NONE: ReadonlySet<string> = new Set();
/** So long after the first word of HR its workers are only coming to be known: what nobody has yet says nothing. */
const FIRST_DAYS_MS = 7 * DAY_MS;

/** The expected access by the ledger. People whose address was never looked up have no directory id yet. */
export type ExpectedFromLedger = Pick<
  ExpectedAccess,
  'people' | 'rules' | 'unreadable' | 'unreadableAccounts' | 'conditionsOfNobody'
>;

/** What the ledger is read with. */
type Reading = Readonly<{
  marks: readonly Mark[];
  nowMs: number;
  /** Directory ids of leavers by person key, where earlier nights found them still present. */
  leaverIds: ReadonlyMap<string, string>;
  /** The directory id that somebody was last resolved to. */
  accountOf?: (personKey: string) => Promise<string | undefined>;
  /** Hears of each ledger that counts. */
  onLedger?: (ledger: PersonLedger) => void;
}>;

/** What the ledger says an organization should look like at `nowMs`. */
export async function readExpectedAccess(
  ledger: Pick<LedgerStore, 'list'>,
  organization: OrganizationPolicy,
  reading: Reading,
): Promise<ExpectedFromLedger> {
  const { marks, nowMs } = reading;
  const people: ExpectedPerson[] = [];
  const unreadable = new Set<'person' | 'rule'>();
  const unreadablePeople: string[] = [];
  const ids = createFormerDirectoryIds();
  const conditions = conditionsOfNobodyIn(organization.birthright);
  const noting = { ...reading, onLedger: conditions.note };
  for await (const read of expectedPeople(ledger, organization, noting)) {
    if (read.person === undefined) {
      unreadable.add('person');
      unreadablePeople.push(read.personKey);
      continue;
    }
    people.push(read.person);
    ids.note(read.person, read.formerId);
  }
  for (const [at, person] of people.entries()) {
    const memberId = ids.formerOf(person);
    if (memberId !== undefined) people[at] = { ...person, memberId };
  }
  const pending = pendingKeys(marks, 'rule');
  const rules: Array<ExpectedAccess['rules'][number]> = [];
  for await (const { key, value } of ledger.list(organization.alias, 'rule')) {
    if (value === undefined) unreadable.add('rule');
    if (value?.have === undefined) continue;
    const { ruleId, contentHash } = value.have;
    const want = latestOf(value.statements)?.want;
    // One that is to end with its groups is on its way like one whose time is over.
    const due =
      ruleWantedAt(value, nowMs) === undefined ||
      (want !== undefined && groupsOutOfPolicy(want, organization).length > 0);
    rules.push({
      ruleId,
      name: value.name,
      contentHash,
      owner: want?.owner ?? '',
      untilMs: want?.validUntilMs,
      pending: due || pending.has(key),
    });
  }
  const unreadableAccounts = await accountsOf(unreadablePeople, reading);
  const isEarly = nowMs - (conditions.firstSaidMs() ?? nowMs) < FIRST_DAYS_MS;
  const conditionsOfNobody = isEarly ? [] : conditions.found();
  return {
    people,
    rules,
    unreadable,
    ...(conditionsOfNobody.length === 0 ? {} : { conditionsOfNobody }),
    ...(unreadableAccounts === undefined ? {} : { unreadableAccounts }),
  };
}

/** Directory ids of people, by the index of accounts; undefined where one of them is not in it. */
async function accountsOf(
  people: readonly string[],
  { accountOf }: Reading,
): Promise<ReadonlySet<string> | undefined> {
  const accounts = new Set<string>();
  for (const personKey of people) {
    const memberId = await accountOf?.(personKey);
    if (memberId === undefined) return undefined;
    accounts.add(memberId);
  }
  return accounts;
}

/** What an audit keeps of the ledger as it stood when the reading began. */
export const BEGINNING = {
  name: 'people',
  schema: z.object({
    /**
     * By person. A person who differs between beginning and end was changed meanwhile: what was read of them may be
     * from before or after.
     */
    fingerprints: z.record(z.string(), z.string()),
    /** Directory ids. */
    leavers: z.array(z.string()),
  }),
};
export type Beginning = z.output<typeof BEGINNING.schema>;

/** The ledger as it stands now, in the little that is needed of it at the end. */
export async function readBeginning(
  ledger: Pick<LedgerStore, 'list'>,
  organization: OrganizationPolicy,
  reading: Reading,
): Promise<Beginning> {
  const fingerprints: Record<string, string> = {};
  const leavers: Array<Pick<ExpectedPerson, 'personKey' | 'memberId'>> = [];
  const ids = createFormerDirectoryIds();
  for await (const read of expectedPeople(ledger, organization, reading)) {
    if (read.person === undefined) continue;
    const { person, formerId } = read;
    const { personKey, memberId, left } = person;
    fingerprints[personKey] = fingerprint(person);
    ids.note(person, formerId);
    if (left) leavers.push({ personKey, memberId });
  }
  return {
    fingerprints,
    leavers: leavers.flatMap((person) => person.memberId ?? ids.formerOf(person) ?? []),
  };
}

/** Ids of the rules that were made here. */
export async function readRuleIds(
  ledger: Pick<LedgerStore, 'list'>,
  alias: string,
): Promise<readonly number[]> {
  const ids: number[] = [];
  for await (const { value } of ledger.list(alias, 'rule'))
    if (value?.have !== undefined) ids.push(value.have.ruleId);
  return ids;
}

/** The expected access at the end of the reading; everybody whose ledger changed since the beginning is pending. */
export function withChangedPeoplePending(
  expected: ExpectedFromLedger,
  { fingerprints }: Pick<Beginning, 'fingerprints'>,
): ExpectedFromLedger {
  const people = expected.people.map((person) =>
    fingerprints[person.personKey] === fingerprint(person) ? person : { ...person, pending: true },
  );
  return { ...expected, people };
}

async function* expectedPeople(
  ledger: Pick<LedgerStore, 'list'>,
  organization: OrganizationPolicy,
  { marks, nowMs, leaverIds, onLedger }: Reading,
): AsyncGenerator<
  | Readonly<{ person: ExpectedPerson; formerId: string | undefined }>
  | Readonly<{ person: undefined; personKey: string }>
> {
  const pending = pendingKeys(marks, 'person');
  const internString = createStringInterner();
  for await (const { key, value } of ledger.list(organization.alias, 'person')) {
    if (value === undefined) {
      yield { person: undefined, personKey: key };
      continue;
    }
    if (value.joined !== undefined || value.erased !== undefined) continue;
    onLedger?.(value);
    const isPending = pending.has(key);
    const person = toExpectedPerson(key, value, organization, { nowMs, isPending, internString });
    yield { person, formerId: formerIdOf(value, person.left ? leaverIds.get(key) : undefined) };
  }
}

function pendingKeys(marks: readonly Mark[], kind: Mark['subject']['kind']): ReadonlySet<string> {
  return new Set(marks.filter(({ subject }) => subject.kind === kind).map(({ subject }) => subject.key));
}

function fingerprint({ left, groups, pending }: ExpectedPerson): string {
  return hashOf([left, pending, ...[...groups].toSorted()]).slice(0, 12);
}

function toExpectedPerson(
  personKey: string,
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  {
    nowMs,
    isPending,
    internString,
  }: Readonly<{ nowMs: number; isPending: boolean; internString: (text: string) => string }>,
): ExpectedPerson {
  const access = personAccess(ledger, organization, nowMs);
  const { identity } = ledger;
  const isBack = !hasUnendedRecord(ledger.timeline, nowMs);
  const approverAddresses =
    access.employment === 'left'
      ? addressesOf(ledger).filter((address) => approversOf(organization).has(address))
      : [];
  const leftAtMs = isBack ? lastOutAtMs(ledger.timeline, nowMs) : undefined;
  return {
    personKey,
    email: fold(ledger.email),
    memberId: identity?.kind === 'resolved' ? identity.id : undefined,
    unresolved:
      identity === undefined || identity.kind === 'resolved'
        ? undefined
        : { kind: identity.kind, sinceMs: identity.sinceMs },
    ...doubtOf(ledger, organization, { left: access.employment === 'left', nowMs }),
    left: access.employment === 'left',
    ...(approverAddresses.length === 0 ? {} : { approverAddresses }),
    lockedUntilMs: leftAtMs === undefined ? undefined : leftAtMs + organization.leaver.lockoutDays * DAY_MS,
    groups: setOf(access.reasons.map((reason) => internString(reason.group))),
    ended: setOf(
      ledger.grants
        .filter((grant) => grant.validFromMs <= nowMs && !isGrantValid(grant, ledger, organization, nowMs))
        .map((grant) => internString(fold(grant.group))),
    ),
    pending: isPending,
  };
}

/** Nearly everybody has no ended grant: they share one empty set. */
function setOf(groups: readonly string[]): ReadonlySet<string> {
  return groups.length === 0 ? NONE : new Set(groups);
}
