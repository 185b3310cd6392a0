import type { CodedAttribute, CodedPair } from './coded-attributes';
import type { PeopleInRecords } from './people-in-records';

/** People who have something in common: how many, and how many of them are members. */
type Tally = Readonly<{ people: number; members: number }>;

/** The same for each value by its index. */
type Tallies = Readonly<{ people: Int32Array; members: Int32Array }>;

/** Values by which somebody is matched, as indices of an attribute's values; all attributes have to match. */
export type CandidateLine = Readonly<{
  parts: ReadonlyArray<Readonly<{ attribute: CodedAttribute; codes: ReadonlySet<number> }>>;
  /** Members it explains, less others it would add, less what it costs to be said. */
  gain: number;
}>;

/** What is still to be explained: people by index. */
export type OpenQuestion = Readonly<{
  isMember: Uint8Array;
  isMatched: Uint8Array;
  precision: number;
}>;

/** A value that fewer members have explains nothing. */
const FEWEST_MEMBERS = 2;
/** A longer list of values is no rule. */
const MOST_VALUES = 60;
/** Pairs are looked for among so many attributes, those that say most of the group. */
const MOST_PAIRED = 8;

/** A line costs as much as that many members that stay unexplained: of two that explain the same the simpler one wins. */
const costOf = (attributes: number, values: number): number => 1 + attributes + values;

/** Everybody who is not matched yet. */
export function everybodyLine(
  { people: { length } }: PeopleInRecords,
  question: OpenQuestion,
): CandidateLine | undefined {
  const everybody = Int32Array.from({ length }, (_, person) => person);
  const tally = tallyOf(tallyBy(everybody, { codes: new Int32Array(length), size: 1 }, question), 0);
  const gain = worth(tally) - costOf(0, 0);
  return isBorneOut(tally, question) && gain > 0 ? { parts: [], gain } : undefined;
}

/** The values of one attribute that each explain members. */
export function singleLine(
  { personOf }: PeopleInRecords,
  attribute: CodedAttribute,
  question: OpenQuestion,
): CandidateLine | undefined {
  const { codes, values } = attribute;
  const tallies = tallyBy(personOf, { codes, size: values.length }, question);
  const good = [...values.keys()]
    .map((code) => ({ code, tally: tallyOf(tallies, code) }))
    .filter(({ tally }) => isBorneOut(tally, question) && worth(tally) > 1)
    .toSorted((a, b) => worth(b.tally) - worth(a.tally))
    .slice(0, MOST_VALUES);
  const gain = good.reduce((sum, { tally }) => sum + worth(tally), 0) - costOf(1, good.length);
  return gain > 0
    ? { parts: [{ attribute, codes: new Set(good.map(({ code }) => code)) }], gain }
    : undefined;
}

/** Attributes of which some value is more common among those to be explained than among all. */
export function tellingAttributes(
  { personOf, attributes }: PeopleInRecords,
  question: OpenQuestion,
): readonly CodedAttribute[] {
  return attributes
    .map((attribute) => {
      const { codes, values } = attribute;
      const { people, members } = tallyBy(personOf, { codes, size: values.length }, question);
      const all = people.reduce((sum, count) => sum + count, 0);
      const base = all === 0 ? 0 : members.reduce((sum, count) => sum + count, 0) / all;
      let lift = 0;
      for (const [code, count] of members.entries()) lift += Math.max(0, count - base * (people[code] ?? 0));
      return { attribute, lift };
    })
    .filter(({ lift }) => lift > 0)
    .toSorted((a, b) => b.lift - a.lift)
    .slice(0, MOST_PAIRED)
    .map(({ attribute }) => attribute);
}

