import { inWords } from '../../../shared/domain/desk/change-in-words';
import { countOf } from '../../../shared/domain/desk/organization-status';
import type { Answer } from '../../answer';
import { EXIT } from '../../exit-codes';
import { instantText } from '../../output/instant';
import { markdownText } from '../../output/markdown-text';
import { plainText } from '../../output/plain-text';
import type { TextStyle } from '../../output/text-style';
import type { ShownChange, ShownLeftOut, ShownPlan, ShownPlanHead } from './plan-answers';

const LONGEST_WHY = 2_000;
const SHORT = 12;

/** A whole plan: what it would do, by group, and what it leaves out. */
export function planInText(plan: ShownPlan): Answer {
  const { changes, leftOut, guards, notes, total: _total, next: _next, ...head } = plan;
  const more = plan.total - changes.length - leftOut.length;
  return {
    exit: EXIT.done,
    json: { ...head, changes, leftOut, guards, notes, more },
    text: (style) =>
      [
        planHeadInText(head, style),
        ...byPlace(changes).flatMap(([at, lines]) => [
          style('strong', plainText(at)),
          ...table(lines.map((line) => cellsOf(line).map((cell) => plainText(cell, LONGEST_WHY)))),
        ]),
        ...(leftOut.length === 0 ? [] : [style('doubtful', `left out: ${plan.counts.leftOut}`)]),
        ...byPlace(leftOut).flatMap(([at, lines]) => [
          `  ${plainText(at)}`,
          ...lines.map((line) => `    ${plainText(nameOf(line))}: ${plainText(line.why, LONGEST_WHY)}`),
        ]),
        ...guards.map(
          ({ guard, scope, removals, whole }) =>
            `${style('doubtful', 'guard')} ${plainText(guard)} of ${plainText(scope)}: ${removals} removals of ${whole}`,
        ),
        ...(more === 0 ? [] : [`${more} lines more: --limit 0 shows all`]),
        ...notes.map((note) => plainText(note, LONGEST_WHY)),
        ...nextStep(head),
      ].join('\n'),
    markdown: () =>
      [
        `**${countOf(plan.counts.changes, 'change')}** of ${countOf(plan.counts.people, 'person', 'people')}, plan \`${plainText(plan.hash)}\``,
        ...byPlace(changes).flatMap(([at, lines]) => [
          '',
          `**${markdownText(at)}**`,
          '',
          '| | person | until | why |',
          '| --- | --- | --- | --- |',
          ...lines.map((line) => `| ${cellsOf(line).map(markdownText).join(' | ')} |`),
        ]),
        ...(leftOut.length === 0 ? [] : ['', `Left out: ${plan.counts.leftOut}`, '']),
        ...leftOut.map(
          (line) => `- ${markdownText(line.at)}: ${markdownText(nameOf(line))}: ${markdownText(line.why)}`,
        ),
        ...(more === 0 ? [] : ['', `${more} lines more.`]),
        '',
        ...notes.map(markdownText),
      ].join('\n'),
  };
}

/** One line: which plan, how much, and how far it is. */
export function planHeadInText(head: ShownPlanHead, style: TextStyle): string {
  const { hash, kind, counts, atMs, by } = head;
  const much = `${countOf(counts.changes, 'change')}, ${countOf(counts.people, 'person', 'people')}, ${countOf(counts.groups, 'group')}`;
  return `${style('strong', plainText(hash.slice(0, SHORT)))} ${plainText(kind)}: ${much}; planned ${instantText(atMs)} by ${plainText(by)}; ${stateOf(head)}`;
}

function stateOf({ state, isExpired, untilMs, decision, counts }: ShownPlanHead): string {
  if (decision === null) return isExpired ? 'expired' : `may be applied until ${instantText(untilMs)}`;
  const who = `${plainText(decision.by)} at ${instantText(decision.atMs)}: ${plainText(decision.reason)}`;
  const notMade = decision.notMade === 0 ? '' : `; ${decision.notMade} could not be made any more`;
  return state === 'done'
    ? `applied by ${who}${notMade}`
    : `begun by ${who}; ${decision.done} of ${counts.changes} done: apply it again to go on`;
}

function nextStep({ hash, state, isExpired, counts }: ShownPlanHead): readonly string[] {
  if (state !== 'proposed' || isExpired) return [];
  return counts.changes === 0
    ? ['Nothing is to be done.']
    : [`Nothing is done yet: access apply ${plainText(hash.slice(0, SHORT))} --reason "…"`];
}

function cellsOf(line: ShownChange): readonly string[] {
  const until = line.untilMs === undefined ? '' : `until ${instantText(line.untilMs)}`;
  return [`${signOf(line)} ${inWords(line)}`, nameOf(line), until, line.why.join(', ')];
}

function signOf({ change }: ShownChange): string {
  if (change === 'move-worker') return '~';
  return change.startsWith('add-') || change === 'write-rule' || change === 'give-back' ? '+' : '-';
}

function nameOf({ person, memberId }: ShownChange | ShownLeftOut): string {
  return person ?? memberId ?? '';
}

/** In the order of names. */
function byPlace<T extends Readonly<{ at: string }>>(
  lines: readonly T[],
): ReadonlyArray<readonly [at: string, lines: readonly T[]]> {
  const places = new Map<string, T[]>();
  for (const line of lines) {
    const known = places.get(line.at);
    if (known === undefined) places.set(line.at, [line]);
    else known.push(line);
  }
  return [...places].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Columns of which each is as wide as its widest cell, as far as that is usual. */
function table(rows: ReadonlyArray<readonly string[]>): readonly string[] {
  const widths = [0, 1, 2].map((at) => Math.min(48, Math.max(0, ...rows.map((row) => row[at]?.length ?? 0))));
  return rows.map((row) =>
    `  ${row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .filter((cell) => cell !== '')
      .join('  ')}`.trimEnd(),
  );
}
