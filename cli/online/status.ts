import type { Command } from 'commander';
import { tellAnswer, withFormats, type Answer, type RunState } from '../answer';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { agoText, instantText } from '../output/instant';
import { markdownText } from '../output/markdown-text';
import { plainText } from '../output/plain-text';
import type { TextStyle } from '../output/text-style';
import type { Known } from '../../shared/domain/audit/snapshot';
import { adviceOfTheDay, type Advice } from '../../shared/domain/desk/advice-of-the-day';
import { countOf, whatToSeeTo, type OrganizationStatus } from '../../shared/domain/desk/organization-status';
import { connect } from './ask-app';
import { organizationsOf, withConnection } from './connection-options';
import type { ConnectionOptions } from './sign-in';
import { StatusSchema } from './status-answer';

/** `access status`: how every organization stands, and what somebody has to see to. */
export function addStatus(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('status')
    .description(
      'how every organization stands that you may look at, and the advice of the day; ends with 1 where somebody has to act',
    );
  withConnection(command);
  withFormats(command, { markdown: true });
  withExamples(command, [
    { what: 'is there anything to do?', line: 'access status' },
    { what: 'for a monitor', line: 'access status --organization acme --json' },
  ]);
  command.action(async (options: ConnectionOptions) =>
    tellAnswer(io, state, command, async () => {
      const app = await connect(io, options);
      const named = options.organization ?? io.env('ACCESS_ORGANIZATION');
      const organizations = named === undefined ? await organizationsOf(app) : [named];
      const found: OrganizationStatus[] = [];
      // One after the other: with a key each question is a sign-in, and many at once look like somebody who guesses.
      for (const one of organizations) found.push(await app.get([one, 'status'], {}, StatusSchema));
      return toAnswer(found);
    }),
  );
}

function toAnswer(found: readonly OrganizationStatus[]): Answer {
  const all = found.map((status) => {
    const toSeeTo = whatToSeeTo(status);
    return { status, toSeeTo, advice: adviceOfTheDay(status, toSeeTo) };
  });
  return {
    exit: all.some(({ toSeeTo }) => toSeeTo.length > 0) ? EXIT.no : EXIT.done,
    json: { organizations: all.map(({ status, toSeeTo, advice }) => ({ ...status, toSeeTo, advice })) },
    text: (style) =>
      all
        .map(({ status, toSeeTo, advice }) => {
          const isGood = toSeeTo.length === 0;
          const head = `${style(isGood ? 'good' : 'bad', isGood ? '✔' : '✘')} ${style('strong', plainText(status.organization))}`;
          const rows = rowsOf(status).map(([word, text]) => `  ${word.padEnd(10)} ${plainText(text, 2_000)}`);
          return [
            head,
            ...rows,
            ...toSeeTo.map((one) => toDo(one, style)),
            ...adviceRows(advice).map(([word, text]) => `  ${word.padEnd(10)} ${plainText(text, 2_000)}`),
          ].join('\n');
        })
        .join('\n\n'),
    markdown: () =>
      all
        .map(({ status, toSeeTo, advice }) =>
          [
            `### ${markdownText(status.organization)}`,
            '',
            '| | |',
            '| --- | --- |',
            ...rowsOf(status).map(([word, text]) => `| ${word} | ${markdownText(text)} |`),
            ...(toSeeTo.length === 0
              ? []
              : ['', ...toSeeTo.map((one) => `- **to do**: ${markdownText(one)}`)]),
            '',
            ...adviceRows(advice).map(([word, text]) => `- ${word}: ${markdownText(text)}`),
          ].join('\n'),
        )
        .join('\n\n'),
  };
}

function toDo(text: string, style: TextStyle): string {
  return `  ${style('bad', 'to do')}      ${plainText(text, 2_000)}`;
}

