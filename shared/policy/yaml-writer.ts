import { isMap, isSeq, Scalar, YAMLMap, YAMLSeq, type Document } from 'yaml';

/** Controls, what turns the direction of text round, what cannot be seen, halves of characters, and the sign of a damaged one. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\uFFFD]/gu;
/** What the log of a pipeline makes a command of. */
const COMMANDS = /##(?=(?:vso)?\[)/gi;
/** Texts that other readers of YAML take for something else, and those that begin with what a log makes a command of. */
const TAKEN_OTHERWISE = /^(?:y|n|yes|no|on|off|:.*)$/i;
/** A key may have 1024 characters. */
const LONGEST_KEY = 1_000;
const LONGEST_COMMENT = 200;

/** Writes texts from elsewhere into a YAML document. What cannot be seen is escaped, so that whoever reads the file sees what is there. */
export type YamlWriter = Readonly<{
  text: (value: string) => Scalar<string>;
  /** The document as text. */
  toString: (document: Document) => string;
}>;

/** `given`: all other text that the document has. */
export function createYamlWriter(given: string): YamlWriter {
  let mark = '@escape';
  while (given.includes(mark)) mark += '@';
  const marked = new RegExp(`${mark}([0-9a-f]+);`, 'g');
  const escape = (character: string): string => `${mark}${character.codePointAt(0)?.toString(16) ?? ''};`;
  return {
    text: (value) => {
      const safe = value
        .replaceAll(mark, (found) => `${escape(found.slice(0, 1))}${found.slice(1)}`)
        .replaceAll(UNSEEN, escape)
        .replaceAll(COMMANDS, (found) => `${escape(found.slice(0, 1))}#`);
      const scalar = new Scalar(safe);
      if (safe !== value || TAKEN_OTHERWISE.test(value)) scalar.type = Scalar.QUOTE_DOUBLE;
      return scalar;
    },
    toString: (document) =>
      document
        .toString({ lineWidth: 0 })
        .replaceAll(marked, (_found, code: string) =>
          code.length <= 4 ? String.raw`\u${code.padStart(4, '0')}` : String.raw`\U${code.padStart(8, '0')}`,
        ),
  };
}

/** A text as a comment can have it: one line, in which what cannot be seen is spelled out. */
export function commentText(text: string): string {
  const cut = text.length > LONGEST_COMMENT ? `${text.slice(0, LONGEST_COMMENT)}…` : text;
  return cut
    .replaceAll(UNSEEN, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`)
    .replaceAll(COMMANDS, '# #');
}

/** Whether a text can be a key in YAML once what cannot be seen is escaped. */
export function canBeKey(text: string): boolean {
  return text.replaceAll(UNSEEN, '\\U00000000').length <= LONGEST_KEY && text !== '__proto__';
}

/** The map under a key, made where there is none, and written in lines of its own. */
export function mapUnder(parent: YAMLMap, key: string): YAMLMap {
  const known: unknown = parent.get(key, true);
  const map = isMap(known) ? known : new YAMLMap();
  if (map !== known) parent.set(key, map);
  map.flow = false;
  return map;
}

/** The list under a key, in the same way. */
export function listUnder(parent: YAMLMap, key: string): YAMLSeq {
  const known: unknown = parent.get(key, true);
  const list = isSeq(known) ? known : new YAMLSeq();
  if (list !== known) parent.set(key, list);
  list.flow = false;
  return list;
}

/** A map in one line. */
export function flow(entries: ReadonlyArray<readonly [string, string | boolean | Scalar]>): YAMLMap {
  const map = new YAMLMap();
  map.flow = true;
  for (const [key, value] of entries) map.set(key, value instanceof Scalar ? value : new Scalar(value));
  return map;
}

/** The text under a key of an entry; empty where it is no map. */
export function textIn(item: unknown, key: string): string {
  return isMap(item) ? String(item.get(key)) : '';
}
