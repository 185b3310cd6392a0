import { Option, type Command } from 'commander';
import { withFormats, type Answer, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { instantText } from '../output/instant';
import { plainText } from '../output/plain-text';
import { createProgress } from '../output/progress';
import { countOf } from '../../shared/domain/desk/organization-status';
import { KeptOfSourceSchema, ReplayableSourcesSchema, type KeptDelivery } from './answers-of-past';
import type { RunningApp } from './ask-app';
import { withConnection } from './connection-options';
import { confirmCount } from './dead-letters-of-source';
import { tellFromApp } from './tell-from-app';

type Options = Readonly<{ since: string; source?: string; yes?: string }>;
type KeptOfSource = Readonly<{ source: string; deliveries: readonly KeptDelivery[] }>;

/** The app takes so many with one decision. */
const TOGETHER = 100;
/** Whoever means more than this says a later time, or one source. */
const MOST = 10_000;
const EXAMPLES_SHOWN = 5;

/** `access replay`: kept deliveries are processed again. */
export function addReplay(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('replay')
    .description(
      'have deliveries that were processed and are kept still processed again, in your name, under the policy as it is now',
    )
    .addOption(
      new Option(
        '--since <time>',
        'received since a day such as 2026-11-21, or 2026-11-21T08:00Z',
      ).makeOptionMandatory(),
    )
    .addOption(new Option('--source <feed/name>', 'of one source alone, such as hr/workday'))
    .addOption(new Option('--yes <number>', 'do not ask: how many deliveries these are'));
  withConnection(command);
  withFormats(command, { markdown: false });
  withExamples(command, [
    {
      what: 'shows what would be replayed, and asks',
      line: 'access replay --since 2026-11-21 --source hr/workday',
    },
    { what: 'where nobody can be asked', line: 'access replay --since 2026-11-21T08:00Z --yes 12' },
  ]);
  command.action(async (options: Options) =>
    tellFromApp(io, state, command, async (app, organization) => {
      const { sources, notReplayed, keptDays } = await app.get(
        [organization, 'replay'],
        {},
        ReplayableSourcesSchema,
      );
      const asked = options.source === undefined ? sources : [options.source];
      const found: KeptOfSource[] = [];
      for (const source of asked) found.push(await readKept(io, app, organization, { ...options, source }));
      const count = found.reduce((sum, { deliveries }) => sum + deliveries.length, 0);
      const shown = linesOf(found, {
        notReplayed: options.source === undefined ? notReplayed : [],
        keptDays,
      });
      if (count === 0)
        throw new CommandFailure('dead-letter-unknown', 'Nothing that was received since then is kept', {
          exit: EXIT.no,
          hint: `Deliveries are kept for ${keptDays} days. Those that failed wait in: access dead-letters`,
        });
      if (options.yes === undefined) io.stderr.write(`${shown.join('\n')}\n`);
      await confirmCount(io, { count, yes: options.yes, what: 'Processing these again' });
      return replayed(io, app, organization, { found, count });
    }),
  );
}

async function readKept(
  io: CommandIo,
  app: RunningApp,
  organization: string,
  { since, source }: Readonly<{ since: string; source: string }>,
): Promise<KeptOfSource> {
  const progress = createProgress(io.stderr, io.nowMs, { what: source });
  const deliveries: KeptDelivery[] = [];
  try {
    let place: string | undefined;
    do {
      const query = { since, source, place };
      const part = await app.get([organization, 'replay'], query, KeptOfSourceSchema);
      deliveries.push(...part.deliveries);
      progress.at(deliveries.length);
      if (deliveries.length > MOST)
        throw new CommandFailure(
          'too-many',
          `More than ${MOST} deliveries: say a later --since, or one --source`,
        );
      // A part that leads to itself would be asked for without end.
      if (part.next === place) break;
      place = part.next ?? undefined;
    } while (place !== undefined);
  } finally {
    progress.end();
  }
  return { source, deliveries };
}

function linesOf(
  found: readonly KeptOfSource[],
  { notReplayed, keptDays }: Readonly<{ notReplayed: readonly string[]; keptDays: number }>,
): readonly string[] {
  return [
    ...found.flatMap(({ source, deliveries }) => {
      const [first, last] = [deliveries[0], deliveries.at(-1)];
      if (first === undefined || last === undefined) return [`${plainText(source)}: none`];
      const times = `${instantText(first.receivedAtMs)} to ${instantText(last.receivedAtMs)}`;
      return [
        `${plainText(source)}: ${countOf(deliveries.length, 'delivery', 'deliveries')}, received ${times}`,
        ...outcomesOf(deliveries).map(([outcome, count]) => `  ${count} ended as: ${plainText(outcome)}`),
      ];
    }),
    ...notReplayed.map((source) => `${plainText(source)}: not replayed, as its sender has the state (SCIM)`),
    `Deliveries are kept for ${keptDays} days. What is older than what is known by now changes nothing; a request that was refused is judged anew.`,
  ];
}

function outcomesOf(deliveries: readonly KeptDelivery[]): ReadonlyArray<readonly [string, number]> {
  const counts = new Map<string, number>();
  for (const { outcome } of deliveries) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].toSorted(([, a], [, b]) => b - a).slice(0, EXAMPLES_SHOWN);
}

async function replayed(
  io: CommandIo,
  app: RunningApp,
  organization: string,
  { found, count }: Readonly<{ found: readonly KeptOfSource[]; count: number }>,
): Promise<Answer> {
  const progress = createProgress(io.stderr, io.nowMs, { what: 'deliveries', total: count });
  let by = '';
  let done = 0;
  try {
    for (const { source, deliveries } of found)
      for (let start = 0; start < deliveries.length; start += TOGETHER) {
        const some = deliveries.slice(start, start + TOGETHER);
        const fields = { source, deliveries: some.map(({ place }) => place).join(',') };
        ({ by } = await app.decide([organization, 'replay', 'deliveries'], fields));
        done += some.length;
        progress.at(done);
      }
  } finally {
    progress.end();
  }
  const sources = found.map(({ source, deliveries }) => ({ source, deliveries: deliveries.length }));
  return {
    exit: EXIT.done,
    json: { deliveries: count, sources, by },
    text: (style) =>
      `${style('good', '✔')} ${countOf(count, 'delivery', 'deliveries')} processed again (${plainText(by)}). Follow it with: access tail`,
  };
}
