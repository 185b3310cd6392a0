import Table from 'cli-table3';
import { Command } from 'commander';
import { vendorSenders } from '../fixtures/webhooks/vendor-senders';
import { toWholeNumber } from '../fixtures/to-whole-number';
import { fuzzScim, slowestGrowthOfScim } from './fuzz-scim';
import { fuzzSource, type FuzzResult } from './fuzz-source';
import { NO_GROWTH, slowestGrowth, type Growth } from './growth';

const PROGRESS_EVERY_MS = 10_000;

const program = new Command('fuzz')
  .description('Plays generated deliveries of every source, and has every part of them grow large.')
  .option('--runs <number>', 'cases per source', toWholeNumber, 10_000)
  .option('--source <format>', 'only the sources of this format')
  .option('--seed <number>', 'plays the same cases again', toWholeNumber)
  .option('--no-growth', 'without the bodies that grow, which take most of the time of few runs');

type Options = Readonly<{ runs: number; source?: string; seed?: number; growth: boolean }>;

type Fuzzed = Readonly<{ name: string; seconds: number; growth: Growth }> & FuzzResult;

/** Senders of webhooks, and the provisioning client, which sends requests of its own kind. */
const subjects: ReadonlyArray<
  Readonly<{
    name: string;
    format: string;
    fuzz: typeof fuzzScim;
    growthOf: () => Promise<Growth>;
  }>
> = [
  ...vendorSenders.map((sender) => ({
    name: `${sender.feed}/${sender.format}`,
    format: sender.format,
    fuzz: async (options: Parameters<typeof fuzzScim>[0]) => fuzzSource(sender, options),
    growthOf: async () => slowestGrowth(sender),
  })),
  { name: 'hr/scim', format: 'scim', fuzz: fuzzScim, growthOf: slowestGrowthOfScim },
];

async function main(): Promise<void> {
  program.parse();
  const { runs, source, seed = Date.now() % 2 ** 31, growth: withGrowth } = program.opts<Options>();
  const chosen = subjects.filter(({ format }) => format === (source ?? format));
  if (chosen.length === 0)
    return program.error(
      `There is no source ${source ?? ''}. There are: ${[...new Set(subjects.map(({ format }) => format))].join(', ')}`,
    );
  say(`${chosen.length} sources, ${runs} cases each, seed ${seed}`);
  const fuzzed: Fuzzed[] = [];
  for (const { name, format, fuzz, growthOf } of chosen) {
    const startedAtMs = performance.now();
    let saidAtMs = startedAtMs;
    let cases = 0;
    const onCase = (): void => {
      cases += 1;
      if (performance.now() - saidAtMs < PROGRESS_EVERY_MS) return;
      saidAtMs = performance.now();
      say(`${name}: ${cases} of ${runs}`);
    };
    const result = await fuzz({ runs, seed, onCase });
    const growth = withGrowth ? await growthOf() : NO_GROWTH;
    const seconds = (performance.now() - startedAtMs) / 1_000;
    fuzzed.push({ name, seconds, growth, ...result });
    say(`${name}: ${result.cases} cases, ${seconds.toFixed(1)} s`);
    if (result.violation !== undefined) {
      say(result.violation);
      say(`again: npm run fuzz -- --source ${format} --runs ${runs} --seed ${seed}`);
    }
    if (growth.violation !== undefined) say(`${name}: ${growth.violation}`);
  }
  process.stdout.write(`${tableOf(fuzzed)}\n`);
  const faults = fuzzed.filter(
    ({ violation, growth }) => violation !== undefined || growth.violation !== undefined,
  );
  const cases = fuzzed.reduce((sum, one) => sum + one.cases, 0);
  process.stdout.write(`fuzz: ${cases} cases, ${faults.length} of ${fuzzed.length} sources at fault\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

function tableOf(fuzzed: readonly Fuzzed[]): string {
  const table = new Table({
    head: [
      'source',
      'cases',
      'recorded',
      'ignored',
      '400',
      '401',
      '415',
      'other',
      'slowest ms',
      'growth',
      's',
    ],
    style: { head: [], border: [] },
  });
  for (const { name, cases, endings, slowestMs, growth, seconds } of fuzzed) {
    const told = ['recorded', 'ignored', 'body-invalid', 'signature-invalid', 'content-type-unsupported'].map(
      (ending) => endings.get(ending) ?? 0,
    );
    const other = cases - told.reduce((sum, count) => sum + count, 0);
    table.push([
      name,
      cases,
      ...told,
      other,
      slowestMs.toFixed(0),
      growth.worst.toFixed(1),
      seconds.toFixed(1),
    ]);
  }
  return table.toString();
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`fuzz: ${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = 1;
});