function adviceRows({ stage, today, next, waitsFor }: Advice): ReadonlyArray<readonly [string, string]> {
  const when = waitsFor.length === 0 ? '' : `; it waits for ${waitsFor.join(', and for ')}`;
  return [
    ...today.map((one) => ['today', one] as const),
    ...(stage === 'authoritative' ? [] : [['next step', `${next}${when}`] as const]),
  ];
}

function rowsOf(status: OrganizationStatus): ReadonlyArray<readonly [string, string]> {
  const {
    atMs,
    readiness,
    policy,
    rollOut,
    audit,
    holds,
    deadDeliveries,
    refusedChanges,
    requestsPending,
    callsLeft,
  } = status;
  return [
    [
      'readiness',
      told(readiness, ({ checks, faults }) =>
        faults.length === 0
          ? `ready (${countOf(checks, 'check')})`
          : faults.map(({ name, code, problem }) => `${name}: ${problem ?? code}`).join('; '),
      ),
    ],
    ['policy', policyText(policy)],
    ['roll-out', rollOutText(rollOut)],
    [
      'audit',
      told(audit, (last) =>
        last === null
          ? 'none has ended yet'
          : `${last.result}, ${instantText(last.takenAtMs)} (${agoText(last.takenAtMs, atMs)}): ${findingsText(last)}`,
      ),
    ],
    [
      'holds',
      told(holds, ({ count, removals }) =>
        count === 0 ? 'none' : `${count}, of ${countOf(removals, 'removal')}`,
      ),
    ],
    [
      'dead',
      `${told(deadDeliveries, (count) => countOf(count, 'delivery', 'deliveries'))}, ${told(refusedChanges, (count) => countOf(count, 'refused change'))}`,
    ],
    ['requests', told(requestsPending, ({ count, isMore }) => `${count}${isMore ? ' or more' : ''} pending`)],
    ['quota', told(callsLeft, ({ GET, PUT }) => `${GET} reads and ${PUT} writes left in this window`)],
  ];
}

function sinceText(atMs: number | null | undefined): string {
  return typeof atMs === 'number' ? `, since ${instantText(atMs)}` : '';
}

function policyText({ hash, sinceMs, standing }: OrganizationStatus['policy']): string {
  const { onRecord, elsewhere = [] } = standing.kind === 'known' ? standing.value : {};
  const own = `${hash.slice(0, 12)}${onRecord === undefined && sinceMs.kind === 'known' ? sinceText(sinceMs.value) : ''}`;
  const inForce =
    onRecord === undefined
      ? []
      : [
          `not in force: version ${[onRecord.number ?? '', onRecord.hash.slice(0, 12), onRecord.file ?? ''].join(' ').trim()} is${sinceText(onRecord.sinceMs)}`,
        ];
  const others = elsewhere.map(
    (one) =>
      `another deployment has ${one.hash.slice(0, 12)} ${one.origin.name}, not in force${sinceText(one.sinceMs)}`,
  );
  return [own, ...inForce, ...others].join('; ');
}

function rollOutText({ mode, groups }: OrganizationStatus['rollOut']): string {
  const counts = Object.entries(groups).flatMap(([of, { count }]) => (count === 0 ? [] : [`${count} ${of}`]));
  return `${mode}, groups: ${counts.length === 0 ? 'none' : counts.join(', ')}`;
}

function told<T>(part: Known<T>, inWords: (value: T) => string): string {
  return part.kind === 'known' ? inWords(part.value) : `not known now (${part.code})`;
}

function findingsText({
  open,
  waived,
}: NonNullable<Extract<OrganizationStatus['audit'], { kind: 'known' }>['value']>): string {
  const counts = Object.entries(open).flatMap(([severity, count]) =>
    count === 0 ? [] : [`${count} ${severity}`],
  );
  const accepted = waived === 0 ? '' : `, ${waived} accepted`;
  return `${counts.length === 0 ? 'nothing open' : `${counts.join(', ')} open`}${accepted}`;
}
