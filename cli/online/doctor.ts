import type { Command } from 'commander';
import type { z } from 'zod';
import { tellAnswer, withFormats, type Answer, type RunState } from '../answer';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { instantText } from '../output/instant';
import { markdownText } from '../output/markdown-text';
import { plainText } from '../output/plain-text';
import type { TextStyle } from '../output/text-style';
import { ReadinessSchema } from './answers';
import { connect } from './ask-app';
import { organizationsOf, withConnection } from './connection-options';
import type { ConnectionOptions } from './sign-in';

type ReadinessOf = z.infer<typeof ReadinessSchema>;
type Check = ReadinessOf['checks'][number];
/** What is as it should be; what works, and somebody should see to; what does not work; what could not be tried for that. */
type Verdict = 'good' | 'doubtful' | 'bad' | 'skipped';

const SIGNS: Readonly<Record<Verdict, string>> = { good: '✔', doubtful: '!', bad: '✘', skipped: '-' };

/** `access doctor`: whether all works that has to, and where not why, and what to do. */
export function addDoctor(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('doctor')
    .description(
      'tries all that has to work, and tells of each fault its cause and what to do; ends with 1 where there is one',
    );
  withConnection(command);
  withFormats(command, { markdown: true });
  withExamples(command, [
    { what: 'does all work?', line: 'access doctor' },
    { what: 'of one organization, as JSON', line: 'access doctor --organization acme --json' },
  ]);
  command.action(async (options: ConnectionOptions) =>
    tellAnswer(io, state, command, async () => {
      const app = await connect(io, options);
      const named = options.organization ?? io.env('ACCESS_ORGANIZATION');
      const organizations = named === undefined ? await organizationsOf(app) : [named];
      const found: ReadinessOf[] = [];
      for (const one of organizations) found.push(await app.get([one, 'readiness'], {}, ReadinessSchema));
      return toAnswer(found);
    }),
  );
}

function toAnswer(found: readonly ReadinessOf[]): Answer {
  return {
    exit: found.every(({ ready }) => ready) ? EXIT.done : EXIT.no,
    json: { organizations: found },
    text: (style) => found.map((one) => textOf(one, style)).join('\n\n'),
    markdown: () => found.map(tableOf).join('\n\n'),
  };
}

function textOf({ organization, atMs, checks, ready }: ReadinessOf, style: TextStyle): string {
  const bad = checks.filter((check) => verdictOf(check) === 'bad').length;
  const head = ready
    ? 'all works that has to'
    : `${bad} of ${checks.length} checks ${bad === 1 ? 'fails' : 'fail'}`;
  return [
    `${style('strong', plainText(organization))}: ${head} (tried ${instantText(atMs)})`,
    ...checks.flatMap((check) => {
      const verdict = verdictOf(check);
      const kind = verdict === 'skipped' ? 'faint' : verdict;
      const name = `  ${style(kind, SIGNS[verdict])} ${plainText(check.name)}`;
      return [`${name}${whyOf(check, plainText)}`, ...toDo(check, plainText).map((line) => `      ${line}`)];
    }),
  ].join('\n');
}

function tableOf({ organization, checks }: ReadinessOf): string {
  return [
    `### ${markdownText(organization)}`,
    '',
    '| | check | what to do |',
    '| --- | --- | --- |',
    ...checks.map((check) => {
      const words = `${markdownText(check.name)}${whyOf(check, markdownText)}`;
      return `| ${SIGNS[verdictOf(check)]} | ${words} | ${toDo(check, markdownText).join('; ')} |`;
    }),
  ].join('\n');
}

function verdictOf({ ok, skipped, cause }: Check): Verdict {
  if (ok) return cause === undefined ? 'good' : 'doubtful';
  return skipped === undefined ? 'bad' : 'skipped';
}

function whyOf({ skipped, problem }: Check, harmless: typeof plainText): string {
  if (skipped !== undefined) return ` (not tried: ${skipped.map((name) => harmless(name)).join(', ')})`;
  return problem === undefined ? '' : `: ${harmless(problem, 2_000)}`;
}

function toDo({ fix, docs, answer }: Check, harmless: typeof plainText): readonly string[] {
  const { status, said } = answer ?? {};
  const came = [status, said].flatMap((part) => (part === undefined ? [] : [harmless(String(part))]));
  return [
    ...(came.length === 0 ? [] : [`came back: ${came.join(', ')}`]),
    ...(fix === undefined ? [] : [`do: ${harmless(fix, 2_000)}`]),
    ...(docs === undefined ? [] : [`see: ${harmless(docs)}`]),
  ];
}
