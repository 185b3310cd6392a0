import { fold } from '../fold';
import type { PersonLedger } from '../ledger/person-ledger';
import { nearestWord } from '../nearest-word';
import type { BirthrightLine, OrganizationPolicy } from '../policy';

/** A condition of a birthright line that nobody can meet, or not by all of its values: nobody was ever said to have the attribute, or those. */
export type ConditionOfNobody = Readonly<{
  line: string;
  attribute: string;
  /**
   * Where the attribute is known: those that nobody has; where somebody has another of them, only those that are nearly what somebody
   * has. What others have is not told, as it may be personal.
   */
  values?: readonly string[];
  /** The attribute that was probably meant. */
  meant?: string;
}>;

type SaidOfPerson = Pick<PersonLedger, 'timeline' | 'unconfirmed'>;

/** Values that are told of one condition. */
const MOST_VALUES = 10;
/** Values of one attribute that are looked through for what was meant. */
const MOST_LIKE = 5_000;

/**
 * Looks for conditions that nobody can meet among the lines that a version has and the one before had not, by all that was ever said of
 * people who are noted. Nothing is found where nothing is known of anybody, or of the version before.
 */
export function findConditionsOfNobody(
  after: Pick<OrganizationPolicy, 'birthright'>,
  before: Pick<OrganizationPolicy, 'birthright'> | undefined,
): ReturnType<typeof conditionsOfNobodyIn> {
  const known = new Set(before?.birthright.map(conditionsOf));
  return conditionsOfNobodyIn(
    before === undefined ? [] : after.birthright.filter((line) => !known.has(conditionsOf(line))),
  );
}

/** The same of these lines. `firstSaidMs`: when the first of the words was said that are noted; undefined: none is. */
export function conditionsOfNobodyIn(lines: readonly BirthrightLine[]): Readonly<{
  note: (ledger: SaidOfPerson) => void;
  found: () => readonly ConditionOfNobody[];
  firstSaidMs: () => number | undefined;
}> {
  const said = new Map<string, Set<string>>();
  const asked = new Set(lines.flatMap(({ when }) => [...when.keys()]));
  let firstSaidMs: number | undefined;
  return {
    note: ({ timeline, unconfirmed }) => {
      if (lines.length === 0) return;
      for (const { attributes, occurredAtMs } of [...timeline, ...(unconfirmed?.words ?? [])]) {
        firstSaidMs = Math.min(firstSaidMs ?? Infinity, occurredAtMs);
        for (const [name, value] of Object.entries(attributes)) {
          if (fold(value) === '' || name.startsWith('$')) continue;
          const values = said.get(name) ?? new Set();
          said.set(name, asked.has(name) ? values.add(fold(value)) : values);
        }
      }
    },
    found: () =>
      lines.flatMap(({ name: line, when }) =>
        [...when].flatMap(([attribute, values]): readonly ConditionOfNobody[] => {
          const had = said.get(attribute);
          if (had !== undefined) {
            const slips = valuesOfNobody(values, had);
            return slips.length === 0 ? [] : [{ line, attribute, values: slips.slice(0, MOST_VALUES) }];
          }
          if (said.size === 0) return [];
          const meant = nearestWord(attribute, [...said.keys()]);
          return [{ line, attribute, ...(meant === undefined ? {} : { meant }) }];
        }),
      ),
    firstSaidMs: () => firstSaidMs,
  };
}

/** A value that nobody has beside one that somebody has may be of a place where nobody works yet, unless it looks like a slip of the pen. */
function valuesOfNobody(values: ReadonlySet<string>, had: ReadonlySet<string>): readonly string[] {
  const missing = [...values].filter((value) => !had.has(value));
  if (missing.length === values.size) return missing;
  const others = [...had].filter((value) => !values.has(value)).slice(0, MOST_LIKE);
  return missing.filter((value) => nearestWord(value, others) !== undefined);
}

function conditionsOf({ when }: BirthrightLine): string {
  const conditions = [...when].map(([name, values]) => JSON.stringify([name, [...values].toSorted()]));
  return conditions.toSorted().join('\n');
}
