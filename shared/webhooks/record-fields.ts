import type { SourceMapping } from '../domain/source-settings';

const longestText = 4_000;

/**
 * The text at a place in a record, where `a.b` is a member of a member, a number an entry of a list, and `key=value` the
 * first entry of a list whose member `key` is `value`. undefined: there is no such place. An empty text: it is blank.
 */
export function textAt(record: unknown, place: string): string | undefined {
  let value = record;
  for (const step of place.split('.')) value = stepInto(value, step);
  return toText(value);
}

/** Looks a field up where the policy says, else where the format says; the first place that exists counts. */
export function fieldReader(
  record: unknown,
  places: Readonly<Record<string, readonly string[]>>,
  mapping: SourceMapping,
): (field: string) => string | undefined {
  return (field) => {
    const own = Object.hasOwn(places, field) ? places[field] : undefined;
    for (const place of mapping.fields.get(field) ?? own ?? []) {
      const text = textAt(record, place);
      if (text !== undefined) return text;
    }
    return undefined;
  };
}

/** Somebody's address: the sender's own name for them if the policy knows it, else what stands there. */
export function addressOf(text: string | undefined, mapping: SourceMapping): string | undefined {
  return text === undefined ? undefined : (mapping.people.get(text) ?? text);
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

function toText(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return '';
  if (typeof value === 'string') return value.trim().slice(0, longestText);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? '' : undefined;
  for (const name of wrappedIn) {
    const inner = member(value, name);
    if (typeof inner === 'string' || typeof inner === 'number') return toText(inner);
  }
  return undefined;
}
