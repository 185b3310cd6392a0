import { Argument, type Command } from 'commander';
import type { CommandIo } from './command-io';
import { withExamples } from './examples';
import { nameOf } from './answer';

const SHELLS = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof SHELLS)[number];

/** `access completion SHELL`: a script for that shell, made from the commands of the program. */
export function addCompletion(program: Command, { stdout }: CommandIo): void {
  const command = program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .action((shell: Shell) => {
      stdout.write(SCRIPTS[shell](placesOf(program)));
    });
  withExamples(command, [
    { what: 'now, in bash', line: 'eval "$(access completion bash)"' },
    { what: 'now, in zsh', line: 'eval "$(access completion zsh)"' },
    { what: 'for good, in fish', line: 'access completion fish > ~/.config/fish/completions/access.fish' },
  ]);
}

/** What can follow the words that have been written. */
type Place = Readonly<{ words: string; next: readonly string[] }>;

function placesOf(command: Command): readonly Place[] {
  const next = [
    ...command.commands.map((child) => child.name()),
    ...command.options.flatMap(({ long }) => (typeof long === 'string' ? [long] : [])),
    '--help',
  ];
  return [{ words: nameOf(command), next }, ...command.commands.flatMap(placesOf)];
}

/** Names of commands and options have no sign in them that a shell takes for its own. */
const SCRIPTS: Readonly<Record<Shell, (places: readonly Place[]) => string>> = {
  bash: (places) => `_access() {
  local word words="" next=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) words="$words\${words:+ }$word" ;; esac
  done
  case "$words" in
${casesOf(places)}
  esac
  COMPREPLY=($(compgen -W "$next" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _access access
`,
  zsh: (places) => `_access() {
  local word written="" next=""
  for word in "\${words[@]:1:$((CURRENT-2))}"; do
    case "$word" in -*) ;; *) written="$written\${written:+ }$word" ;; esac
  done
  case "$written" in
${casesOf(places)}
  esac
  compadd -- \${=next}
  _files
}
compdef _access access
`,
  fish: (places) =>
    places
      .flatMap(({ words, next }) => {
        const at =
          words === ''
            ? '__fish_use_subcommand'
            : words
                .split(' ')
                .map((word) => `__fish_seen_subcommand_from ${word}`)
                .join('; and ');
        return next.map((word) =>
          word.startsWith('--')
            ? `complete -c access -n '${at}' -l ${word.slice(2)}`
            : `complete -c access -n '${at}' -a ${word}`,
        );
      })
      .join('\n') + '\n',
};

/** The deepest first: behind the words of a command come those of its arguments. */
function casesOf(places: readonly Place[]): string {
  return places
    .toReversed()
    .toSorted((a, b) => b.words.split(' ').length - a.words.split(' ').length)
    .map(({ words, next }) => `    ${words === '' ? '*' : `"${words}"*`}) next="${next.join(' ')}" ;;`)
    .join('\n');
}
