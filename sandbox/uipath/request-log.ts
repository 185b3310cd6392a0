import type { EndpointId } from './endpoint-id';

export type LoggedRequest = Readonly<{
  sequence: number;
  /** Epoch milliseconds of the sandbox's clock, at arrival. */
  atMs: number;
  /** Name of the organization, when the request got as far as one. */
  organization: string | undefined;
  endpoint: EndpointId | undefined;
  method: string;
  path: string;
  /** 0 when the connection was cut before an answer. */
  status: number;
  /** What a group PUT asked for. */
  membership?: Readonly<{ groupId: string; add: readonly string[]; remove: readonly string[] }>;
}>;

export type MethodCount = Readonly<{ requests: number; throttled: number }>;

/** What was asked and how it ended; the oldest entries are dropped when there are more than `limit`. */
export class RequestLog {
  readonly #limit: number;
  readonly #counts = new Map<string, Map<string, MethodCount>>();
  #entries: LoggedRequest[] = [];
  #sequence = 0;

  constructor(limit = 100_000) {
    this.#limit = limit;
  }

  get entries(): readonly LoggedRequest[] {
    return this.#entries;
  }

  /** Requests per method that reached this organization; `throttled` of them got a 429. */
  counts(organization: string): Readonly<Record<string, MethodCount>> {
    return Object.fromEntries(this.#counts.get(organization) ?? []);
  }

  add(entry: Omit<LoggedRequest, 'sequence'>): void {
    this.#sequence += 1;
    this.#entries.push({ ...entry, sequence: this.#sequence });
    if (this.#entries.length > this.#limit) this.#entries = this.#entries.slice(this.#limit / 2);
    if (entry.organization === undefined) return;
    const methods = this.#counts.get(entry.organization) ?? new Map<string, MethodCount>();
    this.#counts.set(entry.organization, methods);
    const { requests, throttled } = methods.get(entry.method) ?? { requests: 0, throttled: 0 };
    methods.set(entry.method, {
      requests: requests + 1,
      throttled: throttled + Number(entry.status === 429),
    });
  }

  clear(): void {
    this.#entries = [];
    this.#counts.clear();
  }
}
