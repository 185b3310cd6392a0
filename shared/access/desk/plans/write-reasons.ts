import type { Clock } from '../../../clock';
import { hashOf } from '../../../domain/canonical-json-hash';
import type { PlannedChange } from '../../../domain/desk/proposed-plan';
import { fitPersonLedger, hasRoomFor } from '../../../domain/ledger/limit-person-ledger-size';
import { addressesOf, emptyPersonLedger, knownAccountOf } from '../../../domain/ledger/person-ledger';
import { recordRequest, type GroupRequest } from '../../../domain/ledger/record-request';
import { conflictOf, whyNoReason, type WhoIsMember } from '../../../domain/desk/plan-adoption';
import { fold } from '../../../domain/fold';
import { groupPolicyOf, type OrganizationPolicy } from '../../../domain/policy';
import { personSubject } from '../../../domain/ledger/subject';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { DueDates } from '../../../storage/due-dates';
import type { LedgerStore } from '../../../storage/ledger';
import type { ChangeStore } from '../../../storage/marks-attempts-and-bookings';
import type { PeopleIndex } from '../../../storage/people-index';
import type { WorkQueues } from '../../../storage/queues';
import { bookMarkedRun } from '../../ledger/mark-and-book-writer-run';
import { findPerson } from '../../ledger/find-person';
import { scheduleNextChange } from '../../ledger/schedule-next-change';
import { updateLedger } from '../../ledger/update-ledger';
import { toAskedReason } from './asked-reason';
import type { DecidedPlan, PlanningContext } from './plan-kind-interface';
import { toPerson } from './who-is-member';

export type WriteReasonsDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'write'>;
  accounts: Pick<PeopleIndex, 'personOf' | 'list' | 'note'>;
  due: Pick<DueDates, 'schedule'>;
  changes: Pick<ChangeStore, 'mark' | 'bookRun'>;
  queues: Pick<WorkQueues, 'enqueueChanges'>;
  clock: Pick<Clock, 'now'>;
}>;

/** Of grants that come from an adoption. No source of the policy can have this name. */
export const ADOPTED = 'access adopt';
/** The same of what was given back. */
export const UNDONE = 'access undo';

const EVIDENCE = { [ADOPTED]: 'membership-adopted', [UNDONE]: 'membership-given-back' } as const;

type ReasonsToWrite = Readonly<{
  part: readonly PlannedChange[];
  /** Addresses of users by directory id. */
  addresses: ReadonlyMap<string, string>;
  source: keyof typeof EVIDENCE;
}>;

/**
 * Writes the reasons of a plan into the ledgers of people. Idempotent: a reason that is there is not written again, and whoever has it is
 * marked again. Returns how many could not be written any more.
 */
export async function writeReasons(
  deps: WriteReasonsDeps,
  plan: DecidedPlan,
  context: PlanningContext,
  { part, addresses, source }: ReasonsToWrite,
): Promise<number> {
  if (part.length === 0) return 0;
  const people = byPerson(part);
  const { alias } = context.organization;
  const notMade = await mapConcurrently([...people], STORAGE_WIDTH, async ([key, changes]) =>
    adoptForPerson(deps, plan, context, { key, changes, addresses, source }),
  );
  // A row of the index may be out of date: what the ledger says of the person counts.
  const accounts = [...people].flatMap(([personKey, [first]]) =>
    first?.memberId === undefined ? [] : [{ personKey, memberId: first.memberId }],
  );
  await deps.accounts.note(alias, accounts, deps.clock.now());
  await bookMarkedRun(deps, alias, 'normal', deps.clock.now());
  return notMade.reduce((sum, count) => sum + count, 0);
}

/** Changes by the key of their person. */
export function byPerson(part: readonly PlannedChange[]): ReadonlyMap<string, readonly PlannedChange[]> {
  const people = new Map<string, PlannedChange[]>();
  for (const change of part) {
    const { personKey = '' } = change;
    people.set(personKey, [...(people.get(personKey) ?? []), change]);
  }
  return people;
}

