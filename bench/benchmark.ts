/** What a benchmark found. `null`: there is no such figure at this size. */
export type Figures = Readonly<Record<string, number | null>>;

export type Target = Readonly<{ figure: string; atMost?: number; atLeast?: number }>;

export type BenchmarkContext = Readonly<{
  /** 1 is the full size; a smaller fraction is for a quick look. */
  size: number;
  /** Accounts that UiPath has, for a benchmark that can vary them; undefined: as many as its own size says. */
  users: number | undefined;
  /** Simulated time that each call to UiPath takes, milliseconds; undefined: what the benchmark has by itself. */
  latencyMs: number | undefined;
  /** Tells a person who waits how far it is. */
  progress: (line: string) => void;
}>;

export type Benchmark = Readonly<{
  name: string;
  about: string;
  targets: readonly Target[];
  run: (context: BenchmarkContext) => Promise<Figures>;
}>;

/** A fraction of a full number, at least `least`. */
export function scaled(full: number, size: number, least: number): number {
  return Math.max(least, Math.round(full * size));
}

/** A figure that is easy to read, without losing what matters. */
export function rounded(value: number, digits = 3): number {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
}

/** The value that so many of a hundred do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN;
}
