import Table from 'cli-table3';
import type { Benchmark, Figures, Target } from './benchmark';

type JudgedTarget = Target & Readonly<{ value: number | null; met: boolean }>;

export type Report = Readonly<{
  benchmark: string;
  size: number;
  seconds: number;
  figures: Figures;
  targets: readonly JudgedTarget[];
}>;

/** Figures beside what the product promises. A figure that this size does not have meets no target. */
export function toReport(
  benchmark: Benchmark,
  run: Readonly<{ size: number; seconds: number; figures: Figures }>,
): Report {
  const targets = benchmark.targets.map((target) => {
    const value = run.figures[target.figure] ?? null;
    return { ...target, value, met: value !== null && isWithin(value, target) };
  });
  return { benchmark: benchmark.name, ...run, targets };
}

/** One line, in which the figures stand beside the rest: seconds that a benchmark measures are told in place of those that it took. */
export function toJson({ benchmark, figures, ...rest }: Report): string {
  return JSON.stringify({ benchmark, ...rest, ...figures });
}

export function toText(benchmark: Benchmark, report: Report): string {
  const table = new Table({
    head: [benchmark.name, 'figure', 'target', ''],
    style: { head: [], border: [] },
  });
  for (const [name, value] of Object.entries(report.figures)) {
    const target = report.targets.find(({ figure }) => figure === name);
    table.push([name, value ?? '-', target === undefined ? '' : boundOf(target), verdictOf(target)]);
  }
  return `${benchmark.about}\n${table.toString()}\nsize ${report.size}, ${report.seconds} s`;
}

function isWithin(value: number, { atMost, atLeast }: Target): boolean {
  return (atMost === undefined || value <= atMost) && (atLeast === undefined || value >= atLeast);
}

function boundOf({ atMost, atLeast }: Target): string {
  return atMost === undefined ? `at least ${atLeast ?? ''}` : `at most ${atMost}`;
}

function verdictOf(target: JudgedTarget | undefined): string {
  if (target === undefined || target.value === null) return '';
  return target.met ? 'met' : 'missed';
}