async function adoptForPerson(
  deps: WriteReasonsDeps,
  plan: DecidedPlan,
  { organization, policyHash }: PlanningContext,
  about: Readonly<{
    key: string;
    changes: readonly PlannedChange[];
    addresses: ReasonsToWrite['addresses'];
    source: ReasonsToWrite['source'];
  }>,
): Promise<number> {
  const { alias } = organization;
  const { key, changes, addresses, source } = about;
  const subject = personSubject(alias, key);
  const memberId = changes[0]?.memberId ?? '';
  const listed = addresses.get(memberId);
  const isOfKey =
    listed !== undefined && (await findPerson(deps, alias, { email: listed, record: undefined })).key === key;
  let notMade = 0;
  const nowMs = deps.clock.now();
  const written = await updateLedger(deps.ledger, subject, (stored, erasedToMs) => {
    notMade = changes.length;
    if (stored?.joined !== undefined || plan.decision.atMs <= erasedToMs) return undefined;
    const ledger = stored ?? (isOfKey ? emptyPersonLedger(listed) : undefined);
    // Without an account of their own the list of users tells whose this one is, and may tell another by now.
    if (ledger === undefined || (knownAccountOf(ledger) === undefined && !isOfKey)) return undefined;
    const address = addressesOf(ledger)[0] ?? '';
    let next = ledger;
    const made: PlannedChange[] = [];
    notMade = 0;
    for (const change of changes) {
      const recorded = recordRequest(next, toRequest(plan, change, address, source), source);
      if (recorded.outcome !== 'recorded') continue;
      const who = toPerson(organization, [key, next], nowMs);
      if (!mayHaveStill(plan, change, organization, { who, isGiven: source === UNDONE, nowMs })) {
        notMade += 1;
        continue;
      }
      const fitted = fitPersonLedger(recorded.ledger, nowMs);
      if (!hasRoomFor('grant', fitted)) {
        notMade += 1;
        continue;
      }
      next = fitted;
      made.push(change);
    }
    if (made.length === 0) return undefined;
    const { identity = { kind: 'resolved', id: memberId, checkedAtMs: 0 } as const } = next;
    return {
      next: { ...next, identity },
      evidence: made.map((change) => ({
        kind: EVIDENCE[source],
        atMs: nowMs,
        policyHash,
        facts: factsOf(plan, change, source),
      })),
    };
  });
  if (written === undefined) return notMade;
  await scheduleNextChange(deps.due, subject, written, organization, nowMs);
  await deps.changes.mark(subject, 'normal', nowMs, source);
  return notMade;
}

/** What the plan goes by, the policy among it, may have changed since it was begun. */
function mayHaveStill(
  { asked }: DecidedPlan,
  { groupId = '', memberId = '', at: group, untilMs = 0 }: PlannedChange,
  organization: OrganizationPolicy,
  about: Readonly<{ who: WhoIsMember; isGiven: boolean; nowMs: number }>,
): boolean {
  const { who, isGiven, nowMs } = about;
  if (isGiven && groupPolicyOf(organization, group)?.mode === 'observe') return false;
  const place = { group, groupId, memberId, who };
  const permitted = whyNoReason(place, organization, toAskedReason(asked), () => false);
  if (typeof permitted === 'string' || untilMs <= nowMs || untilMs > permitted.untilMs) return false;
  return conflictOf(organization, fold(group), permitted.reasons) === undefined;
}

/** Names what a plan wrote of one membership. */
export function reasonId(
  source: keyof typeof EVIDENCE,
  hash: string,
  { groupId, memberId, of }: Pick<PlannedChange, 'groupId' | 'memberId' | 'of'>,
): string {
  return `${source}/${hash.slice(0, 16)}/${hashOf([groupId, memberId, of]).slice(0, 12)}`;
}

function toRequest(
  { hash, asked, decision }: DecidedPlan,
  change: PlannedChange,
  address: string,
  source: ReasonsToWrite['source'],
): GroupRequest {
  const { atMs, by } = decision;
  return {
    id: reasonId(source, hash, change),
    organization: undefined,
    occurredAtMs: atMs,
    ticket: { id: asked['ticket'] ?? '', url: undefined },
    requester: asked['owner'] ?? '',
    approvals: [{ approver: by.name, approvedAtMs: atMs }],
    action: {
      kind: 'grant',
      person: address,
      group: change.at,
      validFromMs: atMs,
      validUntilMs: change.untilMs,
    },
  };
}

function factsOf(
  { hash, asked, decision }: DecidedPlan,
  change: PlannedChange,
  source: ReasonsToWrite['source'],
): Readonly<Record<string, unknown>> {
  const { owner, ticket } = asked;
  return {
    planHash: hash,
    requestId: reasonId(source, hash, change),
    ticketId: ticket,
    group: change.at,
    groupId: change.groupId,
    owner,
    untilMs: change.untilMs,
    by: decision.by,
  };
}
