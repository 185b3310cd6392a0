/** An entry of UiPath's audit log. The names of its types are not published, so it is matched by what it names. */
export type LoggedEvent = Readonly<{
  id: string;
  atMs: number;
  actor: string;
  /** All that names the actor: id, name and address, as far as they are told. */
  actorNames: readonly string[];
  client: string | undefined;
  /** What it says in words: its type, its target and its summary, a line each. */
  text: string;
  /** What its details hold: each value with the name it stands under. */
  values: ReadonlyArray<Readonly<{ key: string; value: string }>>;
}>;

/** What an event says was done. */
export type Act = 'added' | 'removed' | 'created' | 'deleted' | 'changed' | 'renamed';

const WORDS: ReadonlyArray<readonly [Act, RegExp]> = [
  ['added', /\b(?:add|join|assign|grant|allow|includ)/],
  ['removed', /\b(?:remov|unassign|revok|exclud|disallow)/],
  ['created', /\bcreat/],
  ['deleted', /\bdelet/],
  ['changed', /\b(?:updat|chang|edit|modif|enabl|disabl)/],
  ['renamed', /\brenam/],
];

/** What was done, as far as words such as `m1 was added to` or `directoryUserIDsToAdd` tell. */
export function actsIn(text: string): ReadonlySet<Act> {
  const words = text.replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ').toLowerCase();
  return new Set(WORDS.flatMap(([act, pattern]) => (pattern.test(words) ? [act] : [])));
}
