import { DAY_MS } from '../durations';
import { byTime, isAboutEmployment, type Statement } from './statement';

/** Whether newer ones of these words replaced one. */
type IsSuperseded = (word: Statement, words: readonly Statement[]) => boolean;

/** For how long after a start took effect the same hire may be said for another day. Whoever is hired later than that is hired again. */
const START_MAY_MOVE_MS = 30 * DAY_MS;

/**
 * Somebody whose start took effect lately and is moved ahead did not begin: what they were given early ends when that was first said,
 * however often it is said again. Whoever is known to leave before the new start is hired again, and that is no moved start.
 */
export function endsOfEarlyStarts(
  notSuperseded: readonly Statement[],
  words: readonly Statement[],
  isSuperseded: IsSuperseded,
): readonly Statement[] {
  const standing = notSuperseded.filter(isAboutEmployment).toSorted(byTime);
  /** Of each hire, the one that the employment began with: a hire that is said once more of somebody at work begins none. */
  const startOf = new Map<Statement, Statement>();
  return standing.flatMap((hire, index): readonly Statement[] => {
    if (hire.kind !== 'joiner') return [];
    const begun = standing.findLast((word) => word.effectiveAtMs <= hire.occurredAtMs);
    const start = begun && startOf.get(begun);
    const movedAtMs = begun && start && movedAhead(hire, { begun, start, words, isSuperseded });
    const before = standing[index - 1];
    startOf.set(hire, (movedAtMs === undefined && before && startOf.get(before)) || hire);
    return movedAtMs === undefined
      ? []
      : [
          {
            ...hire,
            id: `${hire.id} moved`,
            kind: 'leaver',
            occurredAtMs: movedAtMs,
            effectiveAtMs: movedAtMs,
            attributes: {},
          },
        ];
  });
}

type Begun = Readonly<{
  /** The last hire that had begun when another was said. */
  begun: Statement;
  /** The hire that its employment began with. */
  start: Statement;
  words: readonly Statement[];
  isSuperseded: IsSuperseded;
}>;

/** When it was first said that a start which had taken effect lately is ahead; undefined: a hire says nothing like that. */
function movedAhead(hire: Statement, { begun, start, words, isSuperseded }: Begun): number | undefined {
  if (!isAhead(hire)) return undefined;
  const since = words.filter((word) => word.occurredAtMs > begun.effectiveAtMs);
  const { occurredAtMs } = firstToMove(hire, since);
  const isLate =
    Math.max(begun.occurredAtMs, start.occurredAtMs) >= occurredAtMs ||
    occurredAtMs - start.effectiveAtMs > START_MAY_MOVE_MS;
  return isLate || isRehire(hire, occurredAtMs, { words, isSuperseded }) ? undefined : occurredAtMs;
}

function isAhead({ kind, occurredAtMs, effectiveAtMs }: Statement): boolean {
  return kind === 'joiner' && effectiveAtMs > occurredAtMs;
}

/** The word that put a start ahead first: those after it say the same once more, or for another day, before it came. */
function firstToMove(hire: Statement, words: readonly Statement[]): Statement {
  const before = words.filter(
    (word) =>
      isAhead(word) && word.occurredAtMs < hire.occurredAtMs && word.effectiveAtMs > hire.occurredAtMs,
  );
  const [first] = before.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs || (a.id < b.id ? -1 : 1));
  return first === undefined ? hire : firstToMove(first, words);
}

/**
 * Whether an end was known of, when a hire was last said, that comes before the start which it or the first word of it gave. One that was
 * taken back before is none.
 */
function isRehire(
  hire: Statement,
  firstSaidAtMs: number,
  { words, isSuperseded }: Readonly<{ words: readonly Statement[]; isSuperseded: IsSuperseded }>,
): boolean {
  const before = words.filter(({ occurredAtMs }) => occurredAtMs < firstSaidAtMs);
  const latestStartMs = Math.max(
    ...words
      .filter(({ occurredAtMs }) => occurredAtMs >= firstSaidAtMs && occurredAtMs <= hire.occurredAtMs)
      .filter(isAhead)
      .map(({ effectiveAtMs }) => effectiveAtMs),
  );
  return words.some(
    (word) =>
      word.kind === 'leaver' &&
      word.occurredAtMs <= hire.occurredAtMs &&
      word.effectiveAtMs > firstSaidAtMs &&
      word.effectiveAtMs <= latestStartMs &&
      !isSuperseded(word, before),
  );
}
