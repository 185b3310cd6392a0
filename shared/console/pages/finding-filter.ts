import { isAskedFor, type FindingFilter } from '../../domain/desk/chosen-findings';
import { describeCheck, isCheckId } from '../../domain/audit/check-catalog';
import { SEVERITIES } from '../../domain/audit/check-catalog-entry';
import type { FindingRecord } from '../../domain/audit/finding';
import { markup, type Markup } from '../../html/markup';
import type { PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';

export const CHOICES = { open: 'Open', waived: 'Accepted', fixed: 'Fixed', all: 'All' } as const;

export type Choice = keyof typeof CHOICES;

/** What the address of the page asks for. `cause`: one of them alone; `part`: of a long list, from 1. */
export type FindingsAsked = Readonly<{
  show: string;
  severity: string;
  check: string;
  words: string;
  cause: string;
  part: number;
}>;

/** The form that says which findings are shown. */
export function renderFilter(
  { organization }: PageLayout,
  records: readonly FindingRecord[],
  { show, severity, check, words }: FindingsAsked,
): Markup {
  const checks = [...new Set(records.map((one) => one.check))]
    .map((id) => [id, describeCheck(id).title] as const)
    .toSorted(([, a], [, b]) => (a < b ? -1 : 1));
  return markup`<form method="get" action="${CONSOLE_PATH}/${organization}/findings" role="search"><input type="hidden" name="show" value="${choiceOf(show)}">
<label>Search<input type="search" name="words" value="${words}" maxlength="200" placeholder="a person, a group, who did it"></label>
<label>Severity<select name="severity">${option('', 'all', severity)}${SEVERITIES.map((one) => option(one, one, severity))}</select></label>
<label>Check<select name="check">${option('', 'all', check)}${checks.map(([id, title]) => option(id, title, check))}</select></label>
<button class="quiet">Filter</button></form>`;
}

function option(value: string, text: string, chosen: string): Markup {
  return markup`<option value="${value}"${value === chosen ? markup` selected` : undefined}>${text}</option>`;
}

/** The findings that a page is asked for. */
export function askedFindings(
  records: readonly FindingRecord[],
  asked: FindingsAsked,
): readonly FindingRecord[] {
  const { show, severity, check, words } = asked;
  const choice = choiceOf(show);
  const filter: FindingFilter = { state: choice === 'all' ? '' : choice, severity, check, words };
  return records.filter((finding) => isAskedFor(finding, filter));
}

/** Of an address or a form. */
export function findingsAsked(said: (key: string) => string): FindingsAsked {
  const part = /^[1-9]\d{0,3}$/.test(said('part')) ? Number(said('part')) : 1;
  const check = said('check');
  return {
    show: choiceOf(said('show')),
    severity: SEVERITIES.find((one) => one === said('severity')) ?? '',
    check: isCheckId(check) ? check : '',
    words: said('words').slice(0, 200),
    cause: said('cause'),
    part,
  };
}

export function choiceOf(text: string): Choice {
  return isChoice(text) ? text : 'open';
}

function isChoice(text: string): text is Choice {
  return Object.hasOwn(CHOICES, text);
}
