import type { FieldProblem } from '../field-problem';

/** What HR says of one worker. The kinds are the lifecycle's: starts working, changes, stops working. */
export type WorkerEventKind = 'joiner' | 'mover' | 'leaver';

/** A calendar day, `YYYY-MM-DD`, without a zone: it begins where the worker is. */
export type LocalDate = string;

/**
 * When a joiner or mover takes effect: an instant, the start of a day in the worker's zone, or at once.
 * The three inputs of a leaver are different facts and stay apart until the policy decides which one counts.
 */
export type Effective =
  | Readonly<{ kind: 'at-once' }>
  | Readonly<{ kind: 'instant'; atMs: number }>
  | Readonly<{ kind: 'date'; date: LocalDate }>
  | Readonly<{
      kind: 'leaving';
      immediate: boolean;
      lastWorkingDay: LocalDate | undefined;
      terminationDate: LocalDate | undefined;
    }>;

/**
 * One worker event, the same for every source. `attributes` are what birthright lines look at (department, title, …);
 * `blanked` names the attributes that the source sent empty: they are reported, never read as a value.
 * `organization` is an alias of the policy; undefined means every organization the source feeds.
 */
export type WorkerEvent = Readonly<{
  /** The statement's own id, stable over redeliveries; breaks ties between statements of the same time. */
  id: string;
  kind: WorkerEventKind;
  organization: string | undefined;
  worker: Readonly<{
    email: string;
    workerId: string | undefined;
    /** The human behind several worker records of the source. */
    personId?: string | undefined;
    /** IANA name, for example `Europe/Bucharest`. */
    timeZone: string | undefined;
  }>;
  /** When HR made the statement, epoch milliseconds: the order of statements, whatever order they arrive in. */
  occurredAtMs: number;
  effective: Effective;
  /** Its dates are those of a record and may be long past, as the hire date of somebody who is back: what has come holds from when it was said. */
  notBeforeSaid?: true;
  attributes: Readonly<Record<string, string>>;
  blanked: readonly string[];
  /** What stood beside a clear leaving and could not be used: it keeps its last value. */
  unusable?: readonly FieldProblem[];
}>;
