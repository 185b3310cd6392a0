/** A row of a CSV text: the line on which it begins, and its fields, or what is wrong with it. */
export type CsvRow = Readonly<
  { line: number } & ({ fields: readonly string[]; problem?: undefined } | { problem: string })
>;

/** What separates the fields: the sign that the first line has most of, or that a line `sep=;` above it names, as Excel has it. */
type Delimiter = ',' | ';' | '\t' | '|';
const DELIMITERS: readonly Delimiter[] = [',', ';', '\t', '|'];

const LONGEST_ROW = 65_536;

/**
 * Reads CSV as RFC 4180 has it, with any of the usual separators and line breaks. A row that cannot be read takes no other with it: the
 * next one begins on the line after that on which it began. Rows without content are left out.
 */
export function* csvRows(text: string): Generator<CsvRow, void> {
  const { delimiter, start } = delimiterOf(text);
  let at = start;
  let line = start === 0 ? 1 : 2;
  while (at < text.length) {
    const row = rowAt(text, at, delimiter);
    if (row.problem !== undefined) yield { line, problem: row.problem };
    else if (row.fields.some((field) => field.trim() !== '')) yield { line, fields: row.fields };
    at = row.end;
    line += row.lines;
  }
}

function delimiterOf(text: string): Readonly<{ delimiter: Delimiter; start: number }> {
  const first = text.slice(0, endOfLine(text, 0));
  const named = /^sep=(.)$/.exec(first)?.[1];
  const known = DELIMITERS.find((sign) => sign === named);
  if (known !== undefined) return { delimiter: known, start: afterBreak(text, first.length) };
  const outside = first.replaceAll(/"[^"]*"/g, '');
  const counts = DELIMITERS.map((sign) => outside.split(sign).length);
  return { delimiter: DELIMITERS[counts.indexOf(Math.max(...counts))] ?? ',', start: 0 };
}

/** `end`: where the next row begins; `lines`: how many line breaks lie before it. */
type RowRead = Readonly<
  { end: number; lines: number } & (
    { fields: readonly string[]; problem?: undefined } | { problem: string; fields?: undefined }
  )
>;

function rowAt(text: string, start: number, delimiter: Delimiter): RowRead {
  const fields: string[] = [];
  const bad = (problem: string): RowRead => ({
    problem,
    end: afterBreak(text, endOfLine(text, start)),
    lines: 1,
  });
  let at = start;
  let lines = 1;
  for (;;) {
    const field = text[at] === '"' ? quotedAt(text, at, start + LONGEST_ROW) : plainAt(text, at, delimiter);
    if (field === undefined) return bad('a quote (") is opened and not closed');
    fields.push(field.value);
    lines += field.breaks;
    at = field.end;
    const next = text[at];
    if (next === delimiter) {
      at += 1;
      continue;
    }
    if (next !== undefined && next !== '\n' && next !== '\r')
      return bad('behind a closing quote (") comes neither a separator nor the end of the line');
    return { fields, end: afterBreak(text, at), lines };
  }
}

type FieldRead = Readonly<{ value: string; end: number; breaks: number }>;

/** A quote within a field that does not begin with one is a sign like any other. */
function plainAt(text: string, start: number, delimiter: Delimiter): FieldRead {
  let end = start;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return { value: text.slice(start, end), end, breaks: 0 };
}

/** undefined: it is not closed within the longest that a row may be. */
function quotedAt(text: string, start: number, most: number): FieldRead | undefined {
  let at = start + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote === -1 || quote > most) return undefined;
    if (text[quote + 1] === '"') {
      at = quote + 2;
      continue;
    }
    const inside = text.slice(start + 1, quote);
    return {
      value: inside.replaceAll('""', '"'),
      end: quote + 1,
      breaks: inside.split(/\r\n|\r|\n/).length - 1,
    };
  }
}

function endOfLine(text: string, start: number): number {
  let end = start;
  while (end < text.length && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return end;
}

function afterBreak(text: string, end: number): number {
  return end + (text.startsWith('\r\n', end) ? 2 : 1);
}
