import { z } from 'zod';
import { isTellable } from './domain/is-tellable';
import { nearestWord } from './domain/nearest-word';

/** What is wrong at a place, in words that follow the name of the place; never what stands there. */
export type ProblemInWords = Readonly<{ path: readonly PropertyKey[]; problem: string }>;

type Checked<Schema extends z.ZodType> =
  | Readonly<{ success: true; data: z.output<Schema> }>
  | Readonly<{ success: false; problems: readonly [ProblemInWords, ...ProblemInWords[]] }>;

type RawIssue = z.core.$ZodRawIssue;

/** A list of what is possible that is longer is not read. */
const MOST_NAMED = 20;

/** Of more keys that are not known, nobody is told which were meant. */
const MOST_COMPARED = 100;

/**
 * Compares a value with its schema. What a person reads of a fault comes from here or from the schema, never from the library. Each key
 * that the schema does not know is a problem of its own, with the key that was probably meant.
 */
export function checkInWords<Schema extends z.ZodType>(schema: Schema, value: unknown): Checked<Schema> {
  const knownBeside = new Map<readonly string[], readonly string[]>();
  const result = schema.safeParse(value, {
    error: (issue) => {
      if (issue.code === 'unrecognized_keys') knownBeside.set(issue.keys, keysOf(issue.inst));
      return wordsFor(issue);
    },
  });
  if (result.success) return result;
  const problems = result.error.issues.flatMap((issue): readonly ProblemInWords[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key, index) => ({
          path: isTellable(key) ? [...issue.path, key] : issue.path,
          problem: unknownKey(key, index < MOST_COMPARED ? (knownBeside.get(issue.keys) ?? []) : []),
        }))
      : [{ path: issue.path, problem: issue.message }],
  );
  const [first = { path: [], problem: 'cannot be used' }, ...others] = problems;
  return { success: false, problems: [first, ...others] };
}

function wordsFor(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue);
    case 'invalid_value':
      return `${issue.input === undefined ? 'is missing: ' : ''}${oneOf(issue.values.map(String), issue.input)}`;
    case 'too_small':
      return `must ${sizeOf(issue.origin, issue.exact === true ? 'exactly' : least(issue), issue.minimum)}`;
    case 'too_big':
      return `must ${sizeOf(issue.origin, issue.exact === true ? 'exactly' : most(issue), issue.maximum)}`;
    case 'invalid_format':
      return FORMATS.get(issue.format) ?? 'is not written as it has to be';
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return `has a key that is not known: ${unknownKeys(issue.keys, keysOf(issue.inst))}`;
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'has a key that cannot be used';
    case 'invalid_union':
      return noneOf(issue);
    case 'invalid_element':
    case 'custom':
      return 'cannot be used';
  }
}

/** Of what a schema asks for: its name, and how it is written. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['string', 'a text, such as "Finance"'],
  ['number', 'a number, such as 5'],
  ['int', 'a whole number, such as 5'],
  ['boolean', 'true or false'],
  ['array', 'a list, such as ["one", "two"]'],
  ['tuple', 'a list, such as ["one", "two"]'],
  ['object', 'a map, such as {"name": "value"}'],
  ['record', 'a map, such as {"name": "value"}'],
  ['null', 'empty'],
]);

const FORMATS: ReadonlyMap<string, string> = new Map([
  ['email', 'must be an e-mail address, such as ana@example.com'],
  ['url', 'must be an address, such as https://example.com/path'],
  ['guid', 'must be an id, such as 0f6b7c1e-1d0a-4a55-8f0e-6a1f2d9c3b47'],
  ['uuid', 'must be an id, such as 0f6b7c1e-1d0a-4a55-8f0e-6a1f2d9c3b47'],
  ['date', 'must be a day, such as 2026-12-31'],
  ['datetime', 'must be a time with an offset, such as 2026-12-01T08:00:00Z'],
  ['duration', 'must be a duration, such as P30D or PT8H'],
]);

function wrongType({ expected, input }: RawIssue & { code: 'invalid_type' }): string {
  const wanted = TYPES.get(expected);
  if (wanted === undefined) return 'cannot be used';
  if (input === undefined) return `is missing: must be ${wanted}`;
  const found = kindOf(input);
  return found === undefined ? `must be ${wanted}` : `must be ${wanted}: here is ${found}`;
}

function kindOf(input: unknown): string | undefined {
  if (input === null) return 'nothing';
  if (Array.isArray(input)) return 'a list';
  if (typeof input === 'string') return input === '' ? 'an empty text' : 'a text';
  if (typeof input === 'number')
    return Number.isInteger(input) ? 'a number' : Number.isFinite(input) ? 'a fraction' : undefined;
  if (typeof input === 'boolean') return 'true or false';
  return typeof input === 'object' ? 'a map' : undefined;
}

function oneOf(options: readonly string[], written?: unknown): string {
  if (options.length === 1) return `must be ${options[0] ?? ''}`;
  const meant = typeof written === 'string' ? nearestWord(written, options) : undefined;
  return `must be one of ${listed(options)}${meant === undefined ? '' : `: is ${meant} meant?`}`;
}

const least = ({ inclusive }: { inclusive?: boolean }): string =>
  inclusive === false ? 'more than' : 'at least';
const most = ({ inclusive }: { inclusive?: boolean }): string =>
  inclusive === false ? 'less than' : 'at most';

function sizeOf(origin: string, word: string, limit: number | bigint): string {
  const one = Number(limit) === 1;
  if (word === 'at least' && one && origin === 'string') return 'not be empty';
  if (word === 'at least' && one && origin !== 'number' && origin !== 'int') return 'have at least one entry';
  if (origin === 'string') return `have ${word} ${limit} character${one ? '' : 's'}`;
  if (origin === 'array' || origin === 'set' || origin === 'map')
    return `have ${word} ${limit} entr${one ? 'y' : 'ies'}`;
  return `be ${word} ${limit}`;
}

/** What each of several possible shapes finds wrong; where one was meant, as its inside was read, only what that finds. */
function noneOf(issue: RawIssue & { code: 'invalid_union' }): string {
  if (issue.inclusive === false) return 'can be read in two ways';
  if (issue.options !== undefined) return oneOf(issue.options.map(String));
  const inside = issue.errors.find((errors) => errors.some(({ path }) => path.length > 0));
  const found = inside?.find(({ path }) => path.length > 0);
  if (found !== undefined) return `${found.path.join('.')}: ${found.message}`;
  const problems = new Set(issue.errors.map((errors) => errors[0]?.message ?? 'cannot be used'));
  return problems.size === 0 ? 'cannot be used' : [...problems].join(', or ');
}

function unknownKey(key: string, known: readonly string[]): string {
  const meant = nearestWord(key, known);
  const told = isTellable(key) ? 'is no key here' : 'has a key that is not known';
  if (meant !== undefined) return `${told}: is ${meant} meant?`;
  return known.length === 0 ? told : `${told}: there are ${listed(known)}`;
}

function unknownKeys(keys: readonly string[], known: readonly string[]): string {
  const more = keys.length - MOST_NAMED;
  const told = keys.slice(0, MOST_NAMED).map((key) => unknownKey(key, known));
  return `${told.join('; ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function listed(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function keysOf(schema: unknown): readonly string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}
