export type Service = 'vault' | 'identity';

/** What goes wrong with the next requests; all of one fault's parts apply. */
export type Fault = Readonly<{
  service?: Service;
  /** Strikes only requests whose path begins so, such as `/secrets/NAME`. */
  path?: string;
  status?: number;
  /** Sent as `Retry-After` with the status. */
  retryAfterSeconds?: number;
  delayMs?: number;
  /** Breaks the connection without an answer. */
  isDown?: boolean;
  /** How many requests it strikes; all of them where it is left out. */
  times?: number;
}>;

export type Faults = Readonly<{
  /** The latest fault wins; gives back what ends it. */
  inject: (fault: Fault) => () => void;
  clear: () => void;
  /** The fault of the next request, which uses it up once. */
  take: (service: Service, path: string) => Fault | undefined;
}>;

export function createFaults(): Faults {
  let active: ReadonlyArray<{ readonly fault: Fault; left: number }> = [];
  return {
    inject: (fault) => {
      const entry = { fault, left: fault.times ?? Number.POSITIVE_INFINITY };
      active = [entry, ...active];
      return () => {
        active = active.filter((other) => other !== entry);
      };
    },
    clear: () => {
      active = [];
    },
    take: (service, path) => {
      const entry = active.find(
        ({ fault, left }) =>
          left > 0 && (fault.service ?? 'vault') === service && path.startsWith(fault.path ?? ''),
      );
      if (entry === undefined) return undefined;
      entry.left -= 1;
      return entry.fault;
    },
  };
}
