import type { Command } from 'commander';

/** What somebody may want, and the line that does it. */
type Example = Readonly<{ what: string; line: string }>;

/** Shows examples at the end of a command's help. */
export function withExamples(command: Command, examples: readonly Example[]): Command {
  const lines = examples.flatMap(({ what, line }) => [`  # ${what}`, `  ${line}`]);
  return command.addHelpText('after', `\nExamples:\n${lines.join('\n')}`);
}
