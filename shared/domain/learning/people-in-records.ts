import { fold } from '../fold';
import type { WorkerAsSaid } from '../plan/people-as-said';
import { createPairs, type CodedAttribute } from './coded-attributes';
import type { PersonOfFile } from './learnt-birthright';

/** A longer value cannot be written in a policy. */
const LONGEST_VALUE = 200;

/** Who works, record by record: `personOf` has the person of each, and those of one person follow each other. */
export type PeopleInRecords = Readonly<{
  people: readonly PersonOfFile[];
  personOf: Int32Array;
  /** By folded address. */
  indexOf: ReadonlyMap<string, number>;
  attributes: readonly CodedAttribute[];
  pairOf: ReturnType<typeof createPairs>;
  /** Attributes of which nearly each record has a value of its own: what they match is chance. */
  unused: readonly string[];
}>;

/** Numbers people and values, so that they are counted and not compared. Values are one where they differ in case only, as in a policy. */
export function peopleInRecords(workers: readonly WorkerAsSaid[]): PeopleInRecords {
  const byPerson = new Map<string, WorkerAsSaid[]>();
  for (const worker of workers) {
    const key = fold(worker.email);
    const known = byPerson.get(key);
    if (known === undefined) byPerson.set(key, [worker]);
    else known.push(worker);
  }
  const keys = [...byPerson.keys()].toSorted();
  const records = keys.flatMap((key, person) =>
    (byPerson.get(key) ?? []).map((worker) => ({ person, worker })),
  );
  const names = [...new Set(workers.flatMap(({ attributes }) => Object.keys(attributes)))];
  const coded = names.map((attribute) =>
    codesOf(
      attribute,
      records.map(({ worker }) => worker),
    ),
  );
  return {
    people: keys.map((key) => {
      const [first, ...others] = byPerson.get(key) ?? [];
      const name = [first, ...others].find((worker) => worker?.name !== undefined)?.name;
      return { email: first?.email ?? key, name };
    }),
    personOf: Int32Array.from(records, ({ person }) => person),
    indexOf: new Map(keys.map((key, index) => [key, index])),
    attributes: coded.filter((one) => !isNearlyUnique(one)),
    pairOf: createPairs(),
    unused: coded.filter(isNearlyUnique).map(({ attribute }) => attribute),
  };
}

function codesOf(attribute: string, workers: readonly WorkerAsSaid[]): CodedAttribute {
  const byValue = new Map<string, number>();
  const values: string[] = [];
  const codes = Int32Array.from(workers, ({ attributes }) => {
    const value = (Object.hasOwn(attributes, attribute) ? attributes[attribute] : undefined) ?? '';
    const folded = fold(value);
    if (folded === '' || value.trim().length > LONGEST_VALUE) return -1;
    const known = byValue.get(folded);
    if (known !== undefined) return known;
    byValue.set(folded, values.length);
    values.push(value.trim());
    return values.length - 1;
  });
  return { attribute, values, codes };
}

function isNearlyUnique({ values, codes }: CodedAttribute): boolean {
  const filled = codes.reduce((count, code) => count + Number(code >= 0), 0);
  return values.length > filled / 2;
}
