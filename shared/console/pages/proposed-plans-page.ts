import type { ShownPlan, ShownPlanHead } from '../../access/desk/plans/show-plan';
import { countOf } from '../../domain/desk/organization-status';
import { guardText } from '../../domain/desk/hold-in-words';
import { changeInWords } from '../../domain/desk/change-in-words';
import type { PlanKind } from '../../domain/desk/proposed-plan';
import { isGuid } from '../../domain/guid';
import { markup, name, time, type Markup } from '../../html/markup';
import { renderForm, type PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';

/** Lines of a plan on one page. */
export const LINES_OF_PLAN = 150;

const KINDS: Readonly<Record<PlanKind, string>> = {
  adopt: 'Give members a reason',
  differences: 'Mend what was found',
  import: 'Take in a file of HR',
  undo: 'Undo what was done',
};

/** Plans that wait for somebody, then those that were decided lately. */
export function renderProposedPlans(layout: PageLayout, plans: readonly ShownPlanHead[]): Markup {
  const waiting = plans.filter(({ state, isExpired }) => state !== 'done' && !isExpired);
  const over = plans.filter((plan) => !waiting.includes(plan));
  return markup`<p>A plan says exactly what would be done, and does nothing by itself. It waits for a day; whoever applies it has it made again from what is so then, and where that is another plan nothing is done.</p>
<h2>Waiting (${waiting.length})</h2>
${waiting.length === 0 ? markup`<p>No plan waits. Choose <a href="${CONSOLE_PATH}/${layout.organization}/findings">findings</a> to make one.</p>` : renderHeads(layout, waiting)}
${over.length === 0 ? undefined : markup`<h2>Decided or over (${over.length})</h2>${renderHeads(layout, over)}`}`;
}

const MOST_LISTED = 50;

function renderHeads({ organization }: PageLayout, plans: readonly ShownPlanHead[]): Markup {
  return markup`<ul class="list">${plans.slice(0, MOST_LISTED).map(
    (plan) =>
      markup`<li><p>${renderState(plan)} <a href="${CONSOLE_PATH}/${organization}/proposed-plans?plan=${plan.hash}">${KINDS[plan.kind]}: ${countsText(plan)}</a></p>
<p class="soft">proposed by ${name(plan.names.by)}, ${time(plan.atMs)}</p></li>`,
  )}</ul>`;
}

/** One plan in sentences, with what somebody may do about it. `skip`: lines before those that are shown. */
export function renderProposedPlan(layout: PageLayout, plan: ShownPlan, skip: number): Markup {
  const { kind, names, atMs, untilMs, changes, leftOut, notes, guards, decision, hash } = plan;
  return markup`<h2>${KINDS[kind]}: ${countsText(plan)}</h2>
<p>${renderState(plan)} proposed by ${name(names.by)}, ${time(atMs)}. ${
    decision === null
      ? markup`It waits until ${time(untilMs)}.`
      : markup`Decided by ${name(names.decision ?? '')}${names.first === null ? undefined : markup` after ${name(names.first)}`}, ${time(decision.atMs)}: ${name(decision.reason)}`
  }</p>
${decision === null ? undefined : renderOutcome(plan, decision)}
<ul>${notes.map((note) => markup`<li>${name(note)}</li>`)}${guards.map((guard) => markup`<li>${name(guardText(guard, String))}</li>`)}</ul>
${changes.length === 0 ? undefined : renderLines('What it does', changes.map(renderChange))}
${leftOut.length === 0 ? undefined : renderLines('Left out', leftOut.map(renderLeftOut))}
${renderPaging(layout, plan, skip)}
<details><summary>Ids of this plan</summary><p>Plan <code>${hash}</code></p><ul>${[
    ...changes,
    ...leftOut,
  ].flatMap(({ at, memberId }) =>
    memberId === undefined ? [] : [markup`<li>${name(at)}: directory id <code>${memberId}</code></li>`],
  )}</ul></details>
${renderWhatToDo(layout, plan)}`;
}

function renderOutcome(
  { counts }: ShownPlanHead,
  { done, notMade }: NonNullable<ShownPlanHead['decision']>,
): Markup {
  const left = counts.changes - done;
  return markup`<p class="done" role="status">${countOf(done - notMade, 'change')} done${
    notMade === 0 ? '' : `, ${notMade} could not be made any more and left as they were`
  }${left === 0 ? '' : `, ${left} not reached yet: apply it again to go on`}. What is written to UiPath follows with the next run.</p>`;
}

function renderLines(title: string, lines: readonly Markup[]): Markup {
  return markup`<h3>${title}</h3><ul>${lines}</ul>`;
}

function renderChange(change: ShownPlan['changes'][number]): Markup {
  const { why, untilMs } = change;
  return markup`<li>${name(changeInWords(change, calledIn(change)))}${untilMs === undefined ? undefined : markup` until ${time(untilMs)}`} <span class="soft">${name(why.join(', '))}</span></li>`;
}

function renderLeftOut(line: ShownPlan['leftOut'][number]): Markup {
  const whom = line.person === null ? '' : `${calledIn(line)} in `;
  return markup`<li>${name(`${whom}${line.at}`)}: <span class="soft">${name(line.why)}</span></li>`;
}

function calledIn({ person }: Readonly<{ person: string | null }>): string {
  return person === null || isGuid(person) ? 'somebody without a known address' : person;
}

function renderPaging(
  { organization }: PageLayout,
  { hash, total, next }: ShownPlan,
  skip: number,
): Markup | undefined {
  if (next === null && skip === 0) return undefined;
  const link = (to: number, text: string): Markup =>
    markup`<a href="${CONSOLE_PATH}/${organization}/proposed-plans?plan=${hash}&amp;skip=${to}">${text}</a>`;
  return markup`<p>Lines ${skip + 1} to ${next ?? total} of ${total}. ${skip === 0 ? undefined : link(Math.max(0, skip - LINES_OF_PLAN), 'Earlier')} ${next === null ? undefined : link(next, 'Next')}</p>`;
}

function renderWhatToDo(layout: PageLayout, plan: ShownPlan): Markup | undefined {
  const { hash, state, isExpired, counts } = plan;
  if (state === 'done')
    return layout.may.release || layout.may.operate ? renderUndo(layout, hash) : undefined;
  if (!layout.may.release) return markup`<p>Whoever may release in this organization decides about it.</p>`;
  if (isExpired) return markup`<p>It is more than a day old: make it anew.</p>`;
  if (counts.changes === 0) return markup`<p>It would do nothing: there is nothing to apply.</p>`;
  const isDanger = counts.removals > 0 ? markup` class="danger"` : undefined;
  return renderForm(
    layout,
    `proposed-plans/${hash}`,
    markup`${renderReason()}<button${isDanger}>${state === 'begun' ? 'Go on with it' : `Apply: ${countsText(plan)}`}</button>`,
  );
}

function renderUndo(layout: PageLayout, hash: string): Markup {
  const form = renderForm(
    layout,
    'proposed-plans/undo',
    markup`<input type="hidden" name="id" value="${hash}">${renderOwnerFields('')}<button class="quiet">Plan the undoing</button>`,
  );
  return markup`<h3>Undo</h3><p>The inverse is made as a plan of its own, which you look at before anything is done. What is given back needs an owner and a ticket.</p>${form}`;
}

/** Who answers for a reason, its ticket and its last day. `required` is an attribute, or empty. */
export function renderOwnerFields(required: '' | 'required'): Markup {
  const attribute = required === '' ? undefined : markup` required`;
  return markup`<label>Owner<input name="owner"${attribute} maxlength="200" autocomplete="off"></label>
<label>Ticket<input name="ticket"${attribute} maxlength="200" autocomplete="off"></label><label>Last day<input name="until" type="date"></label>`;
}

export function renderReason(): Markup {
  return markup`<label>Reason<input name="reason" size="38" required maxlength="500" autocomplete="off"></label>`;
}

function renderState({ state, isExpired, decision }: ShownPlanHead): Markup {
  if (isExpired) return markup`<span class="mark waived">over</span>`;
  if (state === 'done') return markup`<span class="mark green">done</span>`;
  return state === 'begun' || decision !== null
    ? markup`<span class="mark medium">begun</span>`
    : markup`<span class="mark info">waits</span>`;
}

/** Such as "12 memberships of 9 people in 2 groups, 3 of them removals". */
function countsText({ counts }: Pick<ShownPlanHead, 'counts'>): string {
  const { changes, removals, people, groups } = counts;
  const whom = people === 0 ? '' : ` for ${countOf(people, 'person', 'people')}`;
  const where = groups === 0 ? '' : ` in ${countOf(groups, 'group')}`;
  return `${countOf(changes, 'change')}${whom}${where}${removals === 0 ? '' : `, ${countOf(removals, 'removal')}`}`;
}
