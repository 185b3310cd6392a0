import type { Command } from 'commander';
import { tellAnswer, withFormats, type Answer, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { markdownText } from '../output/markdown-text';
import { plainText } from '../output/plain-text';
import { fold } from '../../shared/domain/fold';
import type { OrganizationPolicy, Policy } from '../../shared/domain/policy';
import { casesBeside, readCases, type Cases, type PolicyCase } from './cases-file';
import { organizationsOf, readPolicy } from './read-policy';
import { tryCase } from './try-case';

const ABOUT_CASES = `
Cases are YAML, beside the policy as policy.cases.yaml where no other file is named:

  version: 1
  at: 2026-03-02T09:00:00Z              # when it is; without it, now
  people:                               # whom cases name by address
    - { email: ana@example.com, attributes: { department: IT }, grants: [Operators] }
    - { email: old.lead@example.com, employment: left }
  cases:
    - name: developers get their group
      person: { department: IT, title: Developer }
      has: [Developers]
      hasNot: [Operators]
    - name: nobody approves for themselves
      request:
        { kind: grant, person: ana@example.com, group: Developers, duration: P7D,
          requester: ana@example.com, approvals: [ana@example.com] }
      refused: approvals-missing        # or allowed: true

Reasons of refusals are those of the evidence. "organization" names one where the policy has several.`;

type Result = Readonly<{ name: string; line: number; holds: boolean; problems: readonly string[] }>;

/** `access policy test`: do cases that are written beside the policy hold? */
export function addTest(parent: Command, io: CommandIo, state: RunState): void {
  const command = parent
    .command('test')
    .description('try cases beside the policy: who has which groups, and which requests are refused')
    .argument('<file>', 'the policy file')
    .argument('[cases]', 'the file with the cases, if it is not beside the policy')
    .addHelpText('after', ABOUT_CASES);
  withFormats(command, { markdown: true });
  withExamples(command, [
    { what: 'cases of policy.cases.yaml', line: 'access policy test policy.yaml' },
    {
      what: 'cases of another file, for a pipeline',
      line: 'access policy test policy.yaml tests/joiners.yaml --json',
    },
  ]);
  command.action(async (file: string, cases: string | undefined) =>
    tellAnswer(io, state, command, async () => test(io, file, cases ?? casesBeside(file))),
  );
}

async function test(io: CommandIo, file: string, casesFile: string): Promise<Answer> {
  const policy = await readPolicy(io, file);
  const cases = await readCases(io, casesFile);
  const people = new Map(cases.people.map((person) => [fold(person.email), person]));
  const results = cases.cases.map((one): Result => {
    const nowMs = timeOf(one, cases, io.nowMs());
    const problems = tryCase(one, { organization: organizationOf(policy, one, cases), people, nowMs });
    return { name: one.name, line: one.line, holds: problems.length === 0, problems };
  });
  return toAnswer(file, casesFile, results);
}

function timeOf(one: PolicyCase, cases: Cases, nowMs: number): number {
  const at = one.at ?? cases.at;
  return at === undefined ? nowMs : Date.parse(at);
}

function organizationOf(policy: Policy, one: PolicyCase, cases: Cases): OrganizationPolicy {
  const alias = one.organization ?? cases.organization;
  const [organization, ...others] = organizationsOf(policy.organizations, alias);
  if (organization === undefined || others.length > 0)
    throw new CommandFailure(
      'organization-needed',
      `The policy has the organizations ${[...policy.organizations.keys()].join(', ')}: say with "organization" which one is meant`,
    );
  return organization;
}

function toAnswer(file: string, casesFile: string, results: readonly Result[]): Answer {
  const failed = results.filter(({ holds }) => !holds);
  const sum = `${results.length - failed.length} of ${results.length} cases hold`;
  return {
    exit: failed.length === 0 ? EXIT.done : EXIT.no,
    json: { file, cases: casesFile, isRight: failed.length === 0, results },
    text: (style) =>
      [
        ...results.flatMap(({ name, line, holds, problems }) => [
          `${style(holds ? 'good' : 'bad', holds ? '✔' : '✘')} ${plainText(name)}`,
          ...problems.map((problem) => `    ${plainText(casesFile)}:${line}: ${plainText(problem, 1_000)}`),
        ]),
        style(failed.length === 0 ? 'good' : 'bad', sum),
      ].join('\n'),
    markdown: () =>
      [
        `**${markdownText(casesFile)}**: ${sum}`,
        ...(failed.length === 0 ? [] : ['']),
        ...failed.map(
          ({ name, line, problems }) =>
            `- ${markdownText(name)} (line ${line}): ${problems.map(markdownText).join('; ')}`,
        ),
      ].join('\n'),
  };
}
