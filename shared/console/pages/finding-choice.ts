import type { DoneToFindings } from '../../access/desk/findings/waive-findings';
import { idsAsText } from '../../domain/desk/chosen-findings';
import { countOf } from '../../domain/desk/organization-status';
import { describeCheck } from '../../domain/audit/check-catalog';
import type { FindingRecord } from '../../domain/audit/finding';
import { markup, name, type Markup } from '../../html/markup';
import { namedSubjectText } from '../../reports/describe-finding';
import { renderForm, type PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';
import { renderOwnerFields, renderReason } from './proposed-plans-page';

/** Words that people accept findings with, as a form says them. */
export type AcceptanceSaid = Readonly<{ reason: string; owner: string; ticket: string; until: string }>;

/** Lists what was chosen, and asks with which words it is adopted or accepted. */
export function renderChoice(
  layout: PageLayout,
  act: 'adopt' | 'accept',
  findings: readonly FindingRecord[],
): Markup {
  const many = countOf(findings.length, 'finding');
  const ids = markup`<input type="hidden" name="findings" value="${idsAsText(findings.map(({ id }) => id))}">`;
  const form =
    act === 'adopt'
      ? markup`${ids}${renderOwnerFields('required')}<button>Make the plan</button>`
      : markup`${ids}${renderReason()}${renderOwnerFields('required')}<button>Accept ${many}</button>`;
  const said =
    act === 'adopt'
      ? 'Each of these members gets a reason with this owner, ticket and last day; without a day it is asked again after 90 days. You see the plan before anything is done.'
      : 'Each of these is accepted until the last day, and is open again after it.';
  return markup`<h2>${act === 'adopt' ? 'Adopt' : 'Accept'} ${many}</h2><p>${said}</p>
${renderNames(findings)}${renderForm(layout, `findings/${act}`, form)}
<p><a href="${CONSOLE_PATH}/${layout.organization}/findings">No, go back</a></p>`;
}

/** What was done, finding by finding, with what is left and the way back. */
export function renderAccepted(
  layout: PageLayout,
  { done, before, refused, left }: DoneToFindings,
  said: AcceptanceSaid,
  all: ReadonlyMap<string, FindingRecord>,
): Markup {
  const hidden = Object.entries(said).map(
    ([key, value]) => markup`<input type="hidden" name="${key}" value="${value}">`,
  );
  const goOn = renderForm(
    layout,
    'findings/accept',
    markup`<input type="hidden" name="findings" value="${idsAsText(left)}">${hidden}<button>Go on with ${countOf(left.length, 'finding')}</button>`,
  );
  const accepted = [...done, ...before];
  return markup`<section class="done" role="status"><h2>${countOf(done.length, 'finding')} accepted until ${said.until}</h2>
${before.length === 0 ? undefined : markup`<p>${countOf(before.length, 'finding')} had been accepted so before: nothing was done again.</p>`}</section>
${renderRefused(refused, all)}
${left.length === 0 ? undefined : markup`<section class="alert"><p>There was no time for ${countOf(left.length, 'finding')}: nothing was done about them.</p>${goOn}</section>`}
${accepted.length === 0 ? undefined : markup`<details open><summary>Accepted (${accepted.length})</summary>${renderNames(recordsOf(accepted, all))}</details>${renderTakeBack(layout, accepted)}`}`;
}

/** What came of taking acceptances back. */
export function renderTakenBack(
  { done, before, refused, left }: DoneToFindings,
  all: ReadonlyMap<string, FindingRecord>,
): Markup {
  return markup`<p class="done" role="status">${countOf(done.length, 'finding')} open again.${before.length === 0 ? '' : ` ${countOf(before.length, 'finding')} had been so before.`}${left.length === 0 ? '' : ` There was no time for ${left.length}: go back and send the form again.`}</p>
${renderRefused(refused, all)}${renderNames(recordsOf(done, all))}`;
}

/** Asks why acceptances are taken back. */
export function renderToTakeBack(layout: PageLayout, findings: readonly FindingRecord[]): Markup {
  return markup`<h2>Take back ${countOf(findings.length, 'acceptance')}</h2>${renderNames(findings)}${renderTakeBack(
    layout,
    findings.map(({ id }) => id),
  )}`;
}

function renderTakeBack(layout: PageLayout, ids: readonly string[]): Markup {
  const form = renderForm(
    layout,
    'findings/end',
    markup`<input type="hidden" name="findings" value="${idsAsText(ids)}">${renderReason()}<button class="quiet">Undo: open them again</button>`,
  );
  return markup`<h3>Undo</h3>${form}`;
}

function renderRefused(
  refused: DoneToFindings['refused'],
  all: ReadonlyMap<string, FindingRecord>,
): Markup | undefined {
  if (refused.length === 0) return undefined;
  return markup`<section class="alert"><h2>${countOf(refused.length, 'finding')} left as they were</h2><ul>${refused.map(
    ({ id, code, message }) => {
      const finding = all.get(id);
      const what = finding === undefined ? 'a finding that is not there any more' : namedSubjectText(finding);
      return markup`<li>${name(what)}: ${message ?? 'it failed, try it again'} <code>${code}</code></li>`;
    },
  )}</ul></section>`;
}

function renderNames(findings: readonly FindingRecord[]): Markup {
  const checks = [...new Set(findings.map(({ check }) => check))];
  return markup`${checks.map((check) => {
    const own = findings.filter((finding) => finding.check === check);
    return markup`<h3>${name(describeCheck(check).title)} (${own.length})</h3><ul>${own.map(
      (finding) => markup`<li>${name(namedSubjectText(finding))}</li>`,
    )}</ul>`;
  })}`;
}

function recordsOf(
  ids: readonly string[],
  all: ReadonlyMap<string, FindingRecord>,
): readonly FindingRecord[] {
  return ids.flatMap((id) => all.get(id) ?? []);
}
