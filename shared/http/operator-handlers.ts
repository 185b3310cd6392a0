import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import { z } from 'zod';
import { exportSnapshot, type ExportSnapshotDeps } from '../access/desk/export-snapshot';
import { explainAccess, type ExplainAccessDeps } from '../access/desk/explain-access';
import { listMembers, type ListMembersDeps } from '../access/desk/list-members';
import { nameRefusedChanges } from '../access/desk/name-refused-changes';
import { readHistory, type ReadHistoryDeps } from '../access/desk/read-history';
import { readInventory, type ReadInventoryDeps } from '../access/desk/read-inventory';
import { readStatus, type ReadStatusDeps } from '../access/desk/read-status';
import { readHoldWithNames, type ReadHoldWithNamesDeps } from '../access/desk/read-hold-with-names';
import { readReadiness, type ReadReadinessDeps } from '../access/desk/read-readiness';
import { importTerms } from '../access/desk/plans/import-said';
import { listPlans, showPlan, type ShowPlanDeps } from '../access/desk/plans/show-plan';
import { listFailingUnits, type ListFailingUnitsDeps } from '../access/desk/list-failing-units';
import { listDeadDeliveries } from '../access/ledger/list-dead-deliveries';
import { listHolds } from '../access/ledger/list-holds';
import { readShownPause } from '../access/ledger/organization/pause-of-organization';
import { DONE, type DecideDeps } from '../console/carry-out-decision';
import { decideAsVisitor, readableBy, requireReadable } from '../console/decide-as-visitor';
import { planAsVisitor, type PlanAsVisitorDeps } from '../console/plan-as-visitor';
import { requireOperator } from '../console/require-operator';
import type { SignInDeps } from '../console/require-sign-in';
import { permissionsOf, type Visitor } from '../console/visitor-permissions';
import { describeDecider } from '../domain/decider';
import { withInstants } from '../domain/instants-as-text';
import { isLocalDate } from '../domain/local-date';
import type { OrganizationPolicy } from '../domain/policy';
import { AppError } from '../errors';
import { checkBody } from '../webhooks/check-body';
import { parseJsonBody } from '../webhooks/json-body';
import { jsonResponse } from './json-response';
import { answerAboutEvidence, type EvidenceQuestionDeps } from './evidence-questions';
import { answerAboutThePast, type PastQuestionDeps } from './past-questions';
import { answerAboutNights, type NightQuestionDeps } from './night-questions';
import { invalidQuery, requireWord, skipIn, wordIn } from './operator-query';
import { answerUpload } from './people-upload';
import { readBody } from './read-body';

export type OperatorDeps = SignInDeps &
  DecideDeps &
  ReadStatusDeps &
  ReadReadinessDeps &
  ExplainAccessDeps &
  ListMembersDeps &
  ReadHistoryDeps &
  ReadInventoryDeps &
  ExportSnapshotDeps &
  ReadHoldWithNamesDeps &
  ListFailingUnitsDeps &
  NightQuestionDeps &
  EvidenceQuestionDeps &
  PastQuestionDeps &
  ShowPlanDeps &
  PlanAsVisitorDeps;

type OperatorRequest = Pick<HttpRequest, 'headers' | 'params' | 'query' | 'body'>;

/** What others verify or read again stays as it is. */
const AS_STORED: ReadonlySet<string> = new Set(['evidence-export', 'snapshot']);
const MAX_BYTES = 16_384;
/** Shorter beginnings fit by chance. */
const SHORTEST_RUN = 6;
const FieldsSchema = z.record(z.string(), z.string());

/**
 * Answers what the command line asks, to whoever may look at the organization; without one, who asks and where they may look.
 * @throws AppError `sign-in-needed`, `not-permitted`, `page-unknown`, `query-invalid`, and what the use case throws
 */
export async function answerOperator(
  deps: OperatorDeps,
  request: OperatorRequest,
): Promise<HttpResponseInit> {
  const visitor = await requireOperator(deps, request);
  const { organization = '', what = '', id = '' } = request.params;
  const readable = await readableBy(deps, visitor);
  if (organization === '')
    return jsonResponse(200, {
      who: describeDecider(visitor.by),
      organizations: readable.map((one) => ({ organization: one.alias, may: permissionsOf(visitor, one) })),
    });
  const chosen = requireReadable(readable, organization);
  const answer = await read(deps, visitor, chosen, { what, id }, request.query);
  return jsonResponse(200, AS_STORED.has(what) ? answer : withInstants(answer));
}

