import { Document, Pair, YAMLMap, YAMLSeq } from 'yaml';
import { fold } from '../domain/fold';
import type {
  LearntBirthright,
  LearntCondition,
  LearntGroup,
  LearntLine,
} from '../domain/learning/learnt-birthright';
import { commentText, createYamlWriter, type YamlWriter } from './yaml-writer';

const LONGEST_LINE_NAME = 80;

type LineOfGroup = Readonly<{ group: LearntGroup; line: LearntLine }>;

/** The lines as `birthright:` of a policy file, each with how well it is borne out. Lines with the same conditions are one. */
export function birthrightInYaml(learnt: Pick<LearntBirthright, 'groups'>): string {
  const { text: write, toString } = createYamlWriter('');
  const list = new YAMLSeq();
  const names = new Set<string>();
  for (const lines of linesByConditions(learnt)) {
    const [first] = lines;
    if (first === undefined) continue;
    const { when } = first.line;
    const entry = new YAMLMap();
    entry.items.push(new Pair(write('name'), write(uniqueName(when, names))));
    if (when.length > 0) entry.items.push(new Pair(write('when'), conditionsIn(when, write)));
    entry.items.push(
      new Pair(
        write('groups'),
        inOneLine(
          lines.map(({ group }) => group.group.trim()),
          write,
        ),
      ),
    );
    entry.commentBefore = lines.map((line) => ` ${sentenceOf(line)}`).join('\n');
    list.items.push(entry);
  }
  const root = new YAMLMap();
  root.items.push(new Pair(write('birthright'), list));
  return toString(new Document(root));
}

/** Those that match most first. */
function linesByConditions({
  groups,
}: Pick<LearntBirthright, 'groups'>): ReadonlyArray<readonly LineOfGroup[]> {
  const byConditions = new Map<string, LineOfGroup[]>();
  for (const group of groups)
    for (const line of group.lines) {
      const key = JSON.stringify(line.when);
      byConditions.set(key, [...(byConditions.get(key) ?? []), { group, line }]);
    }
  return [...byConditions.values()].toSorted(([a], [b]) => (b?.line.matched ?? 0) - (a?.line.matched ?? 0));
}

function sentenceOf({ group, line: { matched, members, isSmall } }: LineOfGroup): string {
  return [
    `${commentText(group.group)}: ${members} of the ${matched} it matches are members`,
    `${members} of ${group.members} members are explained by it`,
    ...(isSmall ? ['so few that it may be chance'] : []),
  ].join('; ');
}

function conditionsIn(when: readonly LearntCondition[], write: YamlWriter['text']): YAMLMap {
  const map = new YAMLMap();
  for (const { attribute, values } of when) {
    const [only, ...others] = values;
    const value = only !== undefined && others.length === 0 ? write(only) : inOneLine(values, write);
    map.items.push(new Pair(write(attribute), value));
  }
  return map;
}

function inOneLine(texts: readonly string[], write: YamlWriter['text']): YAMLSeq {
  const list = new YAMLSeq();
  list.flow = true;
  for (const text of texts) list.items.push(write(text));
  return list;
}

/** What the line asks for, cut where that is long, and numbered where another has the name. */
function uniqueName(when: readonly LearntCondition[], taken: Set<string>): string {
  const said = when.map(({ attribute, values }) => `${attribute} ${values.join('/')}`).join(' and ');
  const name = when.length === 0 ? 'everybody' : Array.from(said).slice(0, LONGEST_LINE_NAME).join('').trim();
  let unique = name;
  for (let number = 2; taken.has(fold(unique)); number += 1) unique = `${name} ${number}`;
  taken.add(fold(unique));
  return unique;
}
