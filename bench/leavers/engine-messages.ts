import type { Figures } from '../benchmark';

/** What is to happen to a person, milliseconds after the start. */
type Told = Readonly<{ email: string; afterMs: number }>;

/** What the engine in a process of its own is told to do. */
export type EngineOrder = Readonly<{
  organization: string;
  connectionString: string;
  signingSecret: string;
  nowMs: number;
  /** Simulated time that each call to UiPath takes. */
  latencyMs: number;
  /** `storm`: webhooks arrive; `plan`: the writer is asked to look at what is marked. */
  task:
    | Readonly<{
        kind: 'storm';
        leavers: readonly Told[];
        joiners: ReadonlyArray<Told & Readonly<{ attributes: Readonly<Record<string, string>> }>>;
      }>
    | Readonly<{
        kind: 'plan';
        /** Directory id and group ids: UiPath's answers, which are given from memory. */
        memberships: ReadonlyArray<readonly [string, readonly string[]]>;
      }>;
}>;

/** From whoever has UiPath: a call arrived, and what time is it? */
export type TimeQuestion = Readonly<{ kind: 'time'; call: number }>;

export type EngineAnswer =
  | Readonly<{ kind: 'time'; call: number; nowMs: number }>
  | Readonly<{ kind: 'progress'; line: string }>
  /** `figures` and what is held in the end, `<group id>/<directory id>`. */
  | Readonly<{ kind: 'done'; figures: Figures; held: readonly string[] }>;
