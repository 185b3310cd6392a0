import { describeCheck, type CheckId } from '../domain/audit/check-catalog';
import { anchorOf } from '../domain/audit/check-catalog-entry';
import type { FindingRecord } from '../domain/audit/finding';
import type { AuditReport } from '../domain/audit/report';
import { markup, name, type Markup } from '../html/markup';

/** The catalogue entries of all checks with a finding: the targets of the links in every finding. */
export function renderAboutChecks(
  report: Pick<AuditReport, 'ownChecks'>,
  findings: ReadonlyArray<Pick<FindingRecord, 'check'>>,
): Markup {
  const checks = [...new Set(findings.map(({ check }) => check))].toSorted();
  if (checks.length === 0) return markup``;
  return markup`<h2>About the checks</h2>
    <ul class="list">
      ${checks.map((check) => renderCheck(report, check))}
    </ul>`;
}

function renderCheck({ ownChecks }: Pick<AuditReport, 'ownChecks'>, check: CheckId): Markup {
  const { title, severity, why, mend } = describeCheck(check, ownChecks);
  return markup`<li id="${anchorOf(check).slice(1)}">
    <h3>${name(title)}</h3>
    <p><span class="mark ${severity}">${severity}</span> <code>${check}</code></p>
    <p>${why}</p>
    <p><strong>What to do:</strong> ${mend}</p>
  </li>`;
}

/** From a finding to what its check is about; `page` is where that stands, when not here. */
export function linkToCheck(check: CheckId, text: Markup | string, page = ''): Markup {
  return markup`<a href="${page}${anchorOf(check)}">${text}</a>`;
}
