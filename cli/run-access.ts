import { CommanderError } from 'commander';
import type { RunState } from './answer';
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
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.misuse;
    throw error;
  }
}
