import type { Command } from 'commander';

/** What somebody may want, and the line that does it. */
export type Example = Readonly<{ what: string; line: string }>;

const examplesByCommand = new WeakMap<Command, readonly Example[]>();

/** Shows examples at the end of a command's help, and in its reference. */
export function withExamples(command: Command, examples: readonly Example[]): Command {
  examplesByCommand.set(command, examples);
  const lines = examples.flatMap(({ what, line }) => [`  # ${what}`, `  ${line}`]);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}

export function examplesOf(command: Command): readonly Example[] {
  return examplesByCommand.get(command) ?? [];
}
