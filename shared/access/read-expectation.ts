import type { ExpectedPerson, Expectation } from '../domain/audit/expectation';
import { hashOf } from '../domain/canonical-json';
import { ruleWantedAt, latestOf } from '../domain/named-ledger';
import { isGrantValid, personAccess } from '../domain/person-access';
import { fold } from '../domain/person-key';
import type { PersonLedger } from '../domain/person-ledger';
import type { OrganizationPolicy } from '../domain/policy';
import { lastLeftAtMs } from '../domain/worker-timeline';
import type { Mark } from '../storage/changes';
import type { LedgerStore } from '../storage/ledger';

const DAY_MS = 86_400_000;

/** The ledger's part of what an audit expects; people whose directory id nobody looked up yet have none. */
export type LedgerExpectation = Pick<Expectation, 'people' | 'rules'>;

/** What the ledger says an organization should look like at `nowMs`. */
export async function readExpectation(
  ledger: Pick<LedgerStore, 'list'>,
  organization: OrganizationPolicy,
  marks: readonly Mark[],
  nowMs: number,
): Promise<LedgerExpectation> {
  const pending = new Set(marks.map((mark) => `${mark.subject.kind}:${mark.subject.key}`));
  const people: ExpectedPerson[] = [];
  for await (const { key, value } of ledger.list(organization.alias, 'person'))
    people.push(
      toExpectedPerson(key, value, organization, { nowMs, isPending: pending.has(`person:${key}`) }),
    );
  const rules: Array<Expectation['rules'][number]> = [];
  for await (const { key, value } of ledger.list(organization.alias, 'rule')) {
    if (value.have === undefined) continue;
    const { ruleId, contentHash } = value.have;
    const want = latestOf(value.statements)?.want;
    const due = ruleWantedAt(value, nowMs) === undefined;
    rules.push({
      ruleId,
      name: value.name,
      contentHash,
      owner: want?.owner ?? '',
      untilMs: want?.validUntilMs,
      pending: due || pending.has(`rule:${key}`),
    });
  }
  return { people, rules };
}

/**
 * People as they stood when the reading began. Whoever is expected elsewhere by its end was changed meanwhile: what was
 * read of them may be from before or after.
 */
export function fingerprintOf({ people }: LedgerExpectation): Readonly<Record<string, string>> {
  return Object.fromEntries(people.map((person) => [person.personKey, fingerprint(person)]));
}

/** The expectation at the end, in which everybody who changed since it began is pending. */
export function withChanged(
  expected: LedgerExpectation,
  before: Readonly<Record<string, string>>,
): LedgerExpectation {
  const people = expected.people.map((person) =>
    before[person.personKey] === fingerprint(person) ? person : { ...person, pending: true },
  );
  return { ...expected, people };
}

function fingerprint({ left, groups, pending }: ExpectedPerson): string {
  return hashOf([left, pending, ...[...groups].toSorted()]).slice(0, 12);
}

function toExpectedPerson(
  personKey: string,
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  { nowMs, isPending }: Readonly<{ nowMs: number; isPending: boolean }>,
): ExpectedPerson {
  const access = personAccess(ledger, organization, nowMs);
  const { identity } = ledger;
  const leftAtMs = lastLeftAtMs(ledger.timeline, nowMs);
  return {
    personKey,
    email: fold(ledger.email),
    memberId: identity?.kind === 'resolved' ? identity.id : undefined,
    unresolved:
      identity === undefined || identity.kind === 'resolved'
        ? undefined
        : { kind: identity.kind, sinceMs: identity.sinceMs },
    left: access.employment === 'left',
    lockedUntilMs: leftAtMs === undefined ? undefined : leftAtMs + organization.leaver.lockoutDays * DAY_MS,
    groups: new Set(access.reasons.map((reason) => reason.group)),
    ended: new Set(
      ledger.grants
        .filter((grant) => grant.validFromMs <= nowMs && !isGrantValid(grant, ledger, nowMs))
        .map((grant) => fold(grant.group)),
    ),
    pending: isPending,
  };
}