async function read(
  deps: OperatorDeps,
  visitor: Visitor,
  organization: OrganizationPolicy,
  { what, id }: Readonly<{ what: string; id: string }>,
  query: OperatorRequest['query'],
): Promise<unknown> {
  const { alias } = organization;
  switch (what) {
    case 'status':
      return readStatus(deps, organization);
    case 'readiness':
      return readReadiness(deps, organization);
    case 'inventory':
      return readInventory(deps, organization, { isFresh: query.get('fresh') === '1' });
    case 'snapshot':
      return exportSnapshot(deps, organization);
    case 'explain':
      return explainAccess(deps, organization, {
        person: requireWord(query, 'person'),
        group: wordIn(query, 'group'),
      });
    case 'members':
      return listMembers(deps, organization, { group: requireWord(query, 'group'), skip: skipIn(query) });
    case 'history':
      return readHistory(deps, alias, historyAsked(query), skipIn(query));
    case 'plans':
      return id === '' ? { plans: await listHolds(deps, alias) } : readHoldWithNames(deps, alias, id);
    case 'proposed-plans':
      return id === '' ? { plans: await listPlans(deps, alias) } : showPlan(deps, alias, id, skipIn(query));
    case 'uploads':
      return importTerms(await deps.policy(), organization);
    case 'dead-letters':
      return listDeadLetters(deps, alias);
    case 'pause':
      return { pause: (await readShownPause(deps, alias)) ?? null };
    default: {
      const answer =
        (await answerAboutNights(deps, organization, { what, id }, query)) ??
        (await answerAboutThePast(deps, organization, { what }, query)) ??
        (await answerAboutEvidence(deps, visitor, organization, { what }, query));
      if (answer !== undefined) return answer;
      throw new AppError('page-unknown', 'There is no such question');
    }
  }
}

async function listDeadLetters(deps: OperatorDeps, alias: string): Promise<unknown> {
  const dead = await listDeadDeliveries(deps, alias);
  return {
    changes: await nameRefusedChanges(deps, alias),
    deliveries: dead.flatMap(({ deliveries }) => deliveries),
    unreadable: dead.flatMap(({ source: { feed, name }, unreadable: code }) =>
      code === undefined ? [] : [{ feed, source: name, code }],
    ),
    failing: await listFailingUnits(deps, alias),
  };
}

/**
 * Carries out a decision of the command line by the words of the console's form, as JSON, in the caller's name. The platform may know
 * somebody by a cookie, which a page elsewhere could have sent: a browser asks first before it sends JSON to another site, and is refused.
 * @throws AppError `sign-in-needed`, `not-permitted`, `form-stale`, `content-type-unsupported`, `body-invalid`, and what the use case throws
 */
export async function decideAsOperator(
  deps: OperatorDeps,
  request: OperatorRequest,
): Promise<HttpResponseInit> {
  const visitor = await requireOperator(deps, request);
  const { organization = '', page = '', id = '' } = request.params;
  if ((request.headers.get('sec-fetch-site') ?? 'none') !== 'none')
    throw new AppError('form-stale', 'No page decides here');
  if (!/^application\/json\b/i.test(request.headers.get('content-type') ?? ''))
    throw new AppError('content-type-unsupported', 'A decision is application/json');
  if (page === 'uploads') return jsonResponse(200, await answerUpload(deps, visitor, organization, request));
  const said = checkBody(FieldsSchema, parseJsonBody(await readBody(request, MAX_BYTES)));
  if (page === 'proposed-plans') {
    const answer = await planAsVisitor(deps, visitor, { organization, id, said });
    return jsonResponse(200, { ...answer, by: describeDecider(visitor.by) });
  }
  const fields = new URLSearchParams(said);
  const done = await decideAsVisitor(deps, visitor, { organization, page, id, fields });
  return jsonResponse(200, { done, words: DONE[done], by: describeDecider(visitor.by) });
}

function historyAsked(query: OperatorRequest['query']): Parameters<typeof readHistory>[2] {
  const [person, group] = [wordIn(query, 'person'), wordIn(query, 'group')];
  const [day, run] = [wordIn(query, 'day'), wordIn(query, 'run')];
  if (person !== undefined) return { kind: 'person', person };
  if (group !== undefined) return { kind: 'group', group };
  if (day !== undefined && !isLocalDate(day)) throw invalidQuery('day', 'is no day, such as 2026-11-21');
  if (day !== undefined) return { kind: 'day', day };
  if (run !== undefined && run.length < SHORTEST_RUN) throw invalidQuery('run', 'is too short');
  if (run !== undefined) return { kind: 'run', run };
  return { kind: 'ticket', ticket: requireWord(query, 'ticket') };
}
