import { Command } from 'commander';
import type { RunState } from './answer';
import type { CommandIo } from './command-io';
import { withExamples } from './examples';
import { EXIT_CODES_IN_WORDS } from './exit-codes';
import { addCompletion } from './completion';
import { addOnlineCommands } from './online/add-online-commands';
import { plainLines } from './output/plain-text';
import { addCheck } from './policy/check';
import { addDiff } from './policy/diff';
import { addInit } from './policy/init';
import { addLearn } from './policy/learn';
import { addTest } from './policy/test';
import { addWhatIf } from './snapshot/what-if';
import { addNewSecret } from './secret/new';

/** The whole command line. A command says what it found through `io` and `state`; nothing else of the process is touched. */
export function createProgram(io: CommandIo, state: RunState): Command {
  const program = new Command('access')
    .description(
      'Shows, checks and explains who is in which UiPath group, and what an edit of the policy would change.',
    )
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => {
        write(plainLines(text));
      },
      getOutHasColors: () => io.stdout.isColored,
      getErrHasColors: () => io.stderr.isColored,
    })
    .configureHelp({ showGlobalOptions: false })
    .showSuggestionAfterError()
    .addHelpText('after', `\nExit codes:\n${exitCodes()}`);
  withExamples(program, [
    { what: 'everything about one command', line: 'access policy check --help' },
    { what: 'is the policy right?', line: 'access policy check policy.yaml' },
    {
      what: 'whom would an edit change?',
      line: 'access policy diff policy.yaml edited.yaml --people hr.csv',
    },
    { what: 'is there anything to do?', line: 'access status --url https://<app>.azurewebsites.net' },
  ]);
  const policy = program
    .command('policy')
    .description(
      'the policy file: how it begins, is it right, whom would an edit change, do its cases hold (offline, but for init)',
    );
  addCheck(policy, io, state);
  addDiff(policy, io, state);
  addOnlineCommands(program, io, state);
  addTest(policy, io, state);
  addInit(policy, io, state);
  addLearn(policy, io, state);
  addWhatIf(program, io, state);
  addNewSecret(program.command('secret').description('secrets of sources (offline)'), io, state);
  addCompletion(program, io);
  return program;
}

function exitCodes(): string {
  return EXIT_CODES_IN_WORDS.map(([code, words]) => `  ${code}  ${words}`).join('\n');
}
