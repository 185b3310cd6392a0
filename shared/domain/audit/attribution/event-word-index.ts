import { largestOf } from '../../extremes';
import type { Cause, KnownNames } from './expected-cause';
import { actsIn, type Act, type LoggedEvent } from './logged-event';
import { mentionOf, withoutNames } from './find-mention-in-event';
import { rarestWord, wordsIn } from './name-index';

type Fit = Readonly<{ event: LoggedEvent; isCertain: boolean }>;

/** A time span: after `afterMs`, until `untilMs` at the latest. */
export type Span = Readonly<{ afterMs: number; untilMs: number }>;

/** `isCertain`: they name by id what they are about. Otherwise they name something of it by a name that two things may have had. */
export type FoundEvents = Readonly<{ events: readonly LoggedEvent[]; isCertain: boolean }>;

/**
 * An inverted index of events by their words, because there may be thousands of events and of findings. Finds the
 * events that fit a cause: the latest one that names everything by id, else all that fit, the latest first.
 */
export function createEventIndex(
  events: readonly LoggedEvent[],
  { all }: KnownNames,
): (cause: Cause, span: Span) => FoundEvents {
  const byWord = new Map<string, Set<LoggedEvent>>();
  for (const event of events)
    for (const word of wordsIn([event.text, ...event.values.map(({ value }) => value)].join('\n')))
      byWord.set(word, (byWord.get(word) ?? new Set()).add(event));
  const told = new Map<LoggedEvent, WhatIsTold>();
  const whatIsTold = (event: LoggedEvent): WhatIsTold => {
    const known = told.get(event) ?? whatIsToldBy(event, all);
    told.set(event, known);
    return known;
  };
  return (cause, { afterMs, untilMs }) => {
    const fits = [...candidatesIn(byWord, cause)]
      .filter(({ atMs }) => atMs > afterMs && atMs <= untilMs)
      .flatMap((event) => fitOf(event, cause, whatIsTold) ?? []);
    const certain = fits.filter(({ isCertain }) => isCertain);
    const latestMs = largestOf(
      certain.map(({ event }) => event.atMs),
      undefined,
    );
    const best = certain.length === 0 ? fits : certain.filter(({ event }) => event.atMs === latestMs);
    return {
      events: best.map(({ event }) => event).toSorted((a, b) => b.atMs - a.atMs),
      isCertain: certain.length > 0,
    };
  };
}

/** What an event says beside names, and under which names its details stand. */
type WhatIsTold = Readonly<{ text: string; textAndKeys: string }>;

function whatIsToldBy(event: LoggedEvent, all: KnownNames['all']): WhatIsTold {
  const text = withoutNames(event, all.within(event.text));
  return { text, textAndKeys: [text, ...event.values.map(({ key }) => key)].join('\n') };
}

/** Events with the rarest word of an id or a name of the first thing: whatever names it has all its words. */
function candidatesIn(
  byWord: ReadonlyMap<string, ReadonlySet<LoggedEvent>>,
  { things }: Cause,
): ReadonlySet<LoggedEvent> {
  const words = things
    .slice(0, 1)
    .flatMap(({ ids, names }) =>
      [...ids, ...names].flatMap((name) => rarestWord(name, (word) => byWord.get(word)) ?? []),
    );
  return new Set(words.flatMap((word) => [...(byWord.get(word) ?? [])]));
}

function fitOf(
  event: LoggedEvent,
  { things, by, notBy, about }: Cause,
  whatIsTold: (event: LoggedEvent) => WhatIsTold,
): Fit | undefined {
  const namings = things.flatMap((thing) => mentionOf(event, thing) ?? []);
  if (namings.length < things.length) return undefined;
  const { text, textAndKeys } = whatIsTold(event);
  if (about !== undefined && !about.test(textAndKeys)) return undefined;
  // Where a list of additions and one of removals stand side by side, what counts is in which of them the thing stands.
  const toldByKeys = namings.map((naming) => actsIn(naming.keys.join('\n')));
  const decides = (acts: ReadonlySet<Act>) => [...by, ...notBy].some((act) => acts.has(act));
  const acts = toldByKeys.find(decides) ?? actsIn(text);
  if (!by.some((act) => acts.has(act)) || notBy.some((act) => acts.has(act))) return undefined;
  return { event, isCertain: namings.every((naming) => naming.by === 'id') };
}
