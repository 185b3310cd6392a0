import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { vendorSenders } from '../fixtures/webhooks/vendor-senders';
import { fuzzScim } from './fuzz-scim';
import { fuzzSource, type FuzzResult } from './fuzz-source';
import { NO_GROWTH, slowestGrowth, type Growth } from './growth';

const PROGRESS_EVERY_MS = 10_000;

const { values } = parseArgs({
  options: {
    /** Cases per source. */
    runs: { type: 'string', default: '10000' },
    /** Only the sources of this format. */
    source: { type: 'string' },
    seed: { type: 'string' },
    /** Without the bodies that grow, which take most of the time of few runs. */
    'no-growth': { type: 'boolean', default: false },
  },
});

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
  { name: 'hr/scim', format: 'scim', fuzz: fuzzScim, growthOf: async () => NO_GROWTH },
];

async function main(): Promise<void> {
  const runs = Number(values.runs);
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  if (!Number.isInteger(runs) || runs < 1 || !Number.isInteger(seed))
    throw new Error('--runs and --seed are whole numbers');
  const chosen = subjects.filter(({ format }) => format === (values.source ?? format));
  if (chosen.length === 0)
    throw new Error(
      `There is no source ${values.source ?? ''}. There are: ${[...new Set(subjects.map(({ format }) => format))].join(', ')}`,
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
    const growth = values['no-growth'] ? NO_GROWTH : await growthOf();
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
