import type { Command } from 'commander';
import { tellAnswer, withFormats, type Answer, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { ABOUT_HR_FILES, readPeople, withColumn, type PeopleOptions } from '../hr-file/people-option';
import { badLinesJson } from '../hr-file/tell-bad-lines';
import { createProgress } from '../output/progress';
import { attributesOfNobody } from '../policy/policy-diff';
import { organizationsOf, readPolicy } from '../policy/read-policy';
import { attributesAsked } from '../../shared/domain/policy';
import { whatIfLoaded } from '../../shared/domain/plan/what-if-loaded';
import { parseSnapshot, readSnapshotBytes } from './snapshot-file';
import { toldWhatIf, whatIfInMarkdown, whatIfInText } from './what-if-in-words';

/** What a snapshot cannot say. */
export const ABOUT_WHAT_IF = `
It is planned as the app plans: by what UiPath had in the last audit and what was known of people when the snapshot was exported. People who work by
what is known and are not in the file are told, and nothing is done to them. Guards are not counted: more removals than they let pass
are held until somebody releases them.`;

type Options = Omit<PeopleOptions, 'people'> & Readonly<{ policy: string; snapshot: string }>;

/** `access what-if`: who would be added and removed where, if HR said that these people work. */
export function addWhatIf(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('what-if')
    .description(
      'say who would be added to which group, and removed, if HR said that these people work (offline)',
    )
    .argument('<hr.csv>', 'who works now, as a CSV file of HR')
    .requiredOption('--policy <file>', 'the policy file')
    .requiredOption('--snapshot <file>', 'what "access snapshot" wrote')
    .addHelpText('after', `${ABOUT_WHAT_IF}\n${ABOUT_HR_FILES}`);
  withColumn(command);
  withFormats(command, { markdown: true });
  withExamples(command, [
    {
      what: 'who would be added and removed?',
      line: 'access what-if hr.csv --policy policy.yaml --snapshot snapshot.json',
    },
    {
      what: 'how many in each group?',
      line: "access what-if hr.csv --policy policy.yaml --snapshot snapshot.json --json | jq '.groups'",
    },
  ]);
  command.action(async (people: string, options: Options) =>
    tellAnswer(io, state, command, async () => whatIfAnswer(io, people, options)),
  );
}

async function whatIfAnswer(io: CommandIo, people: string, options: Options): Promise<Answer> {
  const policy = await readPolicy(io, options.policy);
  const snapshot = parseSnapshot(await readSnapshotBytes(io, options.snapshot), options.snapshot);
  const [organization] = organizationsOf(policy.organizations, snapshot.organization);
  if (organization === undefined)
    throw new CommandFailure('organization-unknown', 'The policy names no organization');
  const file = await readPeople(io, { ...options, people }, attributesAsked([organization]));
  const progress = createProgress(io.stderr, io.nowMs, {
    what: organization.alias,
    total: file.workers.length,
  });
  const found = whatIfLoaded(
    file.workers,
    { snapshot, policy: organization, nowMs: io.nowMs() },
    progress.at,
  );
  progress.end();
  const told = toldWhatIf(found, {
    snapshot,
    organization,
    attributesOfNobody: attributesOfNobody([organization], file.workers),
    policyHash: policy.hash,
  });
  return {
    exit: EXIT.done,
    json: { ...told, workers: file.workers.length, ...badLinesJson(file) },
    text: (style) => whatIfInText(told, file, style),
    markdown: () => whatIfInMarkdown(told, file),
  };
}
