import type { NamedHold } from '../../access/desk/read-hold-with-names';
import type { ShownPlan } from '../../access/desk/plans/show-plan';
import { countOf } from '../../domain/desk/organization-status';
import { changeInWords } from '../../domain/desk/change-in-words';
import { isRemoval } from '../../domain/desk/proposed-plan';
import { isGuid } from '../../domain/guid';
import { markup, name, type Markup } from '../../html/markup';
import { renderForm, type PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';

/** What takes access away is asked twice: in the answer to the first form, with the names once more. */
type SecondQuestion = Readonly<{
  /** Below the console's path of the organization. */
  path: 'plans' | 'proposed-plans';
  hash: string;
  removals: number;
  /** What ends, by its number. */
  ends: string;
  /** A sentence each, the first of them. */
  lines: readonly string[];
  reason: string;
}>;

/** As many as somebody reads before they say yes. */
export const MOST_NAMED = 100;

export function questionOfHold({ hash, removals }: NamedHold): SecondQuestion {
  const lines = removals
    .slice(0, MOST_NAMED)
    .map(({ person, groupName }) => `Remove ${calledOr(person)} from ${groupName}`);
  return {
    path: 'plans',
    hash,
    removals: removals.length,
    ends: membershipsEnd(removals.length),
    lines,
    reason: '',
  };
}

/** `changes`: those that take something away, the first of them. */
export function questionOfPlan({ hash, kind, changes, counts }: ShownPlan, reason: string): SecondQuestion {
  const { removals } = counts;
  const lines = changes.filter(isRemoval).map(lineOf);
  // A line of such a plan is about all that somebody loses.
  const ends =
    kind === 'import'
      ? `${countOf(removals, 'person', 'people')} would lose access`
      : membershipsEnd(removals);
  return { path: 'proposed-plans', hash, removals, ends, lines, reason };
}

/** Which groups somebody loses by another description is what such a change says last of why. */
function lineOf(change: ShownPlan['changes'][number]): string {
  const line = changeInWords(change, calledOr(change.person));
  const lost = change.change === 'move-worker-out' ? change.why.at(-1) : undefined;
  return lost === undefined ? line : `${line}: ${lost}`;
}

function membershipsEnd(removals: number): string {
  return `${countOf(removals, 'membership')} would end`;
}

export function renderSecondQuestion(layout: PageLayout, asked: SecondQuestion): Markup {
  const { path, hash, removals, ends, lines, reason } = asked;
  const rest = removals - lines.length;
  const form = renderForm(
    layout,
    `${path}/${hash}`,
    markup`<input type="hidden" name="sure" value="${removals}"><input type="hidden" name="reason" value="${reason}"><button class="danger">Yes, ${countOf(removals, 'removal')}</button>
<a class="button quiet" href="${CONSOLE_PATH}/${layout.organization}/${path}">No, go back</a>`,
  );
  return markup`<section class="alert"><h2>Really take this access away?</h2>
<p>Nothing has been done yet. ${ends}:</p>
<ul>${lines.map((line) => markup`<li>${name(line)}</li>`)}</ul>
${rest > 0 ? markup`<p>and ${rest} more.</p>` : undefined}${form}</section>`;
}

function calledOr(person: string | null): string {
  return person === null || isGuid(person) ? 'somebody without a known address' : person;
}
