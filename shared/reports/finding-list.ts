import { describeCheck, type CheckId } from '../domain/audit/check-catalog';
import { isOpen, type FindingRecord } from '../domain/audit/finding';
import type { AuditReport } from '../domain/audit/report';
import { describeDecider } from '../domain/decider';
import { markup, name, time, type Markup } from '../html/markup';
import { namedSubject, reasonText } from './describe-finding';
import { planText } from './describe-remediation';
import { anchorOf, SEVERITIES } from '../domain/audit/check-catalog-entry';

/** Of a check with more findings than this, they are folded. */
const MOST_OPEN = 25;

/** Findings by check, the worst first. What is said of all of a check is said once. */
export function renderFindingList(report: Pick<AuditReport, 'findings' | 'ownChecks'>): Markup {
  const byCheck = new Map<CheckId, FindingRecord[]>();
  for (const finding of report.findings) {
    const known = byCheck.get(finding.check);
    if (known === undefined) byCheck.set(finding.check, [finding]);
    else known.push(finding);
  }
  const checks = [...byCheck].toSorted(
    ([a, some], [b, others]) => rankOf(some) - rankOf(others) || (a < b ? -1 : 1),
  );
  return markup`${checks.map(([check, findings]) => renderCheck(report, check, findings))}`;
}

function renderCheck(
  report: Pick<AuditReport, 'ownChecks'>,
  check: CheckId,
  found: readonly FindingRecord[],
): Markup {
  const { title, why, mend } = describeCheck(check, report.ownChecks);
  const findings = found.toSorted(
    (a, b) =>
      Number(isOpen(b)) - Number(isOpen(a)) ||
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      b.firstSeenMs - a.firstSeenMs,
  );
  const open = findings.length > MOST_OPEN ? undefined : markup` open`;
  return markup`<section id="${anchorOf(check).slice(1)}">
<h3>${name(title)} (${findings.length})</h3>
<p>${why}</p>
<p><strong>What to do:</strong> ${mend}</p>
<details${open}><summary>${findings.length} of <code>${check}</code></summary><ul class="list">${findings.map(renderFinding)}</ul></details>
</section>`;
}

/** One finding, with all that is known of it. */
function renderFinding(finding: FindingRecord): Markup {
  const { id, severity, state, fixedAtMs } = finding;
  const { named, ids } = namedSubject(finding);
  const hash = finding.remediation?.planHash;
  const behind = [...ids, ...(hash === undefined ? [] : [['plan', hash] as const])];
  const seen = isOpen(finding) ? undefined : markup`, last seen ${time(finding.lastSeenMs)}`;
  return markup`<li id="f-${id}" data-severity="${severity}" data-state="${state}${isOpen(finding) ? ' any-open' : ''}"><p><span class="mark ${severity}">${severity}</span> <span class="mark ${state}">${state}</span></p>
<dl>${named.map(([word, value]) => pair(word, name(value)))}${pair('since', markup`${time(finding.firstSeenMs)}${seen}`)}${pair('fixed', fixedAtMs === undefined ? undefined : time(fixedAtMs))}${pair('caused by', renderAttribution(finding))}${pair('accepted', renderWaiver(finding))}${pair('plan', renderPlan(finding))}</dl>
<details><summary>Ids</summary><dl>${pair('finding', markup`<code>${id}</code>`)}${behind.map(([word, value]) => pair(word, markup`<code>${value}</code>`))}</dl></details></li>`;
}

function pair(word: string, value: Markup | undefined): Markup {
  return value === undefined ? markup`` : markup`<dt>${word}</dt><dd>${value}</dd>`;
}

function renderAttribution({ attribution }: FindingRecord): Markup | undefined {
  if (attribution === undefined) return undefined;
  if (attribution.kind === 'unknown') return markup`not known: ${reasonText(attribution)}`;
  const { actor, atMs, client, certainty } = attribution;
  return markup`${certainty === undefined ? undefined : 'probably '}${name(actor)}, ${time(atMs)}${client === undefined ? undefined : markup`, with ${name(client)}`}`;
}

function renderWaiver({ waiver }: FindingRecord): Markup | undefined {
  if (waiver === undefined) return undefined;
  const { reason, owner, ticket, untilMs, acceptedBy } = waiver;
  const by =
    acceptedBy === undefined ? undefined : markup`, accepted by ${name(describeDecider(acceptedBy))}`;
  return markup`${name(reason)}, owner ${name(owner)}, ticket ${name(ticket)}, until ${time(untilMs)}${by}`;
}

function renderPlan(finding: FindingRecord): Markup | undefined {
  const text = planText(finding);
  return text === undefined ? undefined : name(text);
}

function rankOf(findings: readonly FindingRecord[]): number {
  const worst = SEVERITIES.findIndex((severity) =>
    findings.some((finding) => finding.severity === severity && isOpen(finding)),
  );
  return worst < 0 ? SEVERITIES.length : worst;
}
