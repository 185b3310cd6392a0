import { Argument, type Command } from 'commander';
import { tellAnswer, withFormats, type Answer, type RunState } from '../answer';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { readPeople, withPeople, type PeopleOptions } from '../hr-file/people-option';
import type { HrFile } from '../hr-file/read-hr-file';
import { badLinesJson, badLinesMarkdown, badLinesText } from '../hr-file/tell-bad-lines';
import { counted } from '../output/counted';
import { markdownText } from '../output/markdown-text';
import { plainText } from '../output/plain-text';
import type { TextStyle } from '../output/text-style';
import { conditionsWithoutPeople } from '../../shared/policy/conditions-without-people';
import { checkPolicy, type CheckedPolicy } from '../../shared/policy/parse-policy';
import { remarksOn } from '../../shared/policy/remarks-on-policy';
import type { LineFault } from '../../shared/policy/policy-fault';
import { readPolicyText } from './read-policy';
import { attributesAsked } from '../../shared/domain/policy';

type Options = Readonly<{ people?: string; development?: true }> & Omit<PeopleOptions, 'people'>;

/** A `fault` makes the check fail, a `note` does not. */
type Finding = LineFault & Readonly<{ kind: 'fault' | 'note' }>;

/** `more`: how many faults there are beyond those that are told. */
type Found = Readonly<{
  file: string;
  findings: readonly Finding[];
  more: number;
  people: HrFile | undefined;
}>;

/** `access policy check`: is the file right, and with an HR file: does every condition mean somebody? */
export function addCheck(parent: Command, io: CommandIo, state: RunState): void {
  const command = parent
    .command('check')
    .description('tell every fault of a policy file in words, at its line')
    .addArgument(new Argument('<file>', 'the policy file'))
    .option('--development', 'let it name addresses of this machine, as a local stack needs them');
  withPeople(command, { required: false });
  withFormats(command, { markdown: true });
  withExamples(command, [
    { what: 'is it right?', line: 'access policy check policy.yaml' },
    {
      what: 'and does every condition mean somebody?',
      line: 'access policy check policy.yaml --people hr.csv',
    },
    { what: 'for a pipeline', line: 'access policy check policy.yaml --json' },
  ]);
  command.action(async (file: string, options: Options) =>
    tellAnswer(io, state, command, async () => toAnswer(await check(io, file, options))),
  );
}

async function check(io: CommandIo, file: string, options: Options): Promise<Found> {
  const { people: peopleFile, development = false } = options;
  const checked = checkPolicy(await readPolicyText(io, file), { development });
  const asked = attributesAsked(checked.policy?.organizations.values() ?? []);
  const people =
    peopleFile === undefined ? undefined : await readPeople(io, { ...options, people: peopleFile }, asked);
  const more = checked.policy === undefined ? checked.more : 0;
  return { file, people, more, findings: findingsIn(checked, people) };
}

function findingsIn(checked: CheckedPolicy, people: HrFile | undefined): readonly Finding[] {
  if (checked.policy === undefined) return checked.faults.map((fault) => ({ ...fault, kind: 'fault' }));
  const { policy, lineOf } = checked;
  const attributes = people?.workers.map((worker) => worker.attributes);
  const found = [...policy.organizations.values()].flatMap((organization) => [
    ...remarksOn(organization).map((remark) => ({ ...remark, isHarmless: true })),
    ...(attributes === undefined ? [] : conditionsWithoutPeople(organization, attributes)),
  ]);
  return found
    .map(({ path, problem, isHarmless }): Finding => ({
      kind: isHarmless ? 'note' : 'fault',
      line: lineOf(path),
      place: path.join('.'),
      problem,
    }))
    .toSorted((a, b) => a.line - b.line);
}

function toAnswer({ file, findings, more, people }: Found): Answer {
  const faults = findings.filter(({ kind }) => kind === 'fault');
  return {
    exit: faults.length > 0 ? EXIT.no : EXIT.done,
    json: {
      file,
      isRight: faults.length === 0,
      findings,
      ...(more > 0 ? { more } : {}),
      ...(people === undefined ? {} : { workers: people.workers.length, ...badLinesJson(people) }),
    },
    text: (style) =>
      [
        ...(people === undefined ? [] : badLinesText(people, style)),
        ...findings.map((finding) => inText(file, finding, style)),
        ...(more > 0 ? [`and ${more} more`] : []),
        verdict(file, summary(findings, more), faults.length === 0, style),
      ].join('\n'),
    markdown: () =>
      [
        `**${markdownText(file)}**: ${summary(findings, more)}`,
        ...(findings.length === 0 ? [] : ['', '| line | where | what |', '| ---: | --- | --- |']),
        ...findings.map(inMarkdown),
        ...(people === undefined ? [] : badLinesMarkdown(people)),
      ].join('\n'),
  };
}

function inText(file: string, { kind, line, place, problem }: Finding, style: TextStyle): string {
  const word = kind === 'fault' ? style('bad', 'fault') : style('doubtful', 'note');
  return `${plainText(file)}:${line}: ${word}: ${plainText(place === '' ? 'the file' : place)}: ${plainText(problem, 2_000)}`;
}

function inMarkdown({ kind, line, place, problem }: Finding): string {
  const where = markdownText(place === '' ? 'the file' : place);
  return `| ${line} | ${where} | ${kind === 'note' ? 'note: ' : ''}${markdownText(problem)} |`;
}

function verdict(file: string, sum: string, isRight: boolean, style: TextStyle): string {
  return `${style(isRight ? 'good' : 'bad', isRight ? '✔' : '✘')} ${plainText(file)}: ${sum}`;
}

function summary(findings: readonly Finding[], more: number): string {
  const notes = findings.filter(({ kind }) => kind === 'note').length;
  const faults = findings.length - notes + more;
  return `${faults === 0 ? 'no fault' : counted(faults, 'fault')}${notes === 0 ? '' : `, ${counted(notes, 'note')}`}`;
}
