import { fold } from '../fold';
import type { PersonLedger } from '../ledger/person-ledger';
import { nearestWord } from '../nearest-word';
import type { BirthrightLine, OrganizationPolicy } from '../policy';

/** A condition of a birthright line that nobody can meet: nobody was ever said to have the attribute, or one of the values. */
type ConditionOfNobody = Readonly<{
  line: string;
  attribute: string;
  /** Where the attribute is known: those that nobody has. What others have is not told, as it may be personal. */
  values?: readonly string[];
  /** The attribute that was probably meant. */
  meant?: string;
}>;

/** Values that are told of one condition. */
const MOST_VALUES = 10;

/**
 * Looks for conditions that nobody can meet among the lines that a version has and the one before had not, by all that was ever said of
 * people who are noted. Nothing is found where nothing is known of anybody, or of the version before.
 */
export function findConditionsOfNobody(
  after: Pick<OrganizationPolicy, 'birthright'>,
  before: Pick<OrganizationPolicy, 'birthright'> | undefined,
): Readonly<{
  note: (ledger: Pick<PersonLedger, 'timeline' | 'unconfirmed'>) => void;
  found: () => readonly ConditionOfNobody[];
}> {
  const known = new Set(before?.birthright.map(conditionsOf));
  const lines = before === undefined ? [] : after.birthright.filter((line) => !known.has(conditionsOf(line)));
  const said = new Map<string, Set<string>>();
  const asked = new Set(lines.flatMap(({ when }) => [...when.keys()]));
  return {
    note: ({ timeline, unconfirmed }) => {
      if (lines.length === 0) return;
      for (const { attributes } of [...timeline, ...(unconfirmed?.words ?? [])])
        for (const [name, value] of Object.entries(attributes)) {
          if (fold(value) === '' || name.startsWith('$')) continue;
          const values = said.get(name) ?? new Set();
          said.set(name, asked.has(name) ? values.add(fold(value)) : values);
        }
    },
    found: () =>
      lines.flatMap(({ name: line, when }) =>
        [...when].flatMap(([attribute, values]): readonly ConditionOfNobody[] => {
          const had = said.get(attribute);
          if (had !== undefined)
            return [...values].some((value) => had.has(value))
              ? []
              : [{ line, attribute, values: [...values].slice(0, MOST_VALUES) }];
          if (said.size === 0) return [];
          const meant = nearestWord(attribute, [...said.keys()]);
          return [{ line, attribute, ...(meant === undefined ? {} : { meant }) }];
        }),
      ),
  };
}

function conditionsOf({ when }: BirthrightLine): string {
  const conditions = [...when].map(([name, values]) => JSON.stringify([name, [...values].toSorted()]));
  return conditions.toSorted().join('\n');
}
