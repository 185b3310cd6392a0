import { fold } from '../fold';
import type { WorkerAsSaid } from '../plan/people-as-said';
import { isPrivilegedByName } from '../policy';
import {
  everybodyLine,
  pairLine,
  singleLine,
  tellingAttributes,
  type CandidateLine,
  type OpenQuestion,
} from './candidate-lines';
import type {
  GroupToLearn,
  LearningLimits,
  LearntBirthright,
  LearntGroup,
  LearntLine,
} from './learnt-birthright';
import { peopleInRecords, type PeopleInRecords } from './people-in-records';

/** More lines for one group explain it no better than a list of its members. */
const MOST_LINES = 6;
/** What fewer members bear out may be chance. */
const SMALL = 5;

/**
 * Which attributes explain who is in which group: the birthright lines that would give the groups as they are, and whom they leave out or would
 * add. A line that explains less than it takes to say it is not among them. The same input gives the same answer. `onGroup` hears of each
 * group that was looked at.
 */
export function learnBirthright(
  workers: readonly WorkerAsSaid[],
  groups: readonly GroupToLearn[],
  { precision }: LearningLimits,
  onGroup: (looked: number) => void = () => undefined,
): LearntBirthright {
  const people = peopleInRecords(workers);
  const learnt = groups
    .toSorted((a, b) => (fold(a.group) < fold(b.group) ? -1 : 1))
    .map((group, index) => {
      const found = learnGroup(people, group, precision);
      onGroup(index + 1);
      return found;
    });
  const sum = (of: (group: LearntGroup) => number): number =>
    learnt.reduce((total, group) => total + of(group), 0);
  return {
    people: people.people.length,
    groups: learnt,
    members: sum(({ members }) => members),
    explained: sum(({ explained }) => explained),
    unused: people.unused,
  };
}

function learnGroup(people: PeopleInRecords, group: GroupToLearn, precision: number): LearntGroup {
  const isMember = new Uint8Array(people.people.length);
  const notInFile: string[] = [];
  for (const { addresses, name } of group.members) {
    const address = addresses.find((one) => people.indexOf.has(one));
    const person = address === undefined ? undefined : people.indexOf.get(address);
    if (person === undefined) notInFile.push(name);
    else isMember[person] = 1;
  }
  const lines = keepUseful(chooseLines(people, { group: group.group, isMember, precision }), isMember);
  const isMatched = new Uint8Array(people.people.length);
  for (const { matches } of lines) for (const person of matches) isMatched[person] = 1;
  const named = (isAsked: (person: number) => boolean) =>
    people.people.filter((_person, index) => isAsked(index));
  const unexplained = named((person) => isMember[person] === 1 && isMatched[person] === 0);
  const members = isMember.reduce((total, one) => total + one, 0);
  return {
    group: group.group,
    members,
    lines: lines.map(({ line, matches }) => toLine(line, matches, isMember)),
    explained: members - unexplained.length,
    unexplained,
    wouldGain: named((person) => isMember[person] === 0 && isMatched[person] === 1),
    notInFile: notInFile.toSorted(),
  };
}

type Chosen = Readonly<{ line: CandidateLine; matches: readonly number[] }>;

/** The line that explains most of what is open, again and again, until none pays. */
function chooseLines(
  people: PeopleInRecords,
  { group, isMember, precision }: Readonly<{ group: string; isMember: Uint8Array; precision: number }>,
): readonly Chosen[] {
  const isMatched = new Uint8Array(isMember.length);
  const question: OpenQuestion = { isMember, isMatched, precision };
  const chosen: Chosen[] = [];
  while (chosen.length < MOST_LINES) {
    const line = bestLine(people, question, chosen.length === 0 && !isPrivilegedByName(group));
    if (line === undefined) break;
    const matches = matchesOf(people, line);
    chosen.push({ line, matches });
    for (const person of matches) isMatched[person] = 1;
  }
  return chosen;
}

function bestLine(
  people: PeopleInRecords,
  question: OpenQuestion,
  mayBeEverybody: boolean,
): CandidateLine | undefined {
  const open = question.isMember.reduce(
    (total, one, person) => total + (question.isMatched[person] === 1 ? 0 : one),
    0,
  );
  if (open === 0) return undefined;
  const simple = [
    ...(mayBeEverybody ? [everybodyLine(people, question)] : []),
    ...people.attributes.map((attribute) => singleLine(people, attribute, question)),
  ];
  const best = bestOf(simple);
  // A pair that explained all that is open would cost five: it cannot be better.
  if (best !== undefined && best.gain >= open - 5) return best;
  const attributes = tellingAttributes(people, question);
  const pairs = attributes.flatMap((first, index) =>
    attributes.slice(index + 1).map((second) => pairLine(people, [first, second], question)),
  );
  return bestOf([best, ...pairs]);
}

/** The first of the best: what is simpler comes before, and then what the HR file names before. */
function bestOf(lines: ReadonlyArray<CandidateLine | undefined>): CandidateLine | undefined {
  return lines.reduce(
    (best, line) => (line !== undefined && line.gain > (best?.gain ?? 0) ? line : best),
    undefined,
  );
}

function matchesOf({ personOf }: PeopleInRecords, { parts }: CandidateLine): readonly number[] {
  const matches = new Set<number>();
  for (const [record, person] of personOf.entries())
    if (parts.every(({ attribute, codes }) => codes.has(attribute.codes[record] ?? -1))) matches.add(person);
  return [...matches];
}

/** Without lines whose members others explain as well: a wider line may have come later. */
function keepUseful(chosen: readonly Chosen[], isMember: Uint8Array): readonly Chosen[] {
  let kept = chosen;
  for (const one of chosen) {
    const others = new Set(kept.filter((other) => other !== one).flatMap(({ matches }) => matches));
    const own = one.matches.filter((person) => !others.has(person));
    const worth = own.reduce((total, person) => total + (isMember[person] === 1 ? 1 : -1), 0);
    if (worth <= 0) kept = kept.filter((other) => other !== one);
  }
  return kept;
}

function toLine({ parts }: CandidateLine, matches: readonly number[], isMember: Uint8Array): LearntLine {
  const members = matches.reduce((total, person) => total + (isMember[person] ?? 0), 0);
  return {
    when: parts.map(({ attribute: { attribute, values }, codes }) => ({
      attribute,
      values: [...codes].map((code) => values[code] ?? '').toSorted(),
    })),
    matched: matches.length,
    members,
    isSmall: members < SMALL,
  };
}
