import { InvalidArgumentError, Option, type Command } from 'commander';
import { tellAnswer, withFormats, type Answer, type RunState } from '../answer';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { readPeople, withPeople, type PeopleOptions } from '../hr-file/people-option';
import type { HrFile } from '../hr-file/read-hr-file';
import { badLinesText } from '../hr-file/tell-bad-lines';
import { counted } from '../output/counted';
import { plainText } from '../output/plain-text';
import { createProgress } from '../output/progress';
import { styleOf } from '../output/text-style';
import { readMembers, type MembersFile } from '../snapshot/members-file';
import { learnBirthright } from '../../shared/domain/learning/learn-birthright';
import type {
  LearntBirthright,
  LearntGroup,
  PersonOfFile,
} from '../../shared/domain/learning/learnt-birthright';
import { birthrightInYaml } from '../../shared/policy/birthright-in-yaml';

/** What lines that were learnt are worth. */
export const ABOUT_LEARNING = `
A line is found where people of a value, or of two attributes together, are members for the most part: --precision says how many of them at least.
The simplest that explains as much wins. Attributes of which nearly everybody has a value of their own are not used, and what fewer than five
members bear out is marked. Lines are suggestions: whoever matches one is to have the group from then on, and the list of whom it would add
is there to be read.`;

type Options = PeopleOptions & Readonly<{ members: string; precision: number }>;

/** More are counted and not named: whoever wants them all takes JSON. */
const MOST_NAMED = 20;

/** `access policy learn`: which attribute explains which group. */
export function addLearn(parent: Command, io: CommandIo, state: RunState): void {
  const command = parent
    .command('learn')
    .description(
      'find which attribute of HR explains which group, as birthright lines, with whom they leave out',
    )
    .requiredOption(
      '--members <file>',
      'who is in which group: what "access snapshot" wrote, or CSV with the columns group and email',
    )
    .addOption(
      new Option(
        '--precision <percent>',
        'so many of those whom a value matches have to be members at least, 51 to 100',
      )
        .default(80)
        .argParser(toPercent),
    )
    .addHelpText('after', ABOUT_LEARNING);
  withPeople(command, { required: true });
  withFormats(command, { markdown: false });
  withExamples(command, [
    {
      what: 'what explains the groups as they are?',
      line: 'access policy learn --people hr.csv --members snapshot.json > birthright.yaml',
    },
    {
      what: 'whom would the lines add?',
      line: "access policy learn --people hr.csv --members members.csv --json | jq '.groups[].wouldGain'",
    },
  ]);
  command.action(async (options: Options) => tellAnswer(io, state, command, async () => learn(io, options)));
}

async function learn(io: CommandIo, options: Options): Promise<Answer> {
  const people = await readPeople(io, options, new Set());
  const members = await readMembers(io, options.members);
  const progress = createProgress(io.stderr, io.nowMs, { what: 'groups', total: members.groups.length });
  const learnt = learnBirthright(
    people.workers,
    members.groups,
    { precision: options.precision / 100 },
    progress.at,
  );
  progress.end();
  return toAnswer(learnt, people, members);
}

function toAnswer(learnt: LearntBirthright, people: HrFile, members: MembersFile): Answer {
  return {
    exit: EXIT.done,
    json: {
      ...learnt,
      explainedPercent: percentOf(learnt),
      unread: members.unread,
      birthright: birthrightInYaml(learnt),
      badLines: people.badLines,
      badMemberLines: members.badLines,
    },
    text: () => [...commentsOf(learnt, people, members), birthrightInYaml(learnt).trimEnd()].join('\n'),
  };
}

/** All but the lines is comment, so that the answer can be put into a policy file as it is. */
function commentsOf(learnt: LearntBirthright, people: HrFile, members: MembersFile): readonly string[] {
  const { badLines } = members;
  return [
    ...badLinesText(people, styleOf({ isColored: false })),
    ...(badLines.length === 0
      ? []
      : [
          `${counted(badLines.length, 'line')} of the members file ${badLines.length === 1 ? 'does' : 'do'} not count:`,
        ]),
    ...badLines.slice(0, MOST_NAMED).map(({ line, problem }) => `  line ${line}: ${plainText(problem)}`),
    ...more(badLines.length),
    `${counted(learnt.explained, 'membership')} of ${counted(learnt.members, 'membership')} explained (${percentOf(learnt)} %), of ${counted(learnt.people, 'person', 'people')} in the HR file`,
    ...(learnt.unused.length === 0
      ? []
      : [
          `Not used, as nearly everybody has a value of their own: ${learnt.unused.map((name) => plainText(name)).join(', ')}`,
        ]),
    ...(members.unread.length === 0
      ? []
      : [
          `Members not known, as the policy does not name the group or they could not be read: ${members.unread.map((name) => plainText(name)).join(', ')}`,
        ]),
    '',
    ...learnt.groups.flatMap(groupInText),
  ].map((line) => `# ${line}`.trimEnd());
}

function groupInText({
  group,
  members,
  explained,
  unexplained,
  wouldGain,
  notInFile,
}: LearntGroup): readonly string[] {
  return [
    `${plainText(group)}: ${explained} of ${counted(members, 'member')} explained`,
    ...named('not explained', unexplained.map(nameOf)),
    ...named('would be added', wouldGain.map(nameOf)),
    ...named('members whom the HR file does not have', notInFile),
  ];
}

function named(what: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  return [
    `  ${what}: ${names
      .slice(0, MOST_NAMED)
      .map((name) => plainText(name))
      .join(', ')}`,
    ...more(names.length),
  ];
}

function more(count: number): readonly string[] {
  return count > MOST_NAMED
    ? [`    and ${counted(count - MOST_NAMED, 'more', 'more')}: --json has them all`]
    : [];
}

function nameOf({ name, email }: PersonOfFile): string {
  return name === undefined ? email : `${name} (${email})`;
}

function percentOf({ members, explained }: LearntBirthright): number {
  return members === 0 ? 0 : Math.floor((1000 * explained) / members) / 10;
}

function toPercent(text: string): number {
  const percent = Number(text);
  if (!/^\d{2,3}$/.test(text) || percent < 51 || percent > 100)
    throw new InvalidArgumentError('It is a number from 51 to 100.');
  return percent;
}
