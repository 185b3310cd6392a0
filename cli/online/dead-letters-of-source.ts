import { Option, type Command } from 'commander';
import { CommandFailure } from '../command-failure';
import type { Answer } from '../answer';
import type { CommandIo } from '../command-io';
import { EXIT } from '../exit-codes';
import { plainText } from '../output/plain-text';
import { createProgress } from '../output/progress';
import { countOf } from '../../shared/domain/desk/organization-status';
import type { DeadLetters } from './answers';
import type { RunningApp } from './ask-app';

export type OfSource = Readonly<{ source?: string; yes?: string; reason?: string }>;

/** The app retries so many with one decision. */
const TOGETHER = 100;

/** Gives a command that decides about one dead letter an option to decide about all of a source. */
export function withSource(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--source <feed/name>',
        'in place of an id: every dead delivery of a source, such as hr/workday',
      ),
    )
    .addOption(new Option('--yes <number>', 'do not ask: how many deliveries these are'));
}

/** An id or a source: one of both says what is meant. @throws CommandFailure `wrong-use` */
export function requireIdOrSource(id: string | undefined, { source }: OfSource): void {
  if ((id === undefined) === (source === undefined))
    throw new CommandFailure('wrong-use', 'Say the id of one dead letter, or --source for all of a source');
}

/**
 * Retries or closes every dead delivery that a source has now, once somebody says how many they are.
 * @throws CommandFailure `dead-letter-unknown` where it has none, `not-confirmed`
 */
export async function decideSource(
  io: CommandIo,
  app: RunningApp,
  organization: string,
  decision: Readonly<{ kind: 'retry' | 'close'; letters: DeadLetters }> & OfSource,
): Promise<Answer> {
  const { kind, source = '', yes, reason = '', letters } = decision;
  const own = letters.deliveries.filter((one) => `${one.feed}/${one.source}` === source);
  if (own.length === 0)
    throw new CommandFailure('dead-letter-unknown', `No delivery of ${plainText(source)} is dead`, {
      exit: EXIT.no,
      hint: 'A source is named as its feed and its name, such as hr/workday: see access dead-letters.',
    });
  await confirmCount(io, { count: own.length, yes, what: `${kind} of ${source}` });
  const progress = createProgress(io.stderr, io.nowMs, { what: 'deliveries', total: own.length });
  let by = '';
  try {
    if (kind === 'retry') {
      // What fails again meanwhile is not retried in place of what was looked at.
      const failedByMs = own.flatMap(({ history }) => history.map(({ atMs }) => atMs));
      const fields = { decision: 'retry-source', source, failedByMs: String(latestOf(failedByMs)) };
      for (let done = 0; done < own.length; done += TOGETHER) {
        try {
          ({ by } = await app.decide([organization, 'dead-letters', 'source'], fields));
        } catch (error) {
          const isNoneLeft = error instanceof CommandFailure && error.code === 'dead-letter-unknown';
          if (!isNoneLeft || done === 0) throw error;
        }
        progress.at(Math.min(own.length, done + TOGETHER));
      }
    } else
      for (const [index, { deliveryId }] of own.entries()) {
        const fields = { decision: 'close-delivery', reason };
        ({ by } = await app.decide([organization, 'dead-letters', deliveryId], fields));
        progress.at(index + 1);
      }
  } finally {
    progress.end();
  }
  const words =
    kind === 'retry'
      ? `${countOf(own.length, 'delivery', 'deliveries')} of ${source}: processed again`
      : `${countOf(own.length, 'delivery', 'deliveries')} of ${source}: closed for good`;
  return {
    exit: EXIT.done,
    json: { source, count: own.length, decision: kind, by },
    text: (style) => `${style('good', '✔')} ${plainText(words)} (${plainText(by)})`,
  };
}

function latestOf(times: readonly number[]): number {
  return times.reduce((latest, atMs) => Math.max(latest, atMs), 0);
}

/** Whoever says how many has looked. @throws CommandFailure `not-confirmed` */
export async function confirmCount(
  io: CommandIo,
  { count, yes, what }: Readonly<{ count: number; yes: string | undefined; what: string }>,
): Promise<void> {
  const said = yes ?? (await io.ask(`${plainText(what)}: type ${count} to decide so: `));
  if (said?.trim() === String(count)) return;
  throw new CommandFailure(
    'not-confirmed',
    said === undefined
      ? `Nothing is decided: nobody can be asked here, and --yes ${count} was not said`
      : `Nothing is decided: these are ${count}`,
  );
}
