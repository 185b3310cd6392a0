import { isOpen, isReleasable, type FindingRecord } from '../../domain/audit/finding';
import type { AuditReport } from '../../domain/audit/report';
import { markup, time, type Markup } from '../../html/markup';
import { renderAboutChecks } from '../../reports/check-explanations';
import { renderFindingList } from '../../reports/finding-list';
import { renderWaivers } from '../../reports/waiver-list';
import { renderForm, type PageLayout } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';

const CHOICES = { open: 'Open', waived: 'Accepted', fixed: 'Fixed', all: 'All' } as const;

type Choice = keyof typeof CHOICES;

/** Findings as they stand now, one kind of them at a time; the last report has the words of the policy's own checks. */
export function renderFindings(
  layout: PageLayout,
  report: AuditReport | undefined,
  records: readonly FindingRecord[],
  asked: string,
): Markup {
  if (report === undefined) return markup`<p>No audit has ended yet.</p>`;
  const choice = isChoice(asked) ? asked : 'open';
  const findings = records.filter(
    (finding) => choice === 'all' || (choice === 'open' ? isOpen(finding) : finding.state === choice),
  );
  return markup`<p>Last audit ${time(report.takenAtMs)}.</p>
<nav aria-label="Kinds of findings"><ul>${Object.entries(CHOICES).map(([key, title]) => {
    const current = key === choice ? markup` aria-current="true"` : undefined;
    return markup`<li><a href="${CONSOLE_PATH}/${layout.organization}/findings?show=${key}"${current}>${title}</a></li>`;
  })}</ul></nav>
<h2>${CHOICES[choice]} (${findings.length})</h2>
${findings.length === 0 ? markup`<p>There is none.</p>` : renderFindingList({ ...report, findings }, (finding) => renderDecisions(layout, finding))}
${choice === 'waived' ? renderWaivers(report) : undefined}
${renderAboutChecks(report, records)}`;
}

/** Forms for an open finding: release its remediation, or waive it. */
function renderDecisions(layout: PageLayout, finding: FindingRecord): Markup | undefined {
  if (!isOpen(finding)) return undefined;
  const { id, remediation } = finding;
  const mend =
    layout.may.release &&
    layout.observed === undefined &&
    remediation !== undefined &&
    isReleasable(remediation)
      ? renderForm(
          layout,
          `findings/${id}`,
          markup`<input type="hidden" name="planHash" value="${remediation.planHash}"><button>Carry out this plan</button>`,
        )
      : undefined;
  if (!layout.may.operate || finding.check === 'part-unknown') return mend;
  const waive = renderForm(
    layout,
    `findings/${id}`,
    markup`<label>Reason<input name="reason" required></label><label>Owner<input name="owner" required></label>
<label>Ticket<input name="ticket" required></label><label>Last day<input name="until" type="date" required></label><button>Accept</button>`,
  );
  return markup`${mend}<details><summary>Accept this finding for a time</summary>${waive}</details>`;
}

function isChoice(text: string): text is Choice {
  return Object.hasOwn(CHOICES, text);
}
