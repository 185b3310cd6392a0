import type { Argument, Command, Option } from 'commander';
import { nameOf } from './answer';
import { examplesOf } from './examples';
import { EXIT, EXIT_CODES_IN_WORDS } from './exit-codes';
import { createProgram } from './program';
import { NO_APP } from './online/online-io';
import { ABOUT_DIFFS } from './policy/diff';
import { ABOUT_INIT } from './policy/init';
import { ABOUT_LEARNING } from './policy/learn';
import { ABOUT_WHAT_IF } from './snapshot/what-if';
import { ABOUT_HR_FILES } from './hr-file/people-option';

const INTRODUCTION = `# The command line \`access\`

Made from the commands themselves by \`node scripts/write-cli-reference.mjs\`; \`npm run check\` fails where it is stale.

From a clone: \`npm run --silent access -- policy check policy.yaml\`, with paths from the folder of the clone. Without \`--silent\` npm
writes lines of its own before the answer. It builds \`bin/access.js\` first, one file that needs Node 20 and nothing else; as a package
it is the command \`access\`.

- Every command has \`--help\`, with examples, and every one but \`completion\` has \`--json\`: one document on the standard output, with
  \`command\`, and \`error\` (\`code\`, \`message\`, sometimes \`hint\`) where there is no answer, wrong use included. What is said to a person about an error or about progress goes to the standard error.
- \`--markdown\`, where there is one, is for comments on pull requests: long lists are folded, and names from files are nothing but text.
- Colours and progress are shown on a terminal only; \`NO_COLOR=1\` is without colours. Characters that act on terminals are
  spelled out, and so are commands to runners of pipelines (\`::\`, \`##[\`, \`##vso[\`).
- \`access completion bash\` prints a script that completes commands and options; for \`zsh\` and \`fish\` too.`;

/** The program as it is, to be looked at and not run. */
export function programToRead(): Command {
  const output = { write: () => undefined, isTerminal: false, isColored: false };
  const io = {
    ...NO_APP,
    readFile: async () => Buffer.alloc(0),
    stdout: output,
    stderr: output,
    nowMs: () => 0,
    randomBytes: (size: number) => Buffer.alloc(size),
    createFile: async () => ({
      write: async () => undefined,
      keep: async () => undefined,
      discard: async () => undefined,
    }),
  };
  return createProgram(io, { exit: EXIT.done });
}

/** The reference of the whole command line in Markdown, made from its commands. */
export function cliReference(): string {
  return [
    INTRODUCTION,
    ['## Exit codes', '', '| code | what it says |', '| ---: | --- |', ...exitCodes()].join('\n'),
    ['## HR files', ABOUT_HR_FILES.trim(), ABOUT_FORM].join('\n\n'),
    ['## What a diff knows', ABOUT_DIFFS.trim()].join('\n\n'),
    ['## How an organization begins', ABOUT_INIT.trim()].join('\n\n'),
    ['## What is learnt', ABOUT_LEARNING.trim()].join('\n\n'),
    ['## What `what-if` knows', ABOUT_WHAT_IF.trim()].join('\n\n'),
    ...leavesOf(programToRead()).map(sectionOf),
  ].join('\n\n');
}

const ABOUT_FORM = `Separators are \`,\`, \`;\`, tabs or \`|\`, as the first line has them; text in quotes may have separators and line breaks in it, and a quote
is written twice there. The file is in UTF-8, or as Excel saves "Unicode text". A line that cannot be used – another number of fields, no
address, the same worker again, a quote that is not closed, a value of several lines or more than 256 characters for an attribute that the policy
names – is told with its number, and all others count. Two rows of one address with different values
of \`workerId\` are two worker records of one person, who gets what either gives.`;

function exitCodes(): readonly string[] {
  return EXIT_CODES_IN_WORDS.map(([code, words]) => `| ${code} | ${words} |`);
}

/** Commands that do something, in the order of the help. */
export function leavesOf(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

function sectionOf(command: Command): string {
  const { registeredArguments, options } = command;
  return [
    `## access ${nameOf(command)}`,
    sentence(command.description()),
    '```sh\n' + `access ${nameOf(command)} ${command.usage()}`.trimEnd() + '\n```',
    ...(registeredArguments.length + options.length === 0
      ? []
      : [
          [
            '| | |',
            '| --- | --- |',
            ...registeredArguments.map((argument) => row(nameOfArgument(argument), argument.description)),
            ...options.map((option) => row(option.flags, describe(option))),
          ].join('\n'),
        ]),
    ...[examplesOf(command)]
      .filter((examples) => examples.length > 0)
      .map(
        (examples) => '```sh\n' + examples.map(({ what, line }) => `# ${what}\n${line}`).join('\n') + '\n```',
      ),
  ].join('\n\n');
}

function nameOfArgument(argument: Argument): string {
  return argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
}

function describe({ description, mandatory, defaultValue, defaultValueDescription }: Option): string {
  if (mandatory) return `${description} (needed)`;
  const preset: unknown = defaultValueDescription ?? defaultValue;
  return typeof preset === 'string' || typeof preset === 'number'
    ? `${description} (${preset} by default)`
    : description;
}

function row(name: string, description: string): string {
  return `| \`${name}\` | ${description.replaceAll('|', String.raw`\|`)} |`;
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}
