import { InvalidArgumentError, Option, type Command } from 'commander';
import { tellAnswer, type RunState, withFormats } from '../answer';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { instantText } from '../output/instant';
import { plainText } from '../output/plain-text';
import { styleOf } from '../output/text-style';
import { visibleJson } from '../output/visible-json';
import type { HistoryEntry } from '../../shared/domain/desk/history';
import { EventsSchema } from './answers-of-past';
import { connect, type RunningApp } from './ask-app';
import { organizationOf, withConnection } from './connection-options';
import { CommandFailure } from '../command-failure';
import { historyLine } from './history';
import type { ConnectionOptions } from './sign-in';
import { withInstants } from '../../shared/domain/instants-as-text';

type Options = ConnectionOptions & Readonly<{ json?: true; for?: number }>;

const POLL_MS = 2_000;
/** An app that restarts is back by then. */
const FAILURES_IN_A_ROW = 5;

/** `access tail`: what the app does, as lines, from now on until Ctrl+C. */
export function addTail(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('tail')
    .description(
      'what the app does, line by line, until Ctrl+C; decisions at once, changes when the next run has them in the log',
    )
    .addOption(new Option('--for <seconds>', 'end by itself after so long').argParser(toSeconds));
  withConnection(command);
  withFormats(command, { markdown: false });
  withExamples(command, [
    { what: 'watch a roll-out', line: 'access tail' },
    { what: 'one JSON object a line, for a minute', line: 'access tail --json --for 60' },
  ]);
  command.action(async (options: Options) => {
    const stop = io.interrupted();
    const tell = (event: HistoryEntry): void => {
      if (options.json === true) io.stdout.write(`${visibleJson(withInstants(event))}\n`);
      else
        io.stdout.write(
          `${styleOf(io.stdout)('faint', instantText(event.atMs))}  ${plainText(event.about)}  ${plainText(historyLine(event), 2_000)}\n`,
        );
    };
    try {
      const app = await connect(io, options);
      const organization = await organizationOf(app, options.organization ?? io.env('ACCESS_ORGANIZATION'));
      if (options.json !== true) io.stderr.write(`${plainText(organization)}: listening; Ctrl+C ends it\n`);
      const untilMs = options.for === undefined ? Infinity : io.nowMs() + options.for * 1_000;
      await listen(io, app, { organization, tell, stop, untilMs });
      state.exit = EXIT.done;
    } catch (error) {
      await tellAnswer(io, state, command, async () => {
        throw error;
      });
    }
  });
}

type Listening = Readonly<{
  organization: string;
  tell: (event: HistoryEntry) => void;
  stop: AbortSignal;
  untilMs: number;
}>;

async function listen(io: CommandIo, app: RunningApp, listening: Listening): Promise<void> {
  const { organization, tell, stop, untilMs } = listening;
  let after: string | undefined;
  let failures = 0;
  while (!stop.aborted) {
    try {
      const { events, heard, isMore } = await app.get([organization, 'events'], { after }, EventsSchema);
      failures = 0;
      after = `${heard.log}.${heard.organization}`;
      for (const event of events) tell(event);
      if (isMore && io.nowMs() < untilMs) continue;
    } catch (error) {
      failures += 1;
      const isPassing = error instanceof CommandFailure && error.exit === EXIT.unreachable;
      // Whoever listens from now on has heard nothing yet, and is told why.
      if (!isPassing || after === undefined || failures === FAILURES_IN_A_ROW) throw error;
    }
    if (io.nowMs() >= untilMs) return;
    await io.sleep(POLL_MS * (failures + 1), stop);
  }
}

function toSeconds(text: string): number {
  if (!/^\d{1,6}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('It is a number of seconds from 1 on.');
  return Number(text);
}
