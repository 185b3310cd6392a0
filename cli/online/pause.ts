import { Option, type Command } from 'commander';
import { z } from 'zod';
import { tellAnswer, withFormats, type Answer, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { plainText } from '../output/plain-text';
import type { TextStyle } from '../output/text-style';
import { pauseInWords, type PauseShown } from '../../shared/domain/pause';
import { connect, type RunningApp } from './ask-app';
import { organizationOf, organizationsOf, withConnection } from './connection-options';
import type { ConnectionOptions } from './sign-in';
import { PauseShownSchema } from './status-answer';

const PauseSchema = z.object({ pause: PauseShownSchema.nullable() });

/** What became of it in one organization. */
type Outcome = Readonly<{ organization: string; pause: PauseShown | null }> &
  (
    | Readonly<{ words: string; by: string; failure?: undefined }>
    | Readonly<{ failure: CommandFailure; words?: undefined; by?: undefined }>
  );

type PauseOptions = ConnectionOptions &
  Readonly<{ all?: true; reason: string; until?: string; pause?: string }>;

/** `access pause` and `access resume`: a stop of every change of one or all organizations, and its end. */
export function addPause(program: Command, io: CommandIo, state: RunState): void {
  const pause = command(
    program,
    'pause',
    'stop every change of an organization within seconds, in your name',
  );
  pause.addOption(
    new Option('--until <instant>', 'when it ends by itself, with its zone; left out: when somebody resumes'),
  );
  withExamples(pause, [
    {
      what: 'stop one organization until somebody resumes it',
      line: 'access pause --organization acme --reason "INC-7: wrong export of HR"',
    },
    {
      what: 'stop all of them, until tonight',
      line: 'access pause --all --until 2027-01-31T18:00:00Z --reason "UiPath migrates"',
    },
  ]);
  pause.action(async () =>
    tellEach(io, state, pause, async (app, organization, { reason, until }) => {
      const { words, by } = await app.decide([organization, 'today', 'pause'], { reason, until });
      return { organization, words, by, pause: await pauseOf(app, organization) };
    }),
  );
  const resume = command(
    program,
    'resume',
    'end the pause of an organization, in your name: what waited is done now',
  );
  resume.addOption(
    new Option('--pause <id>', 'only this pause, by the id that access status --json tells').conflicts('all'),
  );
  withExamples(resume, [
    {
      what: 'let its changes go on',
      line: 'access resume --organization acme --reason "the export is mended"',
    },
  ]);
  resume.action(async () =>
    tellEach(io, state, resume, async (app, organization, { reason, pause: named }) => {
      const found = named ?? (await pauseOf(app, organization))?.id;
      if (found === undefined)
        throw new CommandFailure('pause-unknown', `${organization} is not paused`, { exit: EXIT.no });
      const { words, by } = await app.decide([organization, 'today', 'resume'], { reason, pause: found });
      return { organization, words, by, pause: null };
    }),
  );
}

function command(program: Command, name: string, description: string): Command {
  const made = program.command(name).description(description);
  made.addOption(new Option('--reason <text>', 'why; it is evidence').makeOptionMandatory());
  withConnection(made);
  made.addOption(
    new Option('--all', 'every organization that you may look at, one after the other').conflicts(
      'organization',
    ),
  );
  return withFormats(made, { markdown: false });
}

/** Decides in one organization or in all. Of all, one that refuses keeps no other from its turn. */
async function tellEach(
  io: CommandIo,
  state: RunState,
  made: Command,
  decide: (app: RunningApp, organization: string, options: PauseOptions) => Promise<Outcome>,
): Promise<void> {
  const options = made.opts<PauseOptions>();
  await tellAnswer(io, state, made, async () => {
    const app = await connect(io, options);
    if (options.all !== true) {
      const named = options.organization ?? io.env('ACCESS_ORGANIZATION');
      return toAnswer([await decide(app, await organizationOf(app, named), options)]);
    }
    const outcomes: Outcome[] = [];
    for (const organization of await organizationsOf(app))
      try {
        outcomes.push(await decide(app, organization, options));
      } catch (error) {
        if (!(error instanceof CommandFailure)) throw error;
        outcomes.push({ organization, pause: null, failure: error });
      }
    return toAnswer(outcomes);
  });
}

async function pauseOf(app: RunningApp, organization: string): Promise<PauseShown | null> {
  return (await app.get([organization, 'pause'], {}, PauseSchema)).pause;
}

function toAnswer(outcomes: readonly Outcome[]): Answer {
  const failed = outcomes.flatMap(({ failure }) => failure ?? []);
  return {
    exit: failed[0]?.exit ?? EXIT.done,
    json: {
      organizations: outcomes.map(({ organization, pause, words, by, failure }) =>
        failure === undefined
          ? { organization, words, by, pause }
          : { organization, error: { code: failure.code, message: failure.message } },
      ),
    },
    text: (style) => outcomes.map((outcome) => textOf(outcome, style)).join('\n'),
  };
}

function textOf({ organization, pause, words, by, failure }: Outcome, style: TextStyle): string {
  if (failure !== undefined)
    return `${style('bad', '✘')} ${plainText(organization)}: ${plainText(failure.message, 2_000)}`;
  return [
    `${style('good', '✔')} ${plainText(organization)}: ${plainText(words)} (${plainText(by)})`,
    ...(pause === null ? [] : pauseInWords(pause).map((line) => `  ${plainText(line, 2_000)}`)),
  ].join('\n');
}
