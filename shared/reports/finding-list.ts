import { describeCheck, type CheckId } from '../domain/audit/check-catalog';
import { isOpen, type FindingRecord } from '../domain/audit/finding';
import type { AuditReport } from '../domain/audit/report';
import { describeDecider } from '../domain/decider';
import { markup, name, time, type Markup } from '../html/markup';
import { linkToCheck } from './check-explanations';
import { namedSubject, reasonText } from './describe-finding';
import { planText } from './describe-remediation';
import { SEVERITIES } from '../domain/audit/check-catalog-entry';

/** Findings by check, the worst first; `more` adds to each, such as a form. */
export function renderFindingList(
  report: Pick<AuditReport, 'findings' | 'ownChecks'>,
  more: (finding: FindingRecord) => Markup | undefined = () => undefined,
): Markup {
  const checks = [...new Set(report.findings.map(({ check }) => check))].toSorted(
    (a, b) => rankOf(report, a) - rankOf(report, b) || (a < b ? -1 : 1),
  );
  return markup`${checks.map((check) => renderCheck(report, check, more))}`;
}

function renderCheck(
  report: Pick<AuditReport, 'findings' | 'ownChecks'>,
  check: CheckId,
  more: (finding: FindingRecord) => Markup | undefined,
): Markup {
  const { title, why, mend } = describeCheck(check, report.ownChecks);
  const findings = report.findings
    .filter((finding) => finding.check === check)
    .toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a)) || b.firstSeenMs - a.firstSeenMs);
  return markup`<section>
    <h3>${name(title)} (${findings.length})</h3>
    <p>${why}</p>
    <p><strong>What to do:</strong> ${mend}</p>
    <ul class="list">
      ${findings.map((finding) => renderFinding(finding, more(finding)))}
    </ul>
  </section>`;
}

/** One finding, with all that is known of it. */
function renderFinding(finding: FindingRecord, more?: Markup): Markup {
  const { id, check, severity, state, fixedAtMs } = finding;
  const { named, ids } = namedSubject(finding);
  const hash = finding.remediation?.planHash;
  const behind = [...ids, ...(hash === undefined ? [] : [['plan', hash] as const])];
  const seen = isOpen(finding) ? undefined : markup`, last seen ${time(finding.lastSeenMs)}`;
  return markup`<li id="f-${id}" data-severity="${severity}" data-state="${state}${isOpen(finding) ? ' any-open' : ''}">
    <p>
      <span class="mark ${severity}">${severity}</span> <span class="mark ${state}">${state}</span>
      ${linkToCheck(check, 'why, and what to do')}
    </p>
    <dl>
      ${named.map(([word, value]) => pair(word, name(value)))}
      ${pair('since', markup`${time(finding.firstSeenMs)}${seen}`)}
      ${pair('fixed', fixedAtMs === undefined ? undefined : time(fixedAtMs))}
      ${pair('caused by', renderAttribution(finding))}
      ${pair('accepted', renderWaiver(finding))}
      ${pair('plan', renderPlan(finding))}
    </dl>
    <details><summary>Ids</summary><dl>${pair('finding', markup`<code>${id}</code>`)}${behind.map(([word, value]) => pair(word, markup`<code>${value}</code>`))}</dl></details>
    ${more}
  </li>`;
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

function rankOf(report: Pick<AuditReport, 'findings'>, check: CheckId): number {
  const open = report.findings.filter((finding) => finding.check === check && isOpen(finding));
  const worst = SEVERITIES.findIndex((severity) => open.some((finding) => finding.severity === severity));
  return worst < 0 ? SEVERITIES.length : worst;
}
