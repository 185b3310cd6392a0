/** What the exit code of every command says. They are public: scripts and pipelines match them. */
export const EXIT = { done: 0, no: 1, misuse: 2, unreachable: 3, refused: 4, failed: 5 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_IN_WORDS: ReadonlyArray<readonly [ExitCode, string]> = [
  [EXIT.done, 'done, or the answer is yes'],
  [
    EXIT.no,
    'the answer is no: faults were found, a case does not hold, what was named is not there, or somebody has to act',
  ],
  [EXIT.misuse, 'wrong use: an unknown option, or a file that is not there or cannot be used'],
  [EXIT.unreachable, 'the app, or what it needs, cannot be reached'],
  [EXIT.refused, 'the app refuses: not signed in, or not permitted'],
  [EXIT.failed, 'an error of this command itself'],
];
