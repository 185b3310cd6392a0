import { Argument, Option, type Command } from 'commander';
import { withFormats, type Answer, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { instantText } from '../output/instant';
import { plainText } from '../output/plain-text';
import { DeadLettersSchema, type DeadLetters } from './answers';
import type { Decided, RunningApp } from './ask-app';
import { withConnection } from './connection-options';
import { decideSource, requireIdOrSource, withSource, type OfSource } from './dead-letters-of-source';
import { oneNamed } from './one-named';
import { tellFromApp } from './tell-from-app';

/** A change that UiPath refused, or a delivery that could not be processed. */
type Letter =
  | (DeadLetters['changes'][number] & Readonly<{ is: 'change' }>)
  | (DeadLetters['deliveries'][number] & Readonly<{ is: 'delivery' }>);

/** `access dead-letters`: what waits for somebody, to be retried or closed in their name. */
export function addDeadLetters(program: Command, io: CommandIo, state: RunState): void {
  const letters = program
    .command('dead-letters')
    .description(
      'changes that UiPath refused and deliveries that could not be processed: they wait for somebody',
    );
  const sub = (name: string, description: string, line: string, isDefault = false): Command => {
    const command = letters.command(name, { isDefault }).description(description);
    const isOne = name === 'show';
    if (!isDefault) command.addArgument(new Argument(isOne ? '<id>' : '[id]', 'the id, or its beginning'));
    withConnection(command);
    withFormats(command, { markdown: false });
    return withExamples(command, [{ what: description, line }]);
  };
  const list = sub(
    'list',
    'all of them, with what fails and is tried again by itself',
    'access dead-letters list',
    true,
  );
  list.action(async () =>
    tellFromApp(io, state, list, async (app, organization) => listed(await read(app, organization))),
  );
  const show = sub('show', 'one of them, with what happened to it', 'access dead-letters show 3f2a9c01');
  show.action(async (id: string) =>
    tellFromApp(io, state, show, async (app, organization) => shown(await find(app, organization, id))),
  );
  const retry = sub(
    'retry',
    'try one of them again, or all of a source, in your name',
    'access dead-letters retry 3f2a9c01',
  );
  withSource(retry);
  retry.addOption(
    new Option('--member-id <guid>', 'the right directory id, for a change that was refused for its id'),
  );
  retry.action(async (id: string | undefined, options: Readonly<{ memberId?: string }> & OfSource) =>
    tellFromApp(io, state, retry, async (app, organization) => {
      requireIdOrSource(id, options);
      if (id === undefined)
        return decideSource(io, app, organization, {
          ...options,
          kind: 'retry',
          letters: await read(app, organization),
        });
      const { memberId } = options;
      const letter = await find(app, organization, id);
      const fields =
        letter.is === 'delivery' ? { decision: 'retry-delivery' } : { decision: 'retry-change', memberId };
      return decided(letter, await app.decide([organization, 'dead-letters', idOf(letter)], fields));
    }),
  );
  const close = sub(
    'close',
    'close a delivery for good, or all of a source, in your name: it is never processed',
    'access dead-letters close 3f2a9c01 --reason "sent twice, see INC-7"',
  );
  withSource(close);
  close.addOption(new Option('--reason <text>', 'why').makeOptionMandatory());
  close.action(async (id: string | undefined, options: Readonly<{ reason: string }> & OfSource) =>
    tellFromApp(io, state, close, async (app, organization) => {
      requireIdOrSource(id, options);
      if (id === undefined)
        return decideSource(io, app, organization, {
          ...options,
          kind: 'close',
          letters: await read(app, organization),
        });
      const { reason } = options;
      const letter = await find(app, organization, id);
      if (letter.is === 'change')
        throw new CommandFailure('not-a-delivery', 'A refused change is not closed', {
          hint: 'Retry it, or end what asks for it: it is gone when nothing wants it any more.',
        });
      const fields = { decision: 'close-delivery', reason };
      return decided(letter, await app.decide([organization, 'dead-letters', idOf(letter)], fields));
    }),
  );
}

async function read(app: RunningApp, organization: string): Promise<DeadLetters> {
  return app.get([organization, 'dead-letters'], {}, DeadLettersSchema);
}

async function find(app: RunningApp, organization: string, id: string): Promise<Letter> {
  return oneNamed(lettersOf(await read(app, organization)), id, 'dead letter', 'dead-letter-unknown', idOf);
}

function lettersOf({ changes, deliveries }: DeadLetters): readonly Letter[] {
  return [
    ...changes.map((change) => ({ ...change, is: 'change' as const })),
    ...deliveries.map((delivery) => ({ ...delivery, is: 'delivery' as const })),
  ];
}

function idOf(letter: Letter): string {
  return letter.is === 'change' ? letter.id : letter.deliveryId;
}

function listed(found: DeadLetters): Answer {
  const { unreadable, failing } = found;
  const letters = lettersOf(found);
  return {
    exit: letters.length === 0 && unreadable.length === 0 ? EXIT.done : EXIT.no,
    json: { ...found },
    text: (style) =>
      [
        ...(letters.length === 0 ? ['nothing waits for somebody'] : letters.map(lineOf)),
        ...unreadable.map(({ feed, source, code }) =>
          style(
            'bad',
            `${plainText(feed)}/${plainText(source)} cannot be read now, and is not in this list: ${plainText(code)}`,
          ),
        ),
        ...failing.map(
          ({ kind, name, code, failures, sinceMs, nextTryMs }) =>
            `tried again by itself: ${plainText(kind)} ${plainText(name)}, ${plainText(code)}, ${failures} times since ${instantText(sinceMs)}, next ${instantText(nextTryMs)}`,
        ),
      ].join('\n'),
  };
}

function shown(letter: Letter): Answer {
  const { is, ...json } = letter;
  return {
    exit: EXIT.done,
    json: { is, ...json },
    text: () =>
      [
        lineOf(letter),
        ...letter.history.map((event) => {
          const word = 'event' in event ? event.event : event.kind;
          return `  ${instantText(event.atMs)}  ${plainText(String(word))} ${plainText(event.code ?? '')}`.trimEnd();
        }),
        ...(letter.is === 'change' ? [`  directory id ${plainText(letter.memberId)}`] : []),
      ].join('\n'),
  };
}

function lineOf(letter: Letter): string {
  const code = letter.history.toReversed().find((event) => (event.code ?? '') !== '')?.code ?? '';
  const id = letter.is === 'delivery' ? idOf(letter).slice(0, 12) : idOf(letter);
  return `${plainText(id)}  ${letter.is} ${wordsOf(letter)}: ${plainText(code)}`;
}

/** Each part is cut by itself: nobody's address hides what is to happen to them. */
function wordsOf(letter: Letter): string {
  if (letter.is === 'delivery')
    return `from ${plainText(`${letter.feed}/${letter.source}`)}, received ${instantText(letter.receivedAtMs)}`;
  const todo = letter.decision === 'add' ? 'to be put into' : 'to be taken out of';
  return `of ${plainText(letter.person ?? letter.memberId)}, ${todo} ${plainText(letter.groupName)}`;
}

function decided(letter: Letter, { words, by }: Decided): Answer {
  return {
    exit: EXIT.done,
    json: { id: idOf(letter), is: letter.is, words, by },
    text: (style) => `${style('good', '✔')} ${plainText(words)} (${plainText(by)})`,
  };
}
