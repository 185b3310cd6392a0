import { Option, type Command } from 'commander';
import type { CommandIo } from './command-io';
import { CommandFailure } from './command-failure';
import { EXIT, type ExitCode } from './exit-codes';
import { withInstants } from '../shared/domain/instants-as-text';
import { AppError } from '../shared/errors';
import { plainLines } from './output/plain-text';
import { visibleJson } from './output/visible-json';
import { styleOf, type TextStyle } from './output/text-style';

/** What a command says: once as data, and in words for whoever reads it. */
export type Answer = Readonly<{
  exit: ExitCode;
  /** Written with `--json`, beside the name of the command. */
  json: Readonly<Record<string, unknown>>;
  /** Lines, without the last line break. */
  text: (style: TextStyle) => string;
  /** Written with `--markdown`, of commands that have it. */
  markdown?: () => string;
}>;

type AnswerOptions = Readonly<{ json?: true; markdown?: true }>;

/** What a run of commands came to: the answer of the one that ran has its exit code. */
export type RunState = { exit: ExitCode };

/** Gives a command `--json`, and `--markdown` where it has a form for that. */
export function withFormats(command: Command, { markdown }: Readonly<{ markdown: boolean }>): Command {
  command.addOption(new Option('--json', 'answer with one JSON document'));
  if (markdown)
    command.addOption(
      new Option('--markdown', 'answer in Markdown, such as for a comment on a pull request').conflicts(
        'json',
      ),
    );
  return command;
}

/** Writes the answer of a command to the standard output, in the form that was asked for, or why there is none. */
export async function tellAnswer(
  io: CommandIo,
  state: RunState,
  command: Command,
  answer: () => Promise<Answer>,
): Promise<void> {
  const { json, markdown } = command.opts<AnswerOptions>();
  const name = nameOf(command);
  try {
    const { exit, json: data, text, markdown: toMarkdown } = await answer();
    state.exit = exit;
    if (json === true) writeJson(io, withInstants({ command: name, ...data }));
    else if (markdown === true && toMarkdown !== undefined) io.stdout.write(`${toMarkdown()}\n`);
    else io.stdout.write(`${text(styleOf(io.stdout))}\n`);
  } catch (error) {
    const failure = toFailure(error);
    state.exit = failure.exit;
    const { code, message, hint } = failure;
    if (json === true) writeJson(io, { command: name, error: { code, message, hint } });
    io.stderr.write(`${styleOf(io.stderr)('bad', `access: ${plainLines(message)}`)}\n`);
    if (hint !== undefined) io.stderr.write(`${plainLines(hint)}\n`);
  }
}

/** Writes one JSON document. */
export function writeJson({ stdout }: Pick<CommandIo, 'stdout'>, value: unknown): void {
  stdout.write(`${visibleJson(value, 2)}\n`);
}

/** `policy check`: the words of a command behind the name of the program. */
export function nameOf(command: Command): string {
  const { parent } = command;
  if (parent === null) return '';
  return `${nameOf(parent)} ${command.name()}`.trim();
}

/** An error that was not raised on purpose says nothing of itself: its words may have anything in them. */
function toFailure(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof AppError) return new CommandFailure(error.code, error.message, { cause: error });
  return new CommandFailure('access-failed', 'Something went wrong in this command itself', {
    exit: EXIT.failed,
    cause: error,
    hint: `Please report it, with this:\n${framesOf(error)}`,
  });
}

/** Where it happened, without its message. */
function framesOf(error: unknown): string {
  const lines = error instanceof Error ? (error.stack ?? '').split('\n') : [];
  return lines
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 5)
    .join('\n');
}
