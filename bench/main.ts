import { Command, InvalidArgumentError } from 'commander';
import { audit } from './audit/audit';
import { burst } from './burst';
import { evidence } from './evidence/evidence';
import { growth } from './growth';
import { idle } from './idle';
import { intake } from './intake/intake';
import { leavers } from './leavers/leavers';
import { mass } from './leavers/mass';
import { tick } from './tick';
import { urgent } from './urgent';
import { whatIf } from './what-if/what-if';
import { rounded, type Benchmark, type Target } from './benchmark';
import { toJson, toReport, toText } from './report';

const BENCHMARKS: readonly Benchmark[] = [
  burst,
  urgent,
  mass,
  leavers,
  intake,
  growth,
  idle,
  tick,
  audit,
  evidence,
  whatIf,
];

type Options = Readonly<{ list?: true; json?: true; size: number; users?: number; latency?: number }>;

const program = new Command('bench')
  .description('Measures what the application promises, on this machine.')
  .argument('[name]', 'which benchmark')
  .option('--list', 'name the benchmarks and what they promise')
  .option('--json', 'end with one line of JSON')
  .option('--size <fraction>', 'a part of the full size, such as 0.05 for a quick look', toSize, 1)
  .option('--users <number>', 'accounts that UiPath has, in the benchmark audit', toCount)
  .option(
    '--latency <ms>',
    'simulated time of a call to UiPath, in the benchmarks burst, urgent and mass',
    toMilliseconds,
  );

async function main(): Promise<void> {
  program.parse();
  const { list, json, size, users, latency } = program.opts<Options>();
  const [name] = program.args;
  if (list === true) {
    process.stdout.write(describe());
    return;
  }
  const benchmark = BENCHMARKS.find((one) => one.name === name);
  if (benchmark === undefined) return program.error(`Say which benchmark:\n${describe()}`);
  const startedAtMs = performance.now();
  const elapsed = (): number => rounded((performance.now() - startedAtMs) / 1000, 1);
  const figures = await benchmark.run({
    size,
    users,
    latencyMs: latency,
    progress: (line) => process.stderr.write(`${elapsed().toFixed(1)} s  ${line}\n`),
  });
  const report = toReport(benchmark, { size, seconds: elapsed(), figures });
  process.stdout.write(`${json === true ? toJson(report) : toText(benchmark, report)}\n`);
}

function describe(): string {
  return BENCHMARKS.map(
    ({ name, about, targets }) =>
      `${name.padEnd(8)} ${about}\n${' '.repeat(9)}${targets.map(toPromise).join(', ')}\n`,
  ).join('');
}

function toPromise({ figure, atMost, atLeast }: Target): string {
  return atMost === undefined ? `${figure} >= ${atLeast ?? ''}` : `${figure} <= ${atMost}`;
}

function toSize(text: string): number {
  const size = Number(text);
  if (!(size > 0 && size <= 1)) throw new InvalidArgumentError('A size is above 0 and at most 1.');
  return size;
}

function toCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('A whole number above 0.');
  return count;
}

function toMilliseconds(text: string): number {
  const ms = Number(text);
  if (!Number.isInteger(ms) || ms < 0) throw new InvalidArgumentError('A whole number, 0 or above.');
  return ms;
}

main().catch((error: unknown) => {
  process.stderr.write(`bench: ${error instanceof Error ? error.message : 'could not measure'}\n`);
  process.exitCode = 1;
});
