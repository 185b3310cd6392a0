/**
 * Whose an open call is, as its row says beside its JSON: it is known also where that cannot be read. People are there as digests of
 * their keys.
 */
export type CallInShort =
  | Readonly<{
      kind: 'membership';
      groupId: string;
      groupName: string;
      startedAtMs: number;
      added: ReadonlySet<string>;
      removed: ReadonlySet<string>;
    }>
  | Readonly<{ kind: 'create-rule'; subjectKey: string }>;

type ChangedPeople = ReadonlyArray<Readonly<{ personKey: string }>>;
type Call =
  | Readonly<{
      kind: 'membership';
      groupId: string;
      groupName: string;
      startedAtMs: number;
      add: ChangedPeople;
      remove: ChangedPeople;
    }>
  | Readonly<{ kind: 'create-rule'; subjectKey: string }>;

/** A property holds 32 K characters, and a call a thousand people at most. */
const DIGEST_LENGTH = 16;

/** The properties that stand beside the JSON of a call. */
export function columnsOf(call: Call): Readonly<Record<string, string | number>> {
  const { kind } = call;
  if (kind === 'create-rule') return { kind, subjectKey: call.subjectKey };
  const { groupId, groupName, startedAtMs } = call;
  return { kind, groupId, groupName, startedAtMs, added: digests(call.add), removed: digests(call.remove) };
}

/**
 * undefined where the columns do not say whose it is, as in a row of an earlier version. A call of memberships is of no rule, whatever
 * else its columns say.
 */
export function callInShort(row: Readonly<Record<string, unknown>>): CallInShort | undefined {
  const { kind, subjectKey, groupId, groupName, startedAtMs, added, removed } = row;
  if (kind === 'create-rule') return typeof subjectKey === 'string' ? { kind, subjectKey } : undefined;
  if (kind !== 'membership') return undefined;
  return {
    kind,
    groupId: text(groupId),
    groupName: text(groupName),
    startedAtMs: typeof startedAtMs === 'number' ? startedAtMs : NaN,
    added: split(text(added)),
    removed: split(text(removed)),
  };
}

/** As a call in short names a person. */
export function digestOfPerson(personKey: string): string {
  return personKey.slice(0, DIGEST_LENGTH).padEnd(DIGEST_LENGTH);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function digests(people: ChangedPeople): string {
  return people.map(({ personKey }) => digestOfPerson(personKey)).join('');
}

function split(all: string): ReadonlySet<string> {
  return new Set(
    Array.from({ length: Math.ceil(all.length / DIGEST_LENGTH) }, (_, index) =>
      all.slice(index * DIGEST_LENGTH, (index + 1) * DIGEST_LENGTH),
    ),
  );
}
