import { isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, YAMLError } from 'yaml';
import type { LineFault } from './policy-fault';

/** A policy file as YAML has it, and where in the file a path of it stands. With faults it has no value. */
export type PolicyDocument = Readonly<{
  value: unknown;
  faults: readonly LineFault[];
  /** The line of the innermost part of the path that the file has: of its key, or of its entry in a list. */
  lineOf: (path: readonly PropertyKey[]) => number;
}>;

/** Reads the YAML of a policy file: one document, without aliases, in which no key stands twice. */
export function readPolicyDocument(text: string): PolicyDocument {
  const lines = new LineCounter();
  // The parser's own search for keys that stand twice, and its fine words about errors, take the square of a file's length.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const faults =
    document.errors.length > 0 ? syntaxFaults(document, lines) : faultsOfNodes(document, text, lines);
  return {
    value: faults.length > 0 ? undefined : document.toJS(),
    faults,
    lineOf: (path) => lines.linePos(offsetOf(document, path)).line || 1,
  };
}

/** One of each line: the others there follow from it. */
function syntaxFaults({ errors }: Document, lines: LineCounter): readonly LineFault[] {
  const byLine = new Map<number, LineFault>();
  for (const { code, pos } of errors) {
    const { line, col } = lines.linePos(pos[0]);
    if (!byLine.has(line)) byLine.set(line, { line, place: `column ${col}`, problem: SYNTAX[code] });
  }
  return [...byLine.values()].toSorted((a, b) => a.line - b.line);
}

/** What each kind of error of YAML means to somebody who wrote a policy. */
const SYNTAX: Readonly<Record<YAMLError['code'], string>> = {
  ALIAS_PROPS: 'an alias is not allowed: write out what it stands for',
  BAD_ALIAS: 'a text that begins with * or & must be in quotes, such as "*"',
  BAD_COLLECTION_TYPE: 'a tag (!) is not allowed here: leave it out, or put the text in quotes',
  BAD_DIRECTIVE: 'a line that begins with % is not allowed: put the text in quotes, such as "%"',
  BAD_DQ_ESCAPE:
    "a \\ in double quotes must be followed by what it escapes: write it twice, or use '…' for the text",
  BAD_INDENT:
    'is indented otherwise than what it belongs to: all keys of a map begin in the same column, and so do all - of a list; or a bracket before it is not closed',
  BAD_PROP_ORDER: 'an anchor (&) or a tag (!) is not allowed here: leave it out, or put the text in quotes',
  BAD_SCALAR_START: 'a text that begins with @ or ` must be in quotes, such as "@name"',
  BLOCK_AS_IMPLICIT_KEY:
    'has a second ": " in one line: put each key in a line of its own, or a text with ": " in it in quotes, such as "a: b"',
  BLOCK_IN_FLOW:
    'something in [ ] or { } is written as lines with - or indented keys: use one way for all of it',
  DUPLICATE_KEY: 'the key stands twice: one of the two would be lost',
  IMPOSSIBLE: 'cannot be read as YAML',
  KEY_OVER_1024_CHARS: 'a key has more than 1024 characters: is the ":" after a shorter one missing?',
  MISSING_CHAR:
    'something is missing before this: a closing quote or bracket, a comma, or the ":" after a key, such as "mode: observe"',
  MULTILINE_IMPLICIT_KEY:
    'a key goes on in another line: is the ":" after it missing, such as "mode: observe"?',
  MULTIPLE_ANCHORS: 'an anchor (&) is not allowed here: leave it out, or put the text in quotes',
  MULTIPLE_DOCS: 'a second document begins, with ---: a policy is one document',
  MULTIPLE_TAGS: 'a tag (!) is not allowed here: leave it out, or put the text in quotes',
  NON_STRING_KEY: 'a key must be a text, such as "mode"',
  RESOURCE_EXHAUSTION: 'is nested too deeply',
  TAB_AS_INDENT: 'is indented with a tab: use blanks, two for each step',
  TAG_RESOLVE_FAILED: 'a tag (!) does not fit what follows: leave it out, or put the text in quotes',
  UNEXPECTED_TOKEN:
    'does not belong here: is there a comma or a bracket too many, or a text with special characters not in quotes?',
};

const NOT_UTF8 = 'has a character that is not of UTF-8: save the file as UTF-8';

/** An alias can make a small file large, and what it stands for is easily misread. Of two equal keys one would be lost. */
function faultsOfNodes(document: Document, text: string, lines: LineCounter): readonly LineFault[] {
  const faults: LineFault[] = [];
  let isUtf8 = true;
  const note = (node: unknown, problem: string): void => {
    const { line, col } = lines.linePos(startOf(node) ?? 0);
    faults.push({ line, place: `column ${col}`, problem });
  };
  visit(document, {
    Alias: (_key, alias) => note(alias, 'an alias (*) is not allowed: write out what it stands for'),
    Scalar: (_key, scalar) => {
      if (!isUtf8 || !/[\uFFFD\0]/.test(text.slice(...(scalar.range ?? [0, 0])))) return;
      isUtf8 = false;
      note(scalar, NOT_UTF8);
    },
    Map: (_key, { items }) => {
      const keys = new Set<string>();
      for (const { key } of items) {
        const name = nameOf(key);
        if (keys.has(name)) note(key, SYNTAX.DUPLICATE_KEY);
        keys.add(name);
      }
    },
  });
  return faults;
}

function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    let child: unknown;
    let place: unknown;
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => nameOf(key) === String(part));
      child = pair?.value;
      place = pair?.key;
    } else if (isSeq(node)) {
      child = node.items[Number(part)];
      place = child;
    }
    const start = startOf(place);
    if (start === undefined) break;
    offset = start;
    node = child;
  }
  return offset;
}

const nameOf = (key: unknown): string => String(isScalar(key) ? key.value : key);

function startOf(node: unknown): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? Number(node.range[0])
    : undefined;
}
