import { fold } from '../person-key';
import type { Cause, KnownNames } from './causes';
import { actsIn, type LoggedEvent } from './logged-event';
import { namingOf, withoutNames } from './named-in-event';

type Fit = Readonly<{ event: LoggedEvent; isCertain: boolean }>;

/**
 * Finds the events that may have caused something: the latest one that names everything by id and says what was done, or
 * else all that fit, the latest first. Events are looked up by their words: there may be thousands of them, and of findings.
 */
export function createEventIndex(
  events: readonly LoggedEvent[],
  { all }: KnownNames,
): (cause: Cause) => readonly LoggedEvent[] {
  const byWord = new Map<string, Set<LoggedEvent>>();
  for (const event of events)
    for (const word of wordsIn([event.text, ...event.values.map(({ value }) => value)].join('\n')))
      byWord.set(word, (byWord.get(word) ?? new Set()).add(event));
  return (cause) => {
    const fits = [...candidatesIn(byWord, cause)].flatMap((event) => fitOf(event, cause, all) ?? []);
    const certain = fits.filter(({ isCertain }) => isCertain);
    const latestMs = Math.max(...certain.map(({ event }) => event.atMs));
    const best = certain.length === 0 ? fits : certain.filter(({ event }) => event.atMs === latestMs);
    return best.map(({ event }) => event).toSorted((a, b) => b.atMs - a.atMs);
  };
}

/** Events with the first word of an id or a name of the first thing. */
function candidatesIn(
  byWord: ReadonlyMap<string, ReadonlySet<LoggedEvent>>,
  { things }: Cause,
): ReadonlySet<LoggedEvent> {
  const words = things
    .slice(0, 1)
    .flatMap(({ ids, names }) => [...ids, ...names].flatMap((name) => wordsIn(name).slice(0, 1)));
  return new Set(words.flatMap((word) => [...(byWord.get(word) ?? [])]));
}

function fitOf(
  event: LoggedEvent,
  { things, by, notBy, about }: Cause,
  allNames: readonly string[],
): Fit | undefined {
  const namings = things.flatMap((thing) => namingOf(event, thing) ?? []);
  if (namings.length < things.length) return undefined;
  const text = withoutNames(event, allNames);
  const keys = event.values.map(({ key }) => key);
  if (about !== undefined && !about.test([text, ...keys].join('\n'))) return undefined;
  // Where a list of additions and one of removals stand side by side, what counts is in which of them the member stands.
  const told = actsIn(
    namings
      .slice(0, 1)
      .flatMap((naming) => naming.keys)
      .join('\n'),
  );
  const acts = told.size > 0 ? told : actsIn(text);
  const isTold = by.some((act) => acts.has(act));
  if (!isTold && notBy.some((act) => acts.has(act))) return undefined;
  return { event, isCertain: isTold && namings.every((naming) => naming.by === 'id') };
}

function wordsIn(text: string): readonly string[] {
  return fold(text).match(/[\p{L}\p{N}]+/gu) ?? [];
}
