import { endInZone, qualifiedRequestId, type AccessRequest } from '../../domain/ledger/access-request';
import { personSubject, type Subject, subjectByName } from '../../domain/ledger/subject';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { latestOf, recordStatementOf, toRuleStatement } from '../../domain/ledger/rule-and-entity-ledgers';
import { fitPersonLedger, hasRoomFor } from '../../domain/ledger/limit-person-ledger-size';
import { fold } from '../../domain/fold';
import { emptyPersonLedger, type PersonLedger } from '../../domain/ledger/person-ledger';
import { recordRequest, type GroupRequest } from '../../domain/ledger/record-request';
import type { OrganizationPolicy } from '../../domain/policy';
import type { PeopleOfRequest } from '../../domain/ledger/people-of-request';
import { beneficiariesOf } from '../../domain/ledger/refusal-by-approvals';
import { NOTHING_HELD, reasonsHeld, refusalOf, type HeldReasons } from '../../domain/ledger/request-refusal';
import type { RequestRefusal } from '../../domain/ledger/request-refusals-in-words';
import type { LedgerOf } from '../../storage/ledger';
import type { RequestIndex } from '../../storage/request-index';
import { markChanged } from '../ledger/mark-and-book-writer-run';
import { markAndSchedulePerson, type DeliveryContext } from '../ledger/record-worker-event';
import { updateLedger, wasDecided } from '../ledger/update-ledger';
import { findPerson, notHandedOn, notJoined } from '../ledger/find-person';
import { readPeopleOfRequest } from '../ledger/read-people-of-request';
import { maySourceRequest } from './may-source-request';
import { endIfWithdrawnSince, isWithdrawnSince, type RecordWithdrawalDeps } from './record-withdrawal';

export type RecordRequestDeps = RecordWithdrawalDeps & Readonly<{ requests: Pick<RequestIndex, 'put'> }>;

type Recorded = 'recorded' | 'duplicate' | 'stale';
type Outcome = Recorded | RequestRefusal;

type Recording = Readonly<{
  deps: RecordRequestDeps;
  context: DeliveryContext;
  organization: OrganizationPolicy;
  request: AccessRequest;
  people: PeopleOfRequest;
}>;

/**
 * Records an approved request in the ledger of its subject if the policy allows it. A refused one leaves the refusal
 * in the evidence and in the request's status. Returns the outcome as one word.
 */
export async function recordAccessRequest(
  deps: RecordRequestDeps,
  context: DeliveryContext,
  said: AccessRequest,
): Promise<string> {
  const qualified = withQualifiedIds(context.source.name, said);
  const organization = organizationOf(context, qualified);
  if (organization === undefined) return 'organization-not-allowed';
  const request = { ...qualified, action: endInZone(qualified.action, organization.timeZone) };
  const approvers = request.approvals.map(({ approver }) => approver);
  const named = [request.requester, ...approvers, ...beneficiariesOf(request)];
  const people = await readPeopleOfRequest(
    deps,
    organization.alias,
    named.filter((address) => address !== ''),
  );
  const { subject, outcome } = await recordInLedger({ deps, context, organization, request, people });
  const refusal =
    outcome === 'recorded' || outcome === 'duplicate' || outcome === 'stale' ? undefined : outcome;
  await deps.requests.put(organization.alias, {
    requestId: request.id,
    source: context.source.name,
    action: request.action.kind,
    receivedAtMs: context.nowMs,
    subject: { kind: subject.kind, key: subject.key },
    group: 'group' in request.action ? request.action.group : undefined,
    refusal,
  });
  return outcome;
}

function withQualifiedIds(source: string, said: AccessRequest): AccessRequest {
  const { action } = said;
  const id = qualifiedRequestId(source, said.id);
  if (action.kind !== 'revoke' || action.grantRequestId === undefined) return { ...said, id };
  return {
    ...said,
    id,
    action: { ...action, grantRequestId: qualifiedRequestId(source, action.grantRequestId) },
  };
}

/** A ticket without an organization means the only one its source may send for. */
function organizationOf(context: DeliveryContext, request: AccessRequest): OrganizationPolicy | undefined {
  const { organizations } = context.source;
  const alias = request.organization ?? (organizations.length === 1 ? organizations[0] : undefined);
  return alias !== undefined && organizations.includes(alias)
    ? context.policy.organizations.get(alias)
    : undefined;
}

type Written = Readonly<{ subject: Subject<'person' | 'rule' | 'entity'>; outcome: Outcome }>;

async function recordInLedger(recording: Recording): Promise<Written> {
  const { request } = recording;
  const { action } = request;
  switch (action.kind) {
    case 'grant':
    case 'extend':
    case 'revoke':
      return recordForPerson(recording, { ...request, action });
    case 'create-rule':
    case 'update-rule':
    case 'delete-rule': {
      const statement = toRuleStatement({ ...request, action });
      return recordNamed(recording, 'rule', action.name, (current) => {
        const ledger = current ?? { name: action.name, statements: [], have: undefined };
        const { statements, outcome } = recordStatementOf(ledger.statements, statement);
        return { ledger, next: { ...ledger, statements }, outcome };
      });
    }
    case 'add-policy-entity':
    case 'remove-policy-entity': {
      const { entityType, name } = action;
      const statement = {
        requestId: request.id,
        occurredAtMs: request.occurredAtMs,
        requester: request.requester,
        ticketId: request.ticket.id,
        want: action.kind === 'add-policy-entity',
      };
      return recordNamed(recording, 'entity', `${entityType}:${name}`, (current) => {
        const ledger = current ?? { entityType, name, statements: [], have: undefined };
        const { statements, outcome } = recordStatementOf(ledger.statements, statement);
        return { ledger, next: { ...ledger, statements }, outcome };
      });
    }
  }
}

