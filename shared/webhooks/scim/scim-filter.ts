import { fold } from '../../domain/fold';
import { AppError } from '../../errors';

/** `type eq "work"` within the brackets of a path, or a condition of a query. */
export type Condition = Readonly<{ name: string; value: string }>;

/** Whether an entry of a list is as a condition says, in any case. */
export function meetsCondition(
  entry: Readonly<Record<string, unknown>>,
  { name, value }: Condition,
): boolean {
  const actual = entry[name];
  return (typeof actual === 'string' || typeof actual === 'boolean') && fold(String(actual)) === fold(value);
}

const LONGEST_FILTER = 1_000;
const MOST_CONDITIONS = 10;
/** A path, an operator and a value: quoted as in JSON, or bare as some clients write it. Each try is bounded by what it consumes. */
const condition =
  /([A-Za-z$][\w$.:-]*(?:\[[^\]]*\](?:\.[\w$-]+)?)?)\s+([A-Za-z]{2})\s+("(?:[^"\\]|\\.)*"|[^\s"()]+)(\s+and\s+|\s*$)/iy;

/**
 * `a eq "x" and b eq "y"`: what the provisioning clients of Entra and Okta ask. Everything else of RFC 7644 section 3.4.2.2 is
 * refused by name: a filter with `or` in groups can mean work without a bound.
 *
 * @throws AppError `filter-unsupported`
 */
export function parseConditions(text: string): readonly Condition[] {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_FILTER) throw filterUnsupported();
  const found: Condition[] = [];
  let at = 0;
  while (at < trimmed.length) {
    condition.lastIndex = at;
    const [whole, name, operator, value, joint] = condition.exec(trimmed) ?? [];
    if (whole === undefined || name === undefined || value === undefined) throw filterUnsupported();
    if (operator?.toLowerCase() !== 'eq' || found.length === MOST_CONDITIONS) throw filterUnsupported();
    found.push({ name, value: unquoted(value) });
    at += whole.length;
    if (at === trimmed.length && joint?.trim() !== '') throw filterUnsupported();
  }
  if (found.length === 0) throw filterUnsupported();
  return found;
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    throw filterUnsupported();
  }
}

function filterUnsupported(): AppError {
  return new AppError(
    'filter-unsupported',
    'Only conditions with eq, joined by and, are understood, such as userName eq "ana@example.com"',
  );
}
