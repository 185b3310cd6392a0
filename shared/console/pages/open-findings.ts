import type { FindingRecord } from '../../domain/audit/finding';
import { markup, name, type Markup } from '../../html/markup';
import { entryOf, namedSubjectText } from '../../reports/describe-finding';
import type { PageLayout } from '../page-layout';
import { addressOf } from './links';

const MOST_SHOWN = 10;

/** What is open of a group or a person, the worst first, with the way to where something can be done about it. */
export function renderOpenFindings(
  layout: Pick<PageLayout, 'organization'>,
  findings: readonly FindingRecord[],
): Markup | undefined {
  if (findings.length === 0) return undefined;
  const more = findings.length - MOST_SHOWN;
  return markup`<h2>Findings</h2><ul class="list">${findings
    .slice(0, MOST_SHOWN)
    .map(
      (finding) =>
        markup`<li data-severity="${finding.severity}"><p>${titleOf(finding)}: ${name(namedSubjectText(finding))}</p></li>`,
    )}</ul><p><a href="${addressOf(layout, 'findings', {})}">${more > 0 ? `${more} more, and what` : 'What'} can be done about them</a></p>`;
}

/** How bad a finding is, and what it is called. */
export function titleOf(finding: FindingRecord): Markup {
  return markup`<span class="mark ${finding.severity}">${finding.severity}</span> <strong>${entryOf({ ownChecks: {} }, finding).title}</strong>`;
}
