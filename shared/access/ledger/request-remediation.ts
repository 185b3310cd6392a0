import type { FindingRecord } from '../../domain/audit/finding';
import { hashOf } from '../../domain/canonical-json-hash';
import type { Decider } from '../../domain/decider';
import { removalsHash, type Hold, type HeldRemoval } from '../../domain/plan/hold';
import type { RuleOrEntryChange } from '../../domain/plan/remediation-change-of-rule-or-entry';
import { fold } from '../../domain/fold';
import type { OrganizationPolicy } from '../../domain/policy';
import type { Clock } from '../../clock';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { HoldStore } from '../../storage/holds';
import type { LedgerStore } from '../../storage/ledger';
import type { WorkQueues } from '../../storage/queues';
import { readWhoeverJoined } from './find-person';
import { bookRun } from './mark-and-book-writer-run';
import { updateLedger } from './update-ledger';
import { updateOrganizationLedger } from './organization/update-organization-ledger';
import { DAY_MS } from '../../domain/durations';
import { organizationSubject, personSubject, type Subject } from '../../domain/ledger/subject';

/** The person or policy that released it, and the policy in force. */
type ReleaseDecision = Readonly<{ by: Decider; policyHash: string }>;

export type RemediationDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
  holds: Pick<HoldStore, 'put'>;
  changes: Pick<ChangeStore, 'mark' | 'bookRun'>;
  queues: Pick<WorkQueues, 'enqueueChanges'>;
  clock: Pick<Clock, 'now'>;
}>;

/** A finding about one membership, with what is known of whom it is about. */
type Remediable = Readonly<{
  record: FindingRecord;
  group: string;
  groupId: string;
  memberId: string;
  personKey: string | undefined;
  /** True where the ledger explains the difference and the address resolves: a mark is enough, and the writer reconciles it. */
  isByMark: boolean;
}>;

/**
 * Hands findings about memberships to the writer. Whom the ledger knows as missing or as gone is looked at again, if the
 * directory tells the account; any other removal becomes a released hold, which the writer carries out under the guards, and
 * not where it was only observed or is protected. `by` is who decided.
 */
export async function requestRemediation(
  deps: RemediationDeps,
  organization: OrganizationPolicy,
  { by, policyHash }: ReleaseDecision,
  records: readonly FindingRecord[],
): Promise<void> {
  const { alias } = organization;
  const items: Remediable[] = [];
  for (const record of records) {
    const found = toRemediable(record);
    if (found === undefined) continue;
    const item = { ...found, personKey: await personNow(deps.ledger, alias, found.personKey) };
    items.push({ ...item, isByMark: await isByMark(deps.ledger, alias, item) });
  }
  if (items.length === 0) return;
  const nowMs = deps.clock.now();
  const removals = items.flatMap((item) => toRemoval(item) ?? []);
  // A person releases exactly these removals; what the policy releases may be held, and is then a hold of its own.
  const exact = removalsHash(removals);
  const planHash = by.kind === 'policy' ? hashOf([by.kind, exact]) : exact;
  const findings = items.map(({ record }) => record.id);
  const memberships = items.map(({ record: { id, remediation }, groupId, memberId }) => ({
    finding: id,
    planHash: remediation?.planHash,
    decision:
      remediation?.kind !== 'change' && remediation?.add.includes(memberId) === true ? 'add' : 'remove',
    groupId,
    memberId,
  }));
  const released = removals.length === 0 ? {} : { planHash };
  await recordRelease(deps, organization, { by, policyHash }, { findings, memberships, ...released });
  for (const item of items) {
    const { record, groupId, personKey } = item;
    if (!item.isByMark || personKey === undefined) continue;
    const isMissing = record.check === 'member-missing';
    if (isMissing) await forgetMembership(deps, personSubject(alias, personKey), groupId, policyHash);
    const subject = personSubject(alias, personKey);
    await deps.changes.mark(subject, isMissing ? 'normal' : 'urgent', nowMs, 'audit');
  }
  if (removals.length > 0)
    await putReleased(deps, organization, { hash: planHash, removals, releasedBy: by });
  await bookRun(deps, alias, { lane: 'urgent', atMs: nowMs, nowMs, reason: 'marks' });
}

