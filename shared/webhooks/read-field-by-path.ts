import { fold } from '../domain/fold';
import type { SourceMapping } from '../domain/source-settings';
import { bodyInvalid, bodyProblemsOf } from './check-body';
import { idProblem, isIdNumber } from './id-schemas';

const longestText = 4_000;

/** Fields that tell when: where all are blank there is no time. */
const timing = new Set(['updated']);

/** Fields that name somebody or something: a number in them is an id. */
const naming = new Set([
  'workerId',
  'personId',
  'ticketId',
  'grantRequestId',
  'person',
  'requester',
  'approver',
]);

/**
 * The text at a path in a record: `a.b` is a member of a member, a number an entry of a list, and `key=value` the
 * first entry of a list whose member `key` is `value`. undefined: no such path, or a number that was rounded. Empty:
 * the field is blank.
 */
export function textAt(record: unknown, place: string): string | undefined {
  return toText(valueAt(record, place));
}

/** The id at a path in a record. @throws AppError `body-invalid` for a number that cannot be one */
export function idAt(record: unknown, place: string): string | undefined {
  return checkedAt(record, place, isIdNumber, idProblem);
}

/** The text at the first of several paths that exists and is not blank. */
export function firstTextAt(record: unknown, places: readonly string[]): string | undefined {
  return places.map((place) => textAt(record, place)).find((text) => text !== undefined && text !== '');
}

/**
 * The text that names an event; undefined: there is none, as in a message about something else.
 * @throws AppError `body-invalid` for a name that is no text, which may be one of ours
 */
export function eventNameAt(record: unknown, place: string): string | undefined {
  const name = textAt(record, place);
  if (name === undefined && isAt(record, place))
    throw bodyInvalid([{ field: place, problem: 'Must be a text' }]);
  return name;
}

/** Whether a path exists, with any value. */
export function isAt(record: unknown, place: string): boolean {
  return valueAt(record, place) !== undefined;
}

/**
 * Creates a reader of fields by name: it looks at the paths of the policy, else at those of the format. The first path
 * with a value counts; a blank is none, and what it tells where there is no value, except of a time. The reader throws
 * AppError `body-invalid` for a value that is sent and cannot be read: a list or an object, a number that was rounded, or one that
 * cannot be the id it stands for.
 */
export function fieldReader(
  record: unknown,
  places: Readonly<Record<string, readonly string[]>>,
  mapping: SourceMapping,
): (field: string) => string | undefined {
  return (field) => {
    let blank: string | undefined;
    const found = placesOf(field, places, mapping);
    for (const place of found) {
      const text = fieldAt(record, field, place, found);
      if (text !== undefined && text !== '') return text;
      if (!timing.has(field)) blank ??= text;
    }
    return blank;
  };
}

/**
 * The same of fields that may hold a list: of the first path with a value, one text, or each entry of its list. An entry that cannot
 * be read is blank, so that it is missed and keeps none of the others.
 */
export function listReader(
  record: unknown,
  places: Readonly<Record<string, readonly string[]>>,
  mapping: SourceMapping,
): (field: string) => readonly string[] {
  return (field) => {
    const found = placesOf(field, places, mapping);
    for (const place of found) {
      const value = valueAt(record, place);
      if (!Array.isArray(value)) {
        const text = fieldAt(record, field, place, found) ?? '';
        if (text !== '') return [text];
        continue;
      }
      const entries = [...value.keys()].map((at) => entryAt(record, field, `${place}.${at}`));
      if (entries.some((text) => text !== '')) return entries.map((text) => text ?? '');
    }
    return [];
  };
}

/** Where a field is looked for: at the paths of the policy, else at those of the format. */
export function placesOf(
  field: string,
  places: Readonly<Record<string, readonly string[]>>,
  mapping: SourceMapping,
): readonly string[] {
  return mapping.fields.get(field) ?? (Object.hasOwn(places, field) ? places[field] : undefined) ?? [];
}

function fieldAt(
  record: unknown,
  field: string,
  place: string,
  others: readonly string[],
): string | undefined {
  const text = naming.has(field)
    ? idAt(record, place)
    : checkedAt(record, place, isExact, 'Must be a text: a number of so many digits is rounded');
  // What is looked for inside of an object is there or not.
  const isWayToAnother = others.some((other) => other.startsWith(`${place}.`));
  if (text === undefined && isAt(record, place) && !isWayToAnother)
    throw bodyInvalid([{ field: place, problem: 'Must be a text' }]);
  return text;
}

/** An entry of a list; undefined: it cannot be read. */
function entryAt(record: unknown, field: string, place: string): string | undefined {
  try {
    return fieldAt(record, field, place, []);
  } catch (error) {
    bodyProblemsOf(error);
    return undefined;
  }
}

/** A person's address: the policy maps the sender's own name of them, else the text is the address. Addresses have no case. */
export function addressOf(text: string | undefined, mapping: SourceMapping): string | undefined {
  if (text === undefined) return undefined;
  return (
    mapping.people.get(text) ?? (text.includes('@') ? atFolded(mapping.people, text) : undefined) ?? text
  );
}

/** What stands under a name whose case does not count: first the name as it is, then the first that is equal to it but for the case. */
export function atFolded<Value>(named: ReadonlyMap<string, Value>, name: string): Value | undefined {
  const folded = fold(name);
  return named.get(name) ?? [...named].find(([known]) => fold(known) === folded)?.[1];
}

export function valueAt(record: unknown, place: string): unknown {
  let value = record;
  for (const step of place.split('.')) value = stepInto(value, step);
  return value;
}

function checkedAt(
  record: unknown,
  place: string,
  isGood: (value: number) => boolean,
  problem: string,
): string | undefined {
  const value = unwrapped(valueAt(record, place));
  if (typeof value === 'number' && !isGood(value)) throw bodyInvalid([{ field: place, problem }]);
  return toText(value);
}

/** JSON has numbers of any length; of a longer one only its size is left. */
function isExact(value: number): boolean {
  return Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

function stepInto(value: unknown, step: string): unknown {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    if (/^\d{1,4}$/.test(step)) return list[Number(step)];
    const [, key = '', wanted = ''] = /^([^=]+)=(.*)$/.exec(step) ?? [];
    return key === '' ? undefined : list.find((entry) => toText(member(entry, key)) === wanted);
  }
  return member(value, step);
}

/** Own members only: every object answers to `constructor`. */
function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  const found: unknown = Object.getOwnPropertyDescriptor(value, name)?.value;
  return found;
}

/** Vendors wrap values: a person, an option of a list, a value with its label. */
const wrappedIn = ['emailAddress', 'email', 'value', 'name', 'accountId'] as const;

function unwrapped(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const found = wrappedIn
    .map((name) => member(value, name))
    .filter((inner) => typeof inner === 'string' || typeof inner === 'number' || inner === null);
  return found.find((inner) => inner !== null && String(inner).trim() !== '') ?? found[0];
}

function toText(wrapped: unknown): string | undefined {
  const value = unwrapped(wrapped);
  if (value === null) return '';
  if (typeof value === 'string') return value.trim().slice(0, longestText);
  if (typeof value === 'number') return isExact(value) ? String(value) : undefined;
  if (typeof value === 'boolean') return String(value);
  return Array.isArray(value) && value.length === 0 ? '' : undefined;
}
