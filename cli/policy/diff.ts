import type { Command } from 'commander';
import { tellAnswer, withFormats, type Answer, type RunState } from '../answer';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { readPeople, withPeople, type PeopleOptions } from '../hr-file/people-option';
import type { HrFile } from '../hr-file/read-hr-file';
import { badLinesJson } from '../hr-file/tell-bad-lines';
import { createProgress } from '../output/progress';
import { whatIf } from '../../shared/domain/plan/what-if';
import type { OrganizationPolicy, Policy } from '../../shared/domain/policy';
import {
  attributesOfNobody,
  turnedAuthoritative,
  type OrganizationDiff,
  type PolicyDiff,
} from './policy-diff';
import { diffInMarkdown } from './diff-in-markdown';
import { diffInText } from './diff-in-text';
import { organizationsOf, readPolicy } from './read-policy';
import { attributesAsked } from '../../shared/domain/policy';

/** What an HR file cannot say. */
export const ABOUT_DIFFS = `
Everybody counts as being in the groups that the earlier file gives them, and in no other: grants, and whoever was put into a
group by hand, are known to the app alone. Who keeps a group by a grant is told as losing it. Guards are not counted either: more
removals than they let pass are held until somebody releases them.`;

type Options = PeopleOptions & Readonly<{ organization?: string }>;

/** `access policy diff`: who would gain and lose what by an edit of the policy. */
export function addDiff(parent: Command, io: CommandIo, state: RunState): void {
  const command = parent
    .command('diff')
    .description('say who would gain and lose what by an edit of the policy, by name')
    .argument('<before>', 'the policy file that is in force')
    .argument('<after>', 'the edited one')
    .option('--organization <alias>', 'one organization of the policy alone')
    .addHelpText('after', ABOUT_DIFFS);
  withPeople(command, { required: true });
  withFormats(command, { markdown: true });
  withExamples(command, [
    { what: 'what would the edit do?', line: 'access policy diff policy.yaml edited.yaml --people hr.csv' },
    {
      what: 'as a comment on a pull request',
      line: 'access policy diff main/policy.yaml policy.yaml --people hr.csv --markdown > comment.md',
    },
    {
      what: 'how many lose something?',
      line: "access policy diff a.yaml b.yaml --people hr.csv --json | jq '.organizations[].lose'",
    },
  ]);
  command.action(async (before: string, after: string, options: Options) =>
    tellAnswer(io, state, command, async () => diff(io, { before, after }, options)),
  );
}

async function diff(
  io: CommandIo,
  files: Readonly<{ before: string; after: string }>,
  options: Options,
): Promise<Answer> {
  const before = await readPolicy(io, files.before);
  const after = await readPolicy(io, files.after);
  const asked = attributesAsked([...before.organizations.values(), ...after.organizations.values()]);
  const people = await readPeople(io, options, asked);
  const found: PolicyDiff = {
    before: { file: files.before, hash: before.hash },
    after: { file: files.after, hash: after.hash },
    organizations: diffsOf(io, { before, after }, people, options.organization),
    removed: options.organization === undefined ? aliasesGone(before, after) : [],
  };
  return {
    exit: EXIT.done,
    json: { ...found, workers: people.workers.length, ...badLinesJson(people) },
    text: (style) => diffInText(found, people, style),
    markdown: () => diffInMarkdown(found, people),
  };
}

function diffsOf(
  io: CommandIo,
  { before, after }: Readonly<{ before: Policy; after: Policy }>,
  { workers }: HrFile,
  alias: string | undefined,
): readonly OrganizationDiff[] {
  return organizationsOf(after.organizations, alias).map((organization) => {
    const earlier = before.organizations.get(organization.alias);
    const versions = { before: earlier ?? withoutAnything(organization), after: organization };
    const progress = createProgress(io.stderr, io.nowMs, { what: organization.alias, total: workers.length });
    const found = whatIf(workers, { ...versions, nowMs: io.nowMs() }, progress.at);
    progress.end();
    const count = (kind: 'gains' | 'loses'): number =>
      found.changes.filter((one) => one[kind].some(({ isOnlySeen }) => !isOnlySeen)).length;
    return {
      organization: organization.alias,
      isNew: earlier === undefined,
      gain: count('gains'),
      lose: count('loses'),
      attributesOfNobody: attributesOfNobody([versions.before, versions.after], workers),
      turnedAuthoritative: turnedAuthoritative(versions.before, versions.after),
      ...found,
    };
  });
}

/** An organization as it is before the policy names it. */
function withoutAnything(organization: OrganizationPolicy): OrganizationPolicy {
  return { ...organization, groups: new Map(), birthright: [], separationOfDuties: [] };
}

function aliasesGone(before: Policy, after: Policy): readonly string[] {
  return [...before.organizations.keys()].filter((alias) => !after.organizations.has(alias));
}