async function recordForPerson(recording: Recording, request: GroupRequest): Promise<Written> {
  const { deps, context, organization } = recording;
  const { person } = request.action;
  const { alias } = organization;
  const found = await findPerson(deps, alias, { email: person, record: undefined });
  const { key, known } = found;
  const subject = personSubject(alias, key);
  const isWithdrawn = await isWithdrawnSince(deps, context, organization.alias, { request, person: key });
  let outcome: Outcome = 'duplicate';
  const written = await updateLedger(
    deps.ledger,
    subject,
    async (stored = emptyPersonLedger(fold(person)), erasedToMs) => {
      if (request.occurredAtMs <= Math.max(erasedToMs, found.erasedToMs)) {
        outcome = 'stale';
        return undefined;
      }
      const current = notHandedOn(notJoined(stored), { email: person, record: undefined });
      const recorded = recordRequest(current, request, context.source.name);
      const fitted = fitPersonLedger(recorded.ledger, context.nowMs);
      outcome = decideOutcome(
        recording,
        recorded.outcome,
        reasonsHeld(request.action, current, organization, context.nowMs, request.occurredAtMs),
      );
      const isMore = outcome === 'recorded' && request.action.kind !== 'revoke';
      if (isMore && isWithdrawn) outcome = 'approval-withdrawn';
      if (isMore && !hasRoomFor('grant', fitted)) outcome = 'too-many-grants';
      if (isMore && isInDoubt(current, person)) outcome = 'address-in-doubt';
      if (outcome === 'duplicate' || (await isRepeated(recording, subject, outcome))) return undefined;
      const next = outcome === 'recorded' ? fitted : current;
      return { next, evidence: [evidenceOf(recording, outcome)] };
    },
    { known },
  );
  await markAndSchedulePerson(
    deps,
    context,
    subject,
    written,
    organization,
    request.action.kind === 'revoke',
  );
  if (!isWithdrawn) await endIfWithdrawnSince(deps, context, organization, { request, person: key });
  return { subject, outcome };
}

/** While nobody has said whose an address is, a request that names it may be for either. */
function isInDoubt({ unconfirmed }: PersonLedger, person: string): boolean {
  return unconfirmed?.accountId !== undefined && unconfirmed.addresses.includes(fold(person));
}

/** Rules and access-policy entries: the latest statement counts, and its expiry is scheduled. */
async function recordNamed<K extends 'rule' | 'entity'>(
  recording: Recording,
  kind: K,
  name: string,
  record: (
    current: LedgerOf[K] | undefined,
  ) => Readonly<{ ledger: LedgerOf[K]; next: LedgerOf[K]; outcome: Recorded }>,
): Promise<Written> {
  const { deps, context, organization } = recording;
  const subject = subjectByName(organization.alias, kind, name);
  let outcome: Outcome = 'duplicate';
  const written = await updateLedger(deps.ledger, subject, async (current) => {
    const recorded = record(current);
    outcome = decideOutcome(recording, recorded.outcome, NOTHING_HELD);
    if (outcome === 'duplicate' || (await isRepeated(recording, subject, outcome))) return undefined;
    const next = outcome === 'recorded' ? recorded.next : recorded.ledger;
    return { next, evidence: [evidenceOf(recording, outcome)] };
  });
  const latest =
    written === undefined ? undefined : latestOf<LedgerOf[K]['statements'][number]>(written.statements);
  const untilMs = typeof latest?.want === 'object' ? latest.want.validUntilMs : undefined;
  if (untilMs !== undefined && untilMs > context.nowMs)
    await deps.due.schedule({ subject, dueAtMs: untilMs });
  await markChanged(deps, subject, 'normal', context.nowMs, context.source.name);
  return { subject, outcome };
}

/** Decides a new request only: a redelivery is not refused because time has passed since it was recorded. */
function decideOutcome(recording: Recording, recorded: Recorded, reasons: HeldReasons): Outcome {
  if (recorded !== 'recorded') return recorded;
  const { request, organization, context } = recording;
  if (!maySourceRequest(context.source, request.action)) return 'source-not-allowed';
  return refusalOf(request, organization, reasons, context.nowMs, recording.people) ?? 'recorded';
}

/** True where the evidence has this outcome already: processing a delivery again must not record it twice. */
async function isRepeated(
  { deps, context, request }: Recording,
  subject: Subject,
  outcome: Outcome,
): Promise<boolean> {
  return outcome !== 'recorded' && wasDecided(deps.ledger, subject, context.deliveryId, request.id);
}

function evidenceOf({ context, request }: Recording, outcome: Outcome): EvidenceEntry {
  return {
    kind: 'access-request',
    atMs: context.nowMs,
    policyHash: context.policy.hash,
    facts: {
      deliveryId: context.deliveryId,
      source: context.source.name,
      requestId: request.id,
      ticketId: request.ticket.id,
      action: request.action.kind,
      ...('group' in request.action ? { group: request.action.group } : {}),
      requester: request.requester,
      approvers: request.approvals.map((approval) => approval.approver),
      outcome,
      ...(request.unusable === undefined ? {} : { unusable: request.unusable.map(({ field }) => field) }),
    },
  };
}
