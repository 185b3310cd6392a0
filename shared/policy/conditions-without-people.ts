import { fold } from '../domain/fold';
import { birthrightMatcher } from '../domain/ledger/person-access';
import { nearestWord } from '../domain/nearest-word';
import type { BirthrightLine, OrganizationPolicy } from '../domain/policy';
import type { Fault } from './policy-fault';
import { toldName } from './told-name';

type Attributes = Readonly<Record<string, string>>;

/** `isHarmless`: it takes nothing from anybody, as a place where nobody works yet. Anything else is a slip of the pen, or a line for nobody. */
export type ConditionFault = Fault & Readonly<{ isHarmless: boolean }>;

/** Values by attribute: folded, each with how somebody has it. */
type Values = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Conditions of birthright lines that match nobody of an organization's workers: on an attribute that no worker has, with a value that
 * nobody has, or lines whose conditions hold for nobody together.
 */
export function conditionsWithoutPeople(
  { alias, birthright }: Pick<OrganizationPolicy, 'alias' | 'birthright'>,
  workers: readonly Attributes[],
): readonly ConditionFault[] {
  const values = valuesOf(workers);
  const matchers = workers.map(birthrightMatcher);
  return birthright.flatMap((line, index) => {
    const isForNobody = !matchers.some((matches) => matches(line));
    const faults = faultsInConditions(line, values, isForNobody);
    const all =
      isForNobody && faults.every(({ isHarmless }) => isHarmless)
        ? [
            ...faults,
            { path: [], problem: 'matches nobody: no worker meets all of its conditions', isHarmless: false },
          ]
        : faults;
    return all.map((fault) => ({
      ...fault,
      path: ['organizations', alias, 'birthright', index, ...fault.path],
      problem: `${toldName('line', line.name)}: ${fault.problem}`,
    }));
  });
}

function faultsInConditions(
  { when }: BirthrightLine,
  valuesByAttribute: Values,
  isForNobody: boolean,
): readonly ConditionFault[] {
  return [...when].flatMap(([attribute, values]): readonly ConditionFault[] => {
    const path = ['when', attribute];
    const known = valuesByAttribute.get(attribute);
    if (known === undefined) {
      const meant = nearestWord(attribute, [...valuesByAttribute.keys()]);
      const problem = `no worker has ${toldName('attribute', attribute)}${meantIs(meant)}`;
      return [{ path, problem, isHarmless: false }];
    }
    const unknown = [...values].filter((value) => !known.has(value));
    return unknown.map((value) => {
      const unused = [...known].filter(([folded]) => !values.has(folded)).map(([, written]) => written);
      const meant = nearestWord(value, unused);
      const isAll = isForNobody && unknown.length === values.size;
      return {
        path,
        problem: `nobody has ${toldName('', value)} as ${attribute}${meantIs(meant)}`,
        isHarmless: meant === undefined && !isAll,
      };
    });
  });
}

function meantIs(meant: string | undefined): string {
  return meant === undefined ? '' : `: is ${toldName('', meant)} meant?`;
}

function valuesOf(workers: readonly Attributes[]): Values {
  const values = new Map<string, Map<string, string>>();
  for (const attributes of workers)
    for (const [name, value] of Object.entries(attributes)) {
      const folded = fold(value);
      if (folded === '') continue;
      const known = values.get(name) ?? new Map<string, string>();
      if (!known.has(folded)) known.set(folded, value);
      values.set(name, known);
    }
  return values;
}
