import { fold } from '../../fold';
import { actsIn, type LoggedEvent } from './logged-event';

/** Something that an event may be about: any of the ids or names will do. */
export type MentionedThing = Readonly<{
  ids: readonly string[];
  /** Folded. */
  names: readonly string[];
  /** Folded names of other things that hold one of these names. */
  longerNames: readonly string[];
  /** Details that hold the id of such a thing, by their folded name: another id there means another thing. */
  idKeys: RegExp;
  /** Details that hold what was acted upon and never who acted, by their folded name; undefined for what never acts. */
  objectKeys: RegExp | undefined;
}>;

/** An id is certain; a name is not, for two things may have had it one after the other. `keys`: where the one or the other stands. */
export type Mention = Readonly<{ by: 'id' | 'name'; keys: readonly string[] }>;

/** Folded names of details that hold who acted. */
export const ACTOR_KEYS = /^(?:actor|initiator|performer|caller)|by(?:user)?(?:id|name|email)?$/;

/** Stands where a name was hidden: no name holds it. */
const HIDDEN = '\0';

/** How an event names a thing, or undefined when it does not, or names another one. */
export function mentionOf(event: LoggedEvent, thing: MentionedThing): Mention | undefined {
  const { ids, names, idKeys, longerNames } = thing;
  const said = withoutActor(event, thing);
  const stated = said.values.filter(({ key }) => idKeys.test(fold(key)));
  const same = stated.filter(({ value }) => ids.some((id) => fold(id) === fold(value) || holds(value, id)));
  if (same.length > 0) return { by: 'id', keys: same.map(({ key }) => key) };
  if (ids.length > 0 && stated.length > 0) return undefined;
  const holders = [{ key: '', value: said.text }, ...said.values].filter(({ value }) =>
    ids.some((id) => holds(value, id)),
  );
  if (holders.length > 0) return { by: 'id', keys: holders.map(({ key }) => key) };
  if (!names.some((name) => isNamed(said, name, longerNames))) return undefined;
  return {
    by: 'name',
    keys: said.values.filter(({ value }) => names.includes(fold(value))).map(({ key }) => key),
  };
}

/** Who acted is no thing that was acted upon, unless a detail of that meaning says so, as for those who add themselves. */
function withoutActor(
  { text, values, actorNames }: LoggedEvent,
  { objectKeys }: MentionedThing,
): Pick<LoggedEvent, 'text' | 'values'> {
  const others = values.filter(({ key }) => !ACTOR_KEYS.test(fold(key)));
  if (objectKeys === undefined) return { text, values: others };
  const actor = new Set(actorNames.map(fold));
  return {
    text: maskNames(text, actorNames),
    values: others.flatMap(({ key, value }) => {
      if (objectKeys.test(fold(key))) return [{ key, value }];
      return actor.has(fold(value)) ? [] : [{ key, value: maskNames(value, actorNames) }];
    }),
  };
}

/**
 * What an event says, without the names in it, the longest first: no part of one must be left over. A detail that only says
 * what was done is no name.
 */
export function withoutNames({ text, values, actorNames }: LoggedEvent, names: readonly string[]): string {
  const said = values.flatMap(({ value }) => (/^\w+$/.test(value) && actsIn(value).size > 0 ? [] : [value]));
  return maskNames(text, [...names, ...actorNames, ...said]);
}

/** A name counts as a whole value of its own, or as whole words that are no part of a longer name. */
function isNamed(
  { text, values }: Pick<LoggedEvent, 'text' | 'values'>,
  name: string,
  longerNames: readonly string[],
): boolean {
  const said = values.map(({ value }) => fold(value));
  if (said.includes(name)) return true;
  const rest = maskNames(text, [...longerNames, ...said.filter((value) => value.includes(name))]);
  return placesOf(rest, name).some(
    // "Finance Automation" may be the name of a group that is gone: it does not say "Finance".
    ({ end }) => !/^ (?:\p{Lu}|\p{N})/u.test(rest.slice(end)),
  );
}

function maskNames(text: string, names: readonly string[]): string {
  const said = fold(text);
  return [...new Set(names)]
    .filter((name) => said.includes(fold(name)))
    .toSorted((a, b) => b.length - a.length)
    .reduce(
      (rest, name) =>
        placesOf(rest, name).reduceRight(
          (left, { begin, end }) => `${left.slice(0, begin)}${HIDDEN}${left.slice(end)}`,
          rest,
        ),
      text,
    );
}

/** Where a word stands with nothing of a longer word, id or address on either side. */
function placesOf(text: string, word: string): ReadonlyArray<Readonly<{ begin: number; end: number }>> {
  // Most texts hold nothing of it, and making the pattern takes far longer than looking for the word.
  if (word.trim() === '' || !fold(text).includes(fold(word))) return [];
  const pattern = new RegExp(word.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`), 'giu');
  const places: Array<Readonly<{ begin: number; end: number }>> = [];
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const { index: begin } = found;
    const end = begin + found[0].length;
    const isWhole =
      !GOES_ON_BEFORE.test(text.slice(Math.max(0, begin - LONGEST_JOINT), begin)) &&
      !GOES_ON_AFTER.test(text.slice(end, end + LONGEST_JOINT));
    if (isWhole) places.push({ begin, end });
    else pattern.lastIndex = begin + 1;
  }
  return places;
}

/** A longer word, id or address goes on before or after a place. Made once: such a pattern takes long to compile. */
const GOES_ON_BEFORE = /(?:[\p{L}\p{N}_@+-]|[\p{L}\p{N}]\.)$/u;
const GOES_ON_AFTER = /^(?:[\p{L}\p{N}_@+-]|\.[\p{L}\p{N}])/u;
/** A full stop and a letter of two units, with one unit to spare. */
const LONGEST_JOINT = 4;

/** True for an id within a longer text, as `aad|` and an id. A number says nothing unless it stands alone where an id does. */
function holds(text: string, id: string): boolean {
  return !/^\d+$/.test(id) && placesOf(text, id).length > 0;
}
