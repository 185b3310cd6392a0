import { z } from 'zod';
import { fold } from '../../shared/domain/fold';
import { nearestWord } from '../../shared/domain/nearest-word';
import { CommandFailure } from '../command-failure';
import { checkInWords } from '../../shared/problems-in-words';
import { email, optionalText, text } from '../../shared/webhooks/contract/field-schemas';
import { csvRows, type CsvRow } from './csv-rows';
import { decodeText } from './decode-text';

/** A worker as a row of an HR file has them. `attributes` are those that have a value. */
type HrFileWorker = Readonly<{
  line: number;
  email: string;
  name: string | undefined;
  workerId: string | undefined;
  attributes: Readonly<Record<string, string>>;
}>;

type LineProblem = Readonly<{ line: number; problem: string }>;

/** `attributes`: names of those that the file has a column for. */
export type HrFile = Readonly<{
  workers: readonly HrFileWorker[];
  attributes: readonly string[];
  badLines: readonly LineProblem[];
}>;

/** Columns that are no attribute. */
const OWN_COLUMNS = ['email', 'name', 'workerId'] as const;
const MOST_COLUMNS = 200;

const ValueSchema = optionalText(256);
const RowSchema = z.object({
  email: email(),
  name: optionalText(256),
  workerId: optionalText(128),
  attributes: z.record(z.string(), ValueSchema),
});
const ColumnSchema = text(128);

/**
 * Reads who works somewhere from a CSV file. Its first line names the columns: `email`, which it needs, `name` and `workerId`, and one for
 * each attribute, by the name that the policy has for it. `columns` says which column stands for which of these where it is called
 * otherwise. A row that cannot be used is told with its line, and all others go on. `asked`: attributes that the policy asks for; a value of
 * any other that cannot be used, such as an address of several lines, is left out and costs nobody. Without it all are asked for.
 * @throws CommandFailure `hr-file-invalid` where nothing can be read
 */
export function readHrFile(
  bytes: Buffer,
  fileName: string,
  columns: ReadonlyMap<string, string> = new Map(),
  asked?: ReadonlySet<string>,
): HrFile {
  const rows = csvRows(decodeText(bytes) ?? notUtf8(fileName));
  const first = rows.next();
  if (first.done === true)
    throw invalid(fileName, 'is empty: its first line must name the columns, such as email,department');
  const named = columnsOf(first.value, columns, fileName);
  const workers: HrFileWorker[] = [];
  const badLines: LineProblem[] = [];
  const lineByKey = new Map<string, number>();
  for (const row of rows) {
    const read = workerOf(row, named, asked);
    if ('problem' in read) {
      badLines.push(read);
      continue;
    }
    const key = JSON.stringify([fold(read.email), read.workerId]);
    const earlier = lineByKey.get(key);
    if (earlier === undefined) {
      lineByKey.set(key, row.line);
      workers.push(read);
    } else
      badLines.push({
        line: row.line,
        problem: `is the same worker as line ${earlier}, which counts: two records of one person need different values in a column workerId`,
      });
  }
  if (workers.length === 0) throw invalid(fileName, withoutWorkers(badLines));
  const own: readonly string[] = OWN_COLUMNS;
  return { workers, badLines, attributes: named.filter((name) => name !== '' && !own.includes(name)) };
}

/** What each column is: a name of our own, an attribute, or nothing where the first line does not name it. */
function columnsOf(
  header: CsvRow,
  renamed: ReadonlyMap<string, string>,
  fileName: string,
): readonly string[] {
  if (header.problem !== undefined) throw invalid(fileName, `line ${header.line}: ${header.problem}`);
  const written = header.fields.map((field) => field.trim());
  if (written.length > MOST_COLUMNS) throw invalid(fileName, `has more than ${MOST_COLUMNS} columns`);
  for (const column of renamed.values())
    if (!written.includes(column)) {
      const meant = nearestWord(column, written);
      throw invalid(
        fileName,
        `has no column "${column}": ${meant === undefined ? `there are ${written.join(', ')}` : `is ${meant} meant?`}`,
      );
    }
  const byColumn = new Map([...renamed].map(([name, column]) => [column, name]));
  const names = written.map((column) => {
    const name = byColumn.get(column) ?? (renamed.has(column) ? '' : column);
    return OWN_COLUMNS.find((own) => fold(own) === fold(name)) ?? name;
  });
  for (const [index, name] of names.entries()) {
    if (name === '') continue;
    const checked = checkInWords(ColumnSchema, name);
    if (!checked.success || name in {})
      throw invalid(fileName, `the name of column ${index + 1} cannot be used`);
    if (names.indexOf(name) !== index) throw invalid(fileName, `has the column "${name}" twice`);
  }
  if (!names.includes('email')) throw invalid(fileName, withoutEmail(written));
  return names;
}

function withoutEmail(written: readonly string[]): string {
  const meant = written.find((column) => /e-?mail|address|upn|userprincipalname/i.test(column));
  return `has no column "email"; there are ${written.join(', ')}${meant === undefined ? '' : `. If "${meant}" is meant, say --column email="${meant}"`}`;
}

/** What nobody works by is a file that went wrong: whatever is asked of it would be answered with "nobody". */
function withoutWorkers([first]: readonly LineProblem[]): string {
  return `has no line that can be used${first === undefined ? '' : `: line ${first.line}: ${first.problem}`}`;
}

function workerOf(
  row: CsvRow,
  names: readonly string[],
  asked: ReadonlySet<string> | undefined,
): HrFileWorker | LineProblem {
  const { line, problem } = row;
  if (problem !== undefined) return { line, problem };
  const { fields } = row;
  if (fields.length !== names.length)
    return { line, problem: `has ${fields.length} fields, and the first line names ${names.length}` };
  const {
    email: address = '',
    name = '',
    workerId = '',
    ...attributes
  } = Object.fromEntries(
    names.map((column, index) => [column, fields[index] ?? ''] as const).filter(([column]) => column !== ''),
  );
  if (address.trim() === '') return { line, problem: 'email is empty' };
  const kept = Object.entries(attributes).filter(
    ([attribute, value]) => asked?.has(attribute) !== false || ValueSchema.safeParse(value).success,
  );
  const checked = checkInWords(RowSchema, {
    email: address,
    name,
    workerId,
    attributes: Object.fromEntries(kept),
  });
  if (!checked.success) {
    const [{ path, problem: found }] = checked.problems;
    return { line, problem: `${String(path.at(-1) ?? 'a field')}: ${found}` };
  }
  const { data } = checked;
  return {
    line,
    email: data.email,
    name: data.name === '' ? undefined : data.name,
    workerId: data.workerId === '' ? undefined : data.workerId,
    attributes: Object.fromEntries(Object.entries(data.attributes).filter(([, value]) => value !== '')),
  };
}

/** Names would be other names. */
function notUtf8(fileName: string): never {
  throw invalid(fileName, 'is not in UTF-8: save it as "CSV UTF-8"');
}

function invalid(fileName: string, problem: string): CommandFailure {
  return new CommandFailure('hr-file-invalid', `${fileName} ${problem}`);
}
