import { mapConcurrently } from './map-concurrently';

/**
 * Asks about many at once, so many calls at a time. Where that is refused it asks about each half, until each that is refused is
 * alone: it is told at once. The larger parts come first, so that a few calls answer for most of them. Returns those for whom
 * there was no time.
 *
 * @throws the refusal where nothing was answered and not all were refused before, and what is no refusal
 */
export async function askInHalves<T>(
  parts: ReadonlyArray<readonly T[]>,
  width: number,
  {
    ask,
    isRefusal,
    wasRefused,
    isTimeUp,
    tell,
  }: Readonly<{
    ask: (part: readonly T[]) => Promise<void>;
    isRefusal: (error: unknown) => boolean;
    wasRefused: (one: T) => boolean;
    isTimeUp: () => boolean;
    tell: (one: T, error: unknown) => Promise<void>;
  }>,
): Promise<readonly T[]> {
  const left: T[] = [];
  const untold = new Map<T, unknown>();
  const refusals: unknown[] = [];
  let isAnswered = false;
  const tellAll = async (): Promise<void> => {
    for (const [one, error] of untold) {
      if (!isAnswered && !wasRefused(one)) continue;
      untold.delete(one);
      await tell(one, error);
    }
  };
  let next: Array<readonly T[]> = parts.filter((part) => part.length > 0);
  while (next.length > 0) {
    const level = next;
    next = [];
    await mapConcurrently(level, width, async (part) => {
      if (refusals.length > 0 && isTimeUp()) return void left.push(...part);
      try {
        await ask(part);
        isAnswered = true;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refusals.push(error);
        const [one] = part;
        if (part.length === 1 && one !== undefined) untold.set(one, error);
        else next.push(...halvesOf(part));
      }
      await tellAll();
    });
  }
  if (!isAnswered && untold.size + left.length > 0) throw refusals[0];
  return left;
}

function halvesOf<T>(part: readonly T[]): ReadonlyArray<readonly T[]> {
  const middle = Math.ceil(part.length / 2);
  return [part.slice(0, middle), part.slice(middle)];
}
