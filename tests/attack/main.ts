import Table from 'cli-table3';
import { Command } from 'commander';
import { BOUNDARIES } from './attack';
import { ATTACKS } from './attacks';
import { BROKEN_DEFENCES, isNoticed } from './broken-defences';
import { copyApp } from './copy-app';
import { runAttacks, type AttackResult } from './run-attacks';
import { createTarget } from './target';

const program = new Command('attack')
  .description('Attacks the running app as outsiders, insiders and neighbours would. None of it may succeed.')
  .option('--only <id or boundary>', 'one attack, or those on one boundary')
  .option(
    '--broken-defences [name]',
    'breaks each defence in a build of its own: then an attack has to succeed',
  )
  .option('--json', 'end with one line of JSON');

type Options = Readonly<{ only?: string; json?: boolean; brokenDefences?: string | true }>;

async function main(): Promise<void> {
  program.parse();
  const { only, json = false, brokenDefences } = program.opts<Options>();
  if (brokenDefences !== undefined) return tellOfDefences(brokenDefences, json);
  const chosen = ATTACKS.filter(({ id, boundary }) => only === undefined || only === id || only === boundary);
  if (chosen.length === 0)
    return program.error(
      `There is no attack ${only ?? ''}. There are the boundaries ${BOUNDARIES.join(', ')}, and the ids of docs/security.md.`,
    );
  const startedAtMs = performance.now();
  const copy = await copyApp();
  let results: readonly AttackResult[];
  try {
    let done = 0;
    results = await runAttacks(
      chosen,
      () => createTarget(copy.directory),
      ({ attack, outcome, why, ms }) => {
        done += 1;
        const about = why === undefined ? '' : `: ${why}`;
        const at = done > chosen.length ? 'again' : `${done}/${chosen.length}`;
        say(`${at} ${attack.id}: ${outcome}${about} (${(ms / 1000).toFixed(1)} s)`);
      },
    );
  } finally {
    await copy.close();
  }
  const count = (outcome: AttackResult['outcome']): number =>
    results.filter((result) => result.outcome === outcome).length;
  const figures = {
    attacks: results.length,
    succeeded: count('succeeded'),
    unproven: count('unproven'),
    controls: new Set(results.map(({ attack }) => attack.control.id)).size,
    seconds: secondsSince(startedAtMs),
  };
  if (!json) process.stdout.write(`${tableOf(results)}\n`);
  process.stdout.write(
    json
      ? `${JSON.stringify(figures)}\n`
      : `${figures.attacks} attacks, ${figures.succeeded} succeeded, ${figures.unproven} unproven, ${figures.controls} controls, ${figures.seconds} s\n`,
  );
  process.exitCode = figures.succeeded + figures.unproven === 0 ? 0 : 1;
}

async function tellOfDefences(named: string | true, json: boolean): Promise<void> {
  const chosen = BROKEN_DEFENCES.filter(({ name }) => named === true || name === named);
  if (chosen.length === 0)
    return program.error(
      `There is no defence ${String(named)}. There are: ${BROKEN_DEFENCES.map(({ name }) => name).join(', ')}`,
    );
  const startedAtMs = performance.now();
  const unnoticed: string[] = [];
  for (const broken of chosen) {
    const notices = await isNoticed(broken);
    if (!notices) unnoticed.push(broken.name);
    say(`${broken.name}: ${broken.attack} ${notices ? 'succeeds' : 'FAILS ALL THE SAME'}`);
  }
  const figures = {
    defences: chosen.length,
    unnoticed: unnoticed.length,
    seconds: secondsSince(startedAtMs),
  };
  process.stdout.write(
    json
      ? `${JSON.stringify(figures)}\n`
      : `${figures.defences} defences broken, ${figures.unnoticed} unnoticed, ${figures.seconds} s\n`,
  );
  process.exitCode = unnoticed.length === 0 ? 0 : 1;
}

function secondsSince(startedAtMs: number): number {
  return Math.round((performance.now() - startedAtMs) / 1000);
}

function tableOf(results: readonly AttackResult[]): string {
  const table = new Table({
    head: ['boundary', 'attack', 'tries', 'must', 'outcome'],
    style: { head: [], border: [] },
    colWidths: [15, 34, 50, 40, 11],
    wordWrap: true,
  });
  for (const { attack, outcome } of results)
    table.push([attack.boundary, attack.id, attack.tries, attack.must, outcome]);
  return table.toString();
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`attack: ${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = 1;
});
