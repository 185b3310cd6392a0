/** An entry of UiPath's audit log. The names of its types are not published, so it is matched by what it names. */
export type LoggedEvent = Readonly<{
  id: string;
  atMs: number;
  /** Address, else name, else id; undefined where the log names nobody. */
  actor: string | undefined;
  /** All that names the actor: id, name and address, as far as they are told. */
  actorNames: readonly string[];
  /** True for what this application did. */
  isOwn: boolean;
  client: string | undefined;
  /** What it says in words: its type, its target and its summary, a line each. */
  text: string;
  /** What its details hold: each value with the name it stands under. */
  values: ReadonlyArray<Readonly<{ key: string; value: string }>>;
}>;

/** What an event says was done. */
export type Act = 'added' | 'removed' | 'created' | 'deleted' | 'changed' | 'renamed';

/** Whole words: an address is not added, and an assignment or a list of what is allowed may as well be taken away. */
const WORDS: ReadonlyArray<readonly [Act, RegExp]> = [
  [
    'added',
    /\b(?:add(?:s|ed|ing|itions?)?|join(?:s|ed|ing)?|(?<!un-)assign(?:s|ed|ing)?|grant(?:s|ed|ing)?|allow(?:s|ed|ing)?(?!\W?list)|includ(?:es?|ed|ing))\b/,
  ],
  [
    'removed',
    /\b(?:remov(?:es?|ed|ing|als?)|un-?assign(?:s|ed|ing)?|revok(?:es?|ed|ing)|revocations?|exclud(?:es?|ed|ing)|disallow(?:s|ed|ing)?)\b/,
  ],
  ['created', /\bcreat(?:es?|ed|ing|ions?)\b/],
  ['deleted', /\bdelet(?:es?|ed|ing|ions?)\b/],
  ['changed', /\b(?:updat|chang|edit|modif|enabl|disabl)(?:s|es?|ed|ing|ies|ied|y|ying|ications?)?\b/],
  ['renamed', /\brenam(?:es?|ed|ing)\b/],
];

/**
 * What was done, as far as words such as `m1 was added to` or `directoryUserIDsToAdd` tell. What was renamed was not
 * otherwise changed.
 */
export function actsIn(text: string): ReadonlySet<Act> {
  const words = text
    .replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')
    .replaceAll('_', ' ')
    .toLowerCase();
  const acts = new Set(WORDS.flatMap(([act, pattern]) => (pattern.test(words) ? [act] : [])));
  if (acts.has('renamed')) acts.delete('changed');
  return acts;
}
