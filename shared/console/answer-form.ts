import { endWaivers } from '../access/desk/findings/end-waivers';
import { readHoldWithNames, type ReadHoldWithNamesDeps } from '../access/desk/read-hold-with-names';
import { showRemovals, type ShowPlanDeps } from '../access/desk/plans/show-plan';
import { waiveFindings } from '../access/desk/findings/waive-findings';
import { idsIn, MOST_CHOSEN } from '../domain/desk/chosen-findings';
import { isPlanHash } from '../domain/desk/proposed-plan';
import { AppError } from '../errors';
import type { Markup } from '../html/markup';
import { endOfDayMs, type DecideDeps } from './carry-out-decision';
import { chosenFindings, type ReadCausesDeps } from './choose-findings';
import { decideAsVisitor, readableInForce } from './decide-as-visitor';
import type { PageLayout } from './page-layout';
import { renderAccepted, renderChoice, renderTakenBack, renderToTakeBack } from './pages/finding-choice';
import { MOST_NAMED, questionOfHold, questionOfPlan, renderSecondQuestion } from './pages/second-question';
import { planAsVisitor, type PlanAsVisitorDeps } from './plan-as-visitor';
import { permissionsOf } from './visitor-permissions';

export type AnswerFormDeps = DecideDeps &
  PlanAsVisitorDeps &
  ShowPlanDeps &
  ReadHoldWithNamesDeps &
  ReadCausesDeps;

/** What follows a form: another page of the organization, by its address there, or what is asked or told in its place. */
type FormAnswer = Readonly<{ go: string } | { show: Markup }>;

type FormSent = Readonly<{ id: string; fields: URLSearchParams }>;

/** Well within the time that a browser waits. */
const TURN_MS = 15_000;

/**
 * Does what a form of a page asks for in its visitor's name, or asks once more. What takes access away is asked twice.
 * @throws AppError `not-permitted`, `policy-not-in-force`, `body-invalid`, and what the use case throws
 */
export async function answerForm(
  deps: AnswerFormDeps,
  layout: PageLayout,
  sent: FormSent,
): Promise<FormAnswer> {
  const { page, organization, visitor } = layout;
  const { id, fields } = sent;
  const isSure = (removals: number): boolean => removals === 0 || fields.get('sure') === String(removals);
  if (page === 'findings') {
    const answer = await answerAboutFindings(deps, layout, sent);
    if (answer !== undefined) return answer;
  }
  if (page === 'plans' && layout.may.release && fields.get('decision') !== 'decline') {
    const hold = await readHoldWithNames(deps, organization, id);
    if (!isSure(hold.removals.length)) return { show: renderSecondQuestion(layout, questionOfHold(hold)) };
  }
  if (page === 'proposed-plans') {
    if (isPlanHash(id) && layout.may.release) {
      const plan = await showRemovals(deps, organization, id, MOST_NAMED);
      const isDecided = plan.decision !== null;
      if (!isDecided && !isSure(plan.counts.removals))
        return { show: renderSecondQuestion(layout, questionOfPlan(plan, fields.get('reason') ?? '')) };
    }
    const said = Object.fromEntries(fields);
    const { hash } = await planAsVisitor(deps, visitor, { organization, id, said });
    return { go: `proposed-plans?plan=${hash}` };
  }
  const done = await decideAsVisitor(deps, visitor, { organization, page, id, fields });
  return { go: `${page}?done=${done}` };
}

/** undefined: it is about one finding. */
async function answerAboutFindings(
  deps: AnswerFormDeps,
  layout: PageLayout,
  { id, fields }: FormSent,
): Promise<FormAnswer | undefined> {
  switch (id) {
    case 'chosen':
      return answerChoice(deps, layout, fields);
    case 'adopt':
      return proposeFor(deps, layout, 'adopt', Object.fromEntries(fields));
    case 'accept':
      return { show: await accept(deps, layout, fields) };
    case 'end':
      return { show: await takeBack(deps, layout, fields) };
    default:
      return undefined;
  }
}

async function answerChoice(
  deps: AnswerFormDeps,
  layout: PageLayout,
  fields: URLSearchParams,
): Promise<FormAnswer> {
  const { may, organization } = layout;
  if (!may.operate && !may.release) throw mayNot();
  const { ids, findings } = await chosenFindings(deps, organization, fields);
  switch (fields.get('act') ?? '') {
    case 'adopt':
      return { show: renderChoice(layout, 'adopt', findings) };
    case 'accept':
      return { show: renderChoice(layout, 'accept', findings) };
    case 'end':
      return { show: renderToTakeBack(layout, findings) };
    case 'remove':
      return proposeFor(deps, layout, 'differences', { findings: ids });
    default:
      throw new AppError('page-unknown', 'There is no such decision');
  }
}

async function proposeFor(
  deps: AnswerFormDeps,
  { organization, visitor }: PageLayout,
  id: 'adopt' | 'differences',
  said: Readonly<Record<string, string>>,
): Promise<FormAnswer> {
  // Without a list it would be all that there is, which nobody has looked at.
  requireIds(said['findings'] ?? '');
  const { hash } = await planAsVisitor(deps, visitor, { organization, id, said });
  return { go: `proposed-plans?plan=${hash}` };
}

async function accept(deps: AnswerFormDeps, layout: PageLayout, fields: URLSearchParams): Promise<Markup> {
  await requireOperate(deps, layout);
  const said = (key: string): string => fields.get(key)?.trim() ?? '';
  const words = {
    reason: said('reason'),
    owner: said('owner'),
    ticket: said('ticket'),
    until: said('until'),
  };
  const untilMs = endOfDayMs(words.until);
  const asked = { ...words, by: layout.visitor.by, untilMs, hasTime: timeFrom(deps) };
  const result = await waiveFindings(deps, layout.organization, requireIds(said('findings')), asked);
  return renderAccepted(layout, result, words, await recordsById(deps, layout));
}

async function takeBack(deps: AnswerFormDeps, layout: PageLayout, fields: URLSearchParams): Promise<Markup> {
  await requireOperate(deps, layout);
  const asked = { by: layout.visitor.by, reason: fields.get('reason'), hasTime: timeFrom(deps) };
  const result = await endWaivers(deps, layout.organization, requireIds(fields.get('findings') ?? ''), asked);
  return renderTakenBack(result, await recordsById(deps, layout));
}

async function recordsById(deps: AnswerFormDeps, { organization }: PageLayout) {
  return new Map((await deps.findings.list(organization)).map((finding) => [finding.id, finding]));
}

function timeFrom({ clock }: Pick<AnswerFormDeps, 'clock'>): () => boolean {
  const untilMs = clock.now() + TURN_MS;
  return () => clock.now() < untilMs;
}

async function requireOperate(deps: AnswerFormDeps, { visitor, organization }: PageLayout): Promise<void> {
  const inForce = await readableInForce(deps, visitor, organization);
  if (!permissionsOf(visitor, inForce).operate) throw mayNot();
}

function mayNot(): AppError {
  return new AppError('not-permitted', 'You may look at this organization, and not decide this');
}

/** @throws AppError `body-invalid` */
function requireIds(text: string): readonly string[] {
  const ids = idsIn(text);
  if (ids.length > 0 && ids.length <= MOST_CHOSEN) return ids;
  throw new AppError('body-invalid', `Name from 1 to ${MOST_CHOSEN} findings`, {
    fields: [{ field: 'findings', problem: 'names none, or too many' }],
  });
}
