import { fold } from '../domain/fold';
import type { BirthrightLine, OrganizationPolicy } from '../domain/policy';
import type { Fault } from './policy-fault';
import { toldName } from './told-name';

/**
 * What is worth a second look in a policy that contradicts itself nowhere: a line that gives nothing of its own, lines that give somebody
 * what nobody may have together, and groups that nobody can get into.
 */
export function remarksOn(organization: OrganizationPolicy): readonly Fault[] {
  return [
    ...linesWithoutUse(organization),
    ...linesInConflict(organization),
    ...groupsWithoutWayIn(organization),
  ].map(({ path, problem }) => ({ path: ['organizations', organization.alias, ...path], problem }));
}

function linesWithoutUse({ birthright }: OrganizationPolicy): readonly Fault[] {
  return birthright.flatMap((line, index) => {
    const wider = birthright.find(
      (other, otherIndex) =>
        otherIndex !== index &&
        isImpliedBy(other, line) &&
        givesAll(other, line) &&
        // Of two that are the same, the second one.
        (otherIndex < index || !(isImpliedBy(line, other) && givesAll(line, other))),
    );
    return wider === undefined
      ? []
      : [
          {
            path: ['birthright', index],
            problem: `gives nothing that ${toldName('line', wider.name)} does not give to the same people`,
          },
        ];
  });
}

/** Two lines that one person can match, each with one group of a pair that nobody may have both of. */
function linesInConflict({ birthright, separationOfDuties }: OrganizationPolicy): readonly Fault[] {
  return separationOfDuties.flatMap((pair, index) => {
    const [some, others] = pair.map((group) => birthright.filter((line) => gives(line, group)));
    const found = (some ?? [])
      .flatMap((line) => (others ?? []).map((other) => [line, other] as const))
      .find(([line, other]) => canMatchBoth(line, other));
    return found === undefined
      ? []
      : [
          {
            path: ['separationOfDuties', index],
            problem: `somebody can match ${toldName('line', found[0].name)} and ${toldName('line', found[1].name)}, which give both groups`,
          },
        ];
  });
}

function groupsWithoutWayIn({ groups, birthright, rules }: OrganizationPolicy): readonly Fault[] {
  return [...groups.values()]
    .filter(
      ({ name, mode, requests }) =>
        mode !== 'observe' &&
        requests === undefined &&
        rules.requests === undefined &&
        !birthright.some((line) => gives(line, fold(name))),
    )
    .map(({ name, mode }) => ({
      path: ['groups', name],
      problem: `has no way in: no birthright line gives it and it has no "requests"${mode === 'authoritative' ? ', so that everybody whom the ledger knows is taken out' : ''}`,
    }));
}

/** Everybody who matches `line` matches `wider`. */
function isImpliedBy(wider: BirthrightLine, line: BirthrightLine): boolean {
  return [...wider.when].every(([attribute, values]) => {
    const narrower = line.when.get(attribute);
    return narrower !== undefined && [...narrower].every((value) => values.has(value));
  });
}

function canMatchBoth(line: BirthrightLine, other: BirthrightLine): boolean {
  return [...line.when].every(([attribute, values]) => {
    const others = other.when.get(attribute);
    return others === undefined || [...values].some((value) => others.has(value));
  });
}

function givesAll(line: BirthrightLine, other: BirthrightLine): boolean {
  return other.groups.every((group) => gives(line, fold(group)));
}

function gives(line: BirthrightLine, foldedGroup: string): boolean {
  return line.groups.some((group) => fold(group) === foldedGroup);
}
