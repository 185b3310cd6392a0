import { CommanderError, type Command } from 'commander';
import { nameOf, writeJson, type RunState } from './answer';
import type { CommandIo } from './command-io';
import { EXIT, type ExitCode } from './exit-codes';
import { createProgram } from './program';

/** Runs the command that the words name. They begin behind the name of the program. */
export async function runAccess(words: readonly string[], io: CommandIo): Promise<ExitCode> {
  const state: RunState = { exit: EXIT.done };
  const program = createProgram(io, state);
  try {
    await program.parseAsync(words, { from: 'user' });
    return state.exit;
  } catch (error) {
    // Commander has told it by now. Asking for help is no error, and ends by one too; asking for nothing is wrong use.
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return EXIT.done;
    if (words.includes('--json'))
      writeJson(io, {
        command: nameOf(commandOf(program, words)),
        error: { code: 'wrong-use', message: messageOf(error) },
      });
    return EXIT.misuse;
  }
}

/** Where nothing is asked for, Commander shows the help and has no message. */
function messageOf({ code, message }: CommanderError): string {
  return code === 'commander.help' ? 'No command is named' : message.replace(/^error: /, '');
}

/** The command that the first words name, as far as they name one. */
function commandOf(command: Command, [word, ...others]: readonly string[]): Command {
  const child = command.commands.find((one) => one.name() === word);
  return child === undefined ? command : commandOf(child, others);
}