/** Values of two attributes that together explain members: from the pair of values that explains most, each value more that pays. */
export function pairLine(
  { personOf, pairOf }: PeopleInRecords,
  [first, second]: readonly [CodedAttribute, CodedAttribute],
  question: OpenQuestion,
): CandidateLine | undefined {
  const pair = pairOf(first, second);
  const tallies = tallyBy(personOf, { codes: pair.codes, size: pair.values.length }, question);
  const seed = bestOf(tallies, question, 0);
  const [one, other] = pair.values[seed?.code ?? -1] ?? [];
  if (seed === undefined || one === undefined || other === undefined) return undefined;
  const chosen = [new Set([one]), new Set([other])] as const;
  let total = seed.worth;
  for (;;) {
    const [ones, others] = slicesOf([first, second], pair, { tallies, chosen });
    const [row, column] = [bestOf(ones, question, 1), bestOf(others, question, 1)];
    const isRow = (row?.worth ?? 0) >= (column?.worth ?? 0);
    const best = isRow ? row : column;
    const side = chosen[isRow ? 0 : 1];
    if (best === undefined || side.size >= MOST_VALUES) break;
    side.add(best.code);
    total += best.worth;
  }
  const gain = total - costOf(2, chosen[0].size + chosen[1].size);
  return gain > 0
    ? {
        parts: [
          { attribute: first, codes: chosen[0] },
          { attribute: second, codes: chosen[1] },
        ],
        gain,
      }
    : undefined;
}

/** What each value that is not chosen would bring, together with those that are chosen of the other attribute. */
function slicesOf(
  attributes: readonly [CodedAttribute, CodedAttribute],
  { values }: CodedPair,
  {
    tallies,
    chosen,
  }: Readonly<{ tallies: Tallies; chosen: readonly [ReadonlySet<number>, ReadonlySet<number>] }>,
): readonly [Tallies, Tallies] {
  const [ones, others] = [
    emptyTallies(attributes[0].values.length),
    emptyTallies(attributes[1].values.length),
  ];
  for (const [cell, [one, other]] of values.entries()) {
    const [isOne, isOther] = [chosen[0].has(one), chosen[1].has(other)];
    if (isOne === isOther) continue;
    const [into, code] = isOther ? ([ones, one] as const) : ([others, other] as const);
    into.people[code] = (into.people[code] ?? 0) + (tallies.people[cell] ?? 0);
    into.members[code] = (into.members[code] ?? 0) + (tallies.members[cell] ?? 0);
  }
  return [ones, others];
}

/** The value that is worth most, and more than `least`; the first of several. */
function bestOf(
  tallies: Tallies,
  question: OpenQuestion,
  least: number,
): Readonly<{ code: number; worth: number }> | undefined {
  let best: Readonly<{ code: number; worth: number }> | undefined;
  for (const code of tallies.people.keys()) {
    const tally = tallyOf(tallies, code);
    if (worth(tally) > (best?.worth ?? least) && isBorneOut(tally, question))
      best = { code, worth: worth(tally) };
  }
  return best;
}

/** Counts people who are not matched yet by the value that each record has; -1 is none. */
function tallyBy(
  personOf: Int32Array,
  { codes, size }: Readonly<{ codes: Int32Array; size: number }>,
  { isMember, isMatched }: OpenQuestion,
): Tallies {
  const { people, members } = emptyTallies(size);
  const last = new Int32Array(size).fill(-1);
  for (let record = 0; record < personOf.length; record += 1) {
    const code = codes[record] ?? -1;
    const person = personOf[record] ?? -1;
    // Records of one person follow each other: nobody counts twice.
    if (code < 0 || isMatched[person] === 1 || last[code] === person) continue;
    last[code] = person;
    people[code] = (people[code] ?? 0) + 1;
    members[code] = (members[code] ?? 0) + (isMember[person] ?? 0);
  }
  return { people, members };
}

function emptyTallies(size: number): Tallies {
  return { people: new Int32Array(size), members: new Int32Array(size) };
}

function tallyOf({ people, members }: Tallies, code: number): Tally {
  return { people: people[code] ?? 0, members: members[code] ?? 0 };
}

function isBorneOut({ people, members }: Tally, { precision }: OpenQuestion): boolean {
  return members >= FEWEST_MEMBERS && members >= precision * people;
}

function worth({ people, members }: Tally): number {
  return 2 * members - people;
}
