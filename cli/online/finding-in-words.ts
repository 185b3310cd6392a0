import { instantText } from '../output/instant';
import { plainText } from '../output/plain-text';
import type { TextStyle } from '../output/text-style';
import type { ShownFinding } from './answers-of-audits';

/** A finding in a few lines: how bad, what, about whom, and what to do. */
export function findingLines(finding: ShownFinding, style: TextStyle, lead = ''): readonly string[] {
  const { id, severity, state, title, about, toDo, plan, planHash, causedBy, firstSeenMs, waiver } = finding;
  const isBad = state !== 'fixed' && state !== 'waived';
  const head = `${lead}${plainText(severity)} ${style('strong', plainText(title))}: ${plainText(about, 2_000)}`;
  const release = planHash === null ? '' : `: access remediate ${plainText(id)}`;
  return [
    isBad ? `${style('bad', '✘')} ${head}` : `${style('good', '✔')} ${head}`,
    `    ${plainText(id)}, ${plainText(state)}, since ${instantText(firstSeenMs)}${causedBy === null ? '' : `, caused by ${plainText(causedBy)}`}`,
    ...(waiver === null ? [] : [`    ${waiverText(waiver)}`]),
    ...(isBad ? [`    do: ${plainText(toDo, 2_000)}`] : []),
    ...(isBad && plan !== null ? [`    plan: ${plainText(plan, 2_000)}${release}`] : []),
  ];
}

function waiverText({
  reason,
  owner,
  ticket,
  untilMs,
  acceptedBy,
}: NonNullable<ShownFinding['waiver']>): string {
  const by = acceptedBy === null ? '' : ` by ${plainText(acceptedBy)}`;
  return `accepted${by} until ${instantText(untilMs)}: ${plainText(reason, 2_000)} (ticket ${plainText(ticket)}, owner ${plainText(owner)})`;
}

/** `2 critical, 1 low`, or `nothing`. */
export function countsText(open: Readonly<Record<string, number>>): string {
  const counts = Object.entries(open).flatMap(([severity, count]) =>
    count === 0 ? [] : [`${count} ${severity}`],
  );
  return counts.length === 0 ? 'nothing' : counts.join(', ');
}
