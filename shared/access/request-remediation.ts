import type { FindingRecord } from '../domain/audit/finding';
import type { ExpectedPerson } from '../domain/audit/expectation';
import { hashOf } from '../domain/canonical-json';
import { removalsHash, type HeldRemoval } from '../domain/held-plan';
import { fold } from '../domain/person-key';
import type { OrganizationPolicy } from '../domain/policy';
import type { Clock } from '../clock';
import type { ChangeStore } from '../storage/changes';
import type { HeldPlanStore } from '../storage/held-plans';
import type { LedgerStore } from '../storage/ledger';
import type { WorkQueues } from '../storage/queues';
import { bookRun } from './book-run';
import { updateLedger } from './update-ledger';
import { updateOrganization } from './update-organization';

const DAY_MS = 86_400_000;

/** Stands where a person's name would, when the policy decides. */
export const BY_POLICY = 'policy';

export type RemediationDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'write'>;
  plans: Pick<HeldPlanStore, 'put'>;
  changes: Pick<ChangeStore, 'mark' | 'bookRun'>;
  queues: Pick<WorkQueues, 'enqueueChanges'>;
  clock: Pick<Clock, 'now'>;
}>;

/** A finding about one membership, with what is known of whom it is about. */
export type Mendable = Readonly<{
  record: FindingRecord;
  groupId: string;
  memberId: string;
  person: Pick<ExpectedPerson, 'personKey'> | undefined;
}>;

/**
 * Hands findings to the writer. Whom the ledger knows as missing or as gone is looked at again; any other removal becomes
 * a released plan, which the writer carries out under the guards, and not where it was only observed or is protected.
 * `by` is the person who decided, or `policy`.
 */
export async function requestRemediation(
  deps: RemediationDeps,
  organization: OrganizationPolicy,
  decision: Readonly<{ by: string; policyHash: string }>,
  items: readonly Mendable[],
): Promise<void> {
  if (items.length === 0) return;
  const { alias } = organization;
  const nowMs = deps.clock.now();
  const removals = items.flatMap((item) => toRemoval(item) ?? []);
  // A person releases exactly these removals; what the policy releases may be held, and is then a plan of its own.
  const exact = removalsHash(removals);
  const planHash = decision.by === BY_POLICY ? hashOf([BY_POLICY, exact]) : exact;
  await updateOrganization({ ledger: deps.ledger, organization }, [
    {
      kind: 'remediation-released',
      atMs: nowMs,
      policyHash: decision.policyHash,
      facts: { by: decision.by, findings: items.map(({ record }) => record.id), planHash },
    },
  ]);
  for (const { record, groupId, person } of items) {
    if (person === undefined) continue;
    const subject = { organization: alias, kind: 'person', key: person.personKey } as const;
    if (record.check === 'member-missing')
      await forgetMembership(deps, subject.organization, person.personKey, groupId);
    if (record.check === 'member-missing') await deps.changes.mark(subject, 'normal', nowMs, 'audit');
    if (record.check === 'leaver-present') await deps.changes.mark(subject, 'urgent', nowMs, 'audit');
  }
  if (removals.length > 0)
    await deps.plans.put(alias, {
      hash: planHash,
      kind: 'remediation',
      state: 'released',
      guards: [],
      removals,
      heldAtMs: nowMs,
      expiresAtMs: nowMs + organization.planExpiryDays * DAY_MS,
      releasedBy: decision.by,
      releasedAtMs: nowMs,
    });
  await bookRun(deps, alias, 'urgent', nowMs, nowMs);
}

/** A leaver is taken out of everything by the writer's own plan; whom the ledger does not know only this plan removes. */
function toRemoval({ record, groupId, memberId, person }: Mendable): HeldRemoval | undefined {
  const isByMark =
    record.check === 'member-missing' || (record.check === 'leaver-present' && person !== undefined);
  if (isByMark) return undefined;
  const groupName = record.subject['group'] ?? '';
  const personKey = person?.personKey ?? `member:${memberId}`;
  return { groupId, groupName, personKey, memberId, why: [`finding:${record.id}`] };
}

/** The ledger holds a membership for made that UiPath does not show: it is made again. */
async function forgetMembership(
  deps: Pick<RemediationDeps, 'ledger' | 'clock'>,
  organization: string,
  personKey: string,
  groupId: string,
): Promise<void> {
  await updateLedger(deps.ledger, { organization, kind: 'person', key: personKey }, (current) => {
    const lost = current?.applied.find((membership) => membership.groupId === groupId);
    if (current === undefined || lost === undefined) return undefined;
    return {
      next: { ...current, applied: current.applied.filter((membership) => membership !== lost) },
      evidence: [
        {
          kind: 'membership-gone',
          atMs: deps.clock.now(),
          policyHash: '',
          facts: { groupId, group: fold(lost.groupName), why: ['audit'] },
        },
      ],
    };
  });
}
