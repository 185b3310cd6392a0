import {
  endInZone,
  type AccessRequest,
  type AccessRequestAction,
} from '../../shared/domain/ledger/access-request';
import type { PeopleOfRequest } from '../../shared/domain/ledger/people-of-request';
import { personAccess } from '../../shared/domain/ledger/person-access';
import { emptyPersonLedger, type Grant, type PersonLedger } from '../../shared/domain/ledger/person-ledger';
import { reasonsHeld, refusalOf } from '../../shared/domain/ledger/request-refusal';
import { explainRefusal } from '../../shared/domain/ledger/request-refusals-in-words';
import type { Statement } from '../../shared/domain/ledger/statement';
import { DAY_MS } from '../../shared/domain/durations';
import { fold } from '../../shared/domain/fold';
import { nearestWord } from '../../shared/domain/nearest-word';
import { groupPolicyOf, type OrganizationPolicy } from '../../shared/domain/policy';
import { AppError } from '../../shared/errors';
import { resolveEnd, resolveStart } from '../../shared/webhooks/contract/resolve-validity';
import type { PersonOfCases, PolicyCase } from './cases-file';

/** Whom cases speak of, by folded address. */
type PeopleOfCases = ReadonlyMap<string, PersonOfCases>;

type Asked = NonNullable<PolicyCase['request']>;

type Trial = Readonly<{ organization: OrganizationPolicy; people: PeopleOfCases; nowMs: number }>;

/** Why a case does not hold, each in a sentence; none where it does. */
export function tryCase(one: PolicyCase, trial: Trial): readonly string[] {
  const { request, person } = one;
  if (request !== undefined) {
    const action = actionOf(request, trial);
    return typeof action === 'string' ? [action] : tryRequest({ ...request, action }, one, trial);
  }
  return [
    ...unknownGroups([...one.has, ...one.hasNot], trial.organization),
    ...tryPerson(person ?? {}, one, trial),
  ];
}

function tryPerson(
  person: NonNullable<PolicyCase['person']>,
  { has, hasNot }: PolicyCase,
  { organization, people, nowMs }: Trial,
): readonly string[] {
  const ledger =
    typeof person === 'string'
      ? ledgerOf(people.get(fold(person)), nowMs)
      : ledgerOf(
          { email: 'somebody@case.example', attributes: person, employment: 'active', grants: [] },
          nowMs,
        );
  const { reasons } = personAccess(ledger, organization, nowMs);
  const groups = new Set(reasons.map(({ group }) => group));
  const lineOf = (group: string): string => {
    const reason = reasons.find((one) => one.group === fold(group));
    return reason?.kind === 'birthright' ? `by line "${reason.line}"` : 'by a grant';
  };
  return [
    ...has.filter((group) => !groups.has(fold(group))).map((group) => `has not ${group}, but should`),
    ...hasNot
      .filter((group) => groups.has(fold(group)))
      .map((group) => `has ${group}, ${lineOf(group)}, but should not`),
  ];
}

function tryRequest(
  request: Asked & Readonly<{ action: AccessRequestAction }>,
  { refused }: PolicyCase,
  { organization, people, nowMs }: Trial,
): readonly string[] {
  const asked: AccessRequest = {
    id: 'case',
    organization: organization.alias,
    occurredAtMs: nowMs,
    ticket: { id: 'case', url: undefined },
    requester: request.requester,
    requestedAtMs: request.requestedAt === undefined ? undefined : Date.parse(request.requestedAt),
    approvals: request.approvals.map((approval) =>
      typeof approval === 'string'
        ? { approver: approval, approvedAtMs: nowMs }
        : { approver: approval.approver, approvedAtMs: Date.parse(approval.approvedAt) },
    ),
    action: request.action,
  };
  const ledger = ledgerOf(people.get(fold(request.person)), nowMs);
  const held = reasonsHeld(asked.action, ledger, organization, nowMs);
  const found = refusalOf(asked, organization, held, nowMs, knowing(people, nowMs));
  if (found === refused) return [];
  if (found === undefined) return [`is allowed, but should be refused as ${refused ?? ''}`];
  const why = `is refused as ${found} (${explainRefusal(found) ?? ''})`;
  return [`${why}, but should be ${refused === undefined ? 'allowed' : `refused as ${refused}`}`];
}

/** What is asked for, or why it cannot be: an end that lies before its beginning, or that is said twice. */
function actionOf(
  { kind, person, group, validFrom, until, duration }: Asked,
  { organization, nowMs }: Trial,
): AccessRequestAction | string {
  if (kind === 'revoke') return { kind, person, group, grantRequestId: undefined };
  const validFromMs = resolveStart({ validFrom }, nowMs);
  try {
    const end = resolveEnd({ until, duration }, validFromMs);
    return endInZone({ kind, person, group, validFromMs, ...end }, organization.timeZone);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.fields
      .map(({ field, problem }) => `${field.replace(/^action/, 'request')}: ${problem}`)
      .join('; ');
  }
}

/** People whom no case describes are strangers: nothing is known of them but the address. */
function knowing(people: PeopleOfCases, nowMs: number): PeopleOfRequest {
  return {
    addressesOf: (address) => [fold(address)],
    personOf: fold,
    timelineOf: (address) => {
      const person = people.get(fold(address));
      return person === undefined ? [] : timelineOf(person, nowMs);
    },
  };
}

function ledgerOf(person: PersonOfCases | undefined, nowMs: number): PersonLedger {
  if (person === undefined) return emptyPersonLedger('');
  const { email, grants } = person;
  return {
    ...emptyPersonLedger(email),
    timeline: timelineOf(person, nowMs),
    grants: grants.map((group): Grant => ({
      requestId: `case/${group}`,
      source: 'case',
      group,
      validFromMs: nowMs - DAY_MS,
      validUntilMs: undefined,
      occurredAtMs: nowMs - DAY_MS,
      requester: email,
      approvals: [],
      ticketId: 'case',
      ticketUrl: undefined,
    })),
  };
}

/** Somebody at work has been for long, past every grace of a mover; who left did so before what they were asked for. */
function timelineOf({ email, attributes, employment }: PersonOfCases, nowMs: number): readonly Statement[] {
  const word = (kind: Statement['kind'], atMs: number): Statement => ({
    id: `${kind} of ${email}`,
    kind,
    occurredAtMs: Math.min(atMs, nowMs),
    effectiveAtMs: atMs,
    attributes: kind === 'joiner' ? attributes : {},
    source: 'case',
    workerId: fold(email),
  });
  if (employment === 'expected') return [word('joiner', nowMs + 30 * DAY_MS)];
  const hired = word('joiner', nowMs - 3_650 * DAY_MS);
  return employment === 'left' ? [hired, word('leaver', nowMs - 2 * DAY_MS)] : [hired];
}

function unknownGroups(groups: readonly string[], organization: OrganizationPolicy): readonly string[] {
  const known = [...organization.groups.values()].map(({ name }) => name);
  return groups
    .filter((group) => groupPolicyOf(organization, group) === undefined)
    .map((group) => {
      const meant = nearestWord(group, known);
      return `${group} is not under groups${meant === undefined ? '' : `: is ${meant} meant?`}`;
    });
}
