import { describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cliReference, leavesOf, programToRead } from '../../../cli/reference';
import { examplesOf } from '../../../cli/examples';
import { access } from '../../fakes/run-access';

const commands = leavesOf(programToRead());
const names = commands.map((command) => `${command.parent?.name() ?? ''} ${command.name()}`.trim());

describe('the reference of the command line', () => {
  it.each(names)('has %s, with an example', (name) => {
    const command = commands[names.indexOf(name)];
    expect(cliReference()).toContain(`## ${name.startsWith('access') ? name : `access ${name}`}\n`);
    expect(command === undefined ? [] : examplesOf(command)).not.toEqual([]);
  });

  it.each(names.filter((name) => !name.endsWith('completion')))('lets %s answer with JSON', (name) => {
    const flags = commands[names.indexOf(name)]?.options.map(({ flags: written }) => written);
    expect(flags).toContain('--json');
  });

  it('has the exit codes', () => {
    expect(cliReference()).toContain('| 0 | done, or the answer is yes |');
  });
});

describe('access completion', () => {
  it.each([
    ['access ', 'policy'],
    ['access pol', 'policy'],
    ['access policy ', 'check diff'],
    ['access policy check a.yaml --js', '--json'],
    ['access policy diff a b --m', '--markdown'],
  ])('completes "%s" in bash', async (line, words) => {
    const { exit, stdout } = await access(['completion', 'bash']);
    const typed = line.split(' ');
    const script = `${stdout}
COMP_WORDS=(${typed.map((word) => `'${word}'`).join(' ')})
COMP_CWORD=${typed.length - 1}
_access
echo "\${COMPREPLY[@]}"`;
    expect(exit).toBe(0);
    expect(` ${execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim()} `).toContain(` ${words} `);
  });

  it.each([
    ['zsh', 'compdef _access access'],
    [
      'fish',
      "complete -c access -n '__fish_seen_subcommand_from policy; and __fish_seen_subcommand_from check' -l json",
    ],
  ])('has a script for %s', async (shell, line) => {
    expect((await access(['completion', shell])).stdout).toContain(line);
  });

  it('ends with 2 for another shell', async () => {
    const { exit, stderr } = await access(['completion', 'csh']);
    expect(exit).toBe(2);
    expect(stderr).toContain('Allowed choices are bash, zsh, fish');
  });
});