/** Releases a change of a rule or of the access policy to the writer, in a person's name: exactly this one. */
export async function releaseChange(
  deps: RemediationDeps,
  organization: OrganizationPolicy,
  decision: ReleaseDecision,
  { finding, planHash, change }: Readonly<{ finding: string; planHash: string; change: RuleOrEntryChange }>,
): Promise<void> {
  const nowMs = deps.clock.now();
  await recordRelease(deps, organization, decision, { findings: [finding], planHash, change });
  await putReleased(deps, organization, { hash: planHash, removals: [], change, releasedBy: decision.by });
  await bookRun(deps, organization.alias, { lane: 'urgent', atMs: nowMs, nowMs, reason: 'marks' });
}

async function recordRelease(
  deps: Pick<RemediationDeps, 'ledger' | 'clock'>,
  organization: OrganizationPolicy,
  { by, policyHash }: ReleaseDecision,
  facts: Readonly<Record<string, unknown>>,
): Promise<void> {
  await updateOrganizationLedger({ ledger: deps.ledger, organization }, [
    { kind: 'remediation-released', atMs: deps.clock.now(), policyHash, facts: { by, ...facts } },
  ]);
}

/** The mark comes first: it makes the timer book a run where the process dies before it does. */
async function putReleased(
  deps: Pick<RemediationDeps, 'holds' | 'changes' | 'clock'>,
  { alias, planExpiryDays }: OrganizationPolicy,
  hold: Pick<Hold, 'hash' | 'removals' | 'change' | 'releasedBy'>,
): Promise<void> {
  const nowMs = deps.clock.now();
  const subject = organizationSubject(alias);
  await deps.changes.mark(subject, 'normal', nowMs, 'audit');
  await deps.holds.put(alias, {
    ...hold,
    kind: 'remediation',
    state: 'released',
    guards: [],
    heldAtMs: nowMs,
    expiresAtMs: nowMs + planExpiryDays * DAY_MS,
    releasedAtMs: nowMs,
  });
}

/** Whoever a finding is about may have joined another since it was made. */
async function personNow(
  ledger: Pick<LedgerStore, 'read'>,
  organization: string,
  personKey: string | undefined,
): Promise<string | undefined> {
  return personKey === undefined ? undefined : (await readWhoeverJoined(ledger, organization, personKey)).key;
}

/** A leaver is taken out of everything by the writer's own plan, where the address still leads to the account. */
async function isByMark(
  ledger: Pick<LedgerStore, 'read'>,
  organization: string,
  { record: { check }, personKey }: Pick<Remediable, 'record' | 'personKey'>,
): Promise<boolean> {
  if (check !== 'leaver-present' || personKey === undefined) return check === 'member-missing';
  const stored = await ledger.read(personSubject(organization, personKey));
  return stored?.value.identity?.kind === 'resolved';
}

function toRemediable(record: FindingRecord): Omit<Remediable, 'isByMark'> | undefined {
  const { remediation, subject } = record;
  if (remediation === undefined || remediation.kind === 'change') return undefined;
  const memberId = [...remediation.add, ...remediation.remove][0];
  const groupId = remediation.groupId ?? subject['groupId'];
  if (memberId === undefined || groupId === undefined) return undefined;
  return { record, group: remediation.group, groupId, memberId, personKey: subject['personKey'] };
}

/** The removal of a member whom the ledger does not know or cannot reach: only the hold makes it. */
function toRemoval(item: Remediable): HeldRemoval | undefined {
  if (item.isByMark) return undefined;
  const { record, group, groupId, memberId, personKey } = item;
  return {
    groupId,
    groupName: group,
    personKey: personKey ?? `member:${memberId}`,
    memberId,
    why: [`finding:${record.id}`],
  };
}

/** Removes a membership from the ledger's applied ones that UiPath no longer shows, so that the writer applies it again. */
async function forgetMembership(
  deps: Pick<RemediationDeps, 'ledger' | 'clock'>,
  subject: Subject<'person'>,
  groupId: string,
  policyHash: string,
): Promise<void> {
  await updateLedger(deps.ledger, subject, (current) => {
    const lost = current?.applied.find((membership) => membership.groupId === groupId);
    if (current === undefined || lost === undefined) return undefined;
    return {
      next: { ...current, applied: current.applied.filter((membership) => membership !== lost) },
      evidence: [
        {
          kind: 'membership-gone',
          atMs: deps.clock.now(),
          policyHash,
          facts: { groupId, group: fold(lost.groupName), why: ['audit'] },
        },
      ],
    };
  });
}
