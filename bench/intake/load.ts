/** What the client is asked to send. */
export type LoadOrder = Readonly<{
  url: string;
  connections: number;
  milliseconds: number;
  bodyBytes: number;
  signingSecret: string;
}>;

export type LoadResult = Readonly<{
  /** Of each answered request, in milliseconds. */
  latencies: readonly number[];
  /** Answers that were not 200. */
  refused: number;
  elapsedMs: number;
}>;
