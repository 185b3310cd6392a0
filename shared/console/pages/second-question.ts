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
  /** A sentence each, the first of them. */
  lines: readonly string[];
  reason: string;
}>;

const MOST_NAMED = 100;

export function questionOfHold({ hash, removals }: NamedHold): SecondQuestion {
  const lines = removals
    .slice(0, MOST_NAMED)
    .map(({ person, groupName }) => `Remove ${calledOr(person)} from ${groupName}`);
  return { path: 'plans', hash, removals: removals.length, lines, reason: '' };
}

export function questionOfPlan({ hash, changes, counts }: ShownPlan, reason: string): SecondQuestion {
  const lines = changes
    .filter(isRemoval)
    .slice(0, MOST_NAMED)
    .map((change) => changeInWords(change, calledOr(change.person)));
  return { path: 'proposed-plans', hash, removals: counts.removals, lines, reason };
}

export function renderSecondQuestion(layout: PageLayout, asked: SecondQuestion): Markup {
  const { path, hash, removals, lines, reason } = asked;
  const rest = removals - lines.length;
  const form = renderForm(
    layout,
    `${path}/${hash}`,
    markup`<input type="hidden" name="sure" value="${removals}"><input type="hidden" name="reason" value="${reason}"><button class="danger">Yes, ${countOf(removals, 'removal')}</button>
<a class="button quiet" href="${CONSOLE_PATH}/${layout.organization}/${path}">No, go back</a>`,
  );
  return markup`<section class="alert"><h2>Really take this access away?</h2>
<p>Nothing has been done yet. ${countOf(removals, 'membership')} would end:</p>
<ul>${lines.map((line) => markup`<li>${name(line)}</li>`)}</ul>
${rest > 0 ? markup`<p>and ${rest} more.</p>` : undefined}${form}</section>`;
}

function calledOr(person: string | null): string {
  return person === null || isGuid(person) ? 'somebody without a known address' : person;
}
