import { z } from 'zod';
import type { Command } from 'commander';
import type { Known } from '../../shared/domain/audit/snapshot';
import type { OrganizationInventory } from '../../shared/domain/desk/organization-inventory';
import { MEMBER_KINDS } from '../../shared/domain/member-kind';
import { draftPolicy } from '../../shared/policy/draft-policy';
import type { DraftedPolicy } from '../../shared/policy/policy-draft';
import { checkPolicy, parsePolicy } from '../../shared/policy/parse-policy';
import { withFormats, type Answer, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { withConnection } from '../online/connection-options';
import { tellFromApp } from '../online/tell-from-app';
import { counted } from '../output/counted';
import { plainText } from '../output/plain-text';
import { organizationsOf, readPolicyText } from './read-policy';

const known = <T>(value: z.ZodType<T>): z.ZodType<Known<T>> =>
  z.union([
    z.object({ kind: z.literal('known'), value }),
    z.object({ kind: z.literal('unknown'), code: z.string() }),
  ]);

const InventorySchema: z.ZodType<OrganizationInventory> = z.object({
  organization: z.string(),
  from: z.enum(['audit', 'uipath']),
  takenAtMs: z.number(),
  groups: known(z.array(z.object({ id: z.string(), name: z.string(), isBuiltIn: z.boolean() }))),
  administrators: known(
    z.array(z.object({ id: z.string(), kind: z.enum(MEMBER_KINDS), name: z.string().nullable() })),
  ),
  rules: known(z.array(z.object({ name: z.string() }))),
  accessPolicy: known(
    z.array(z.object({ entityType: z.enum(['user', 'group', 'application']), name: z.string() })),
  ),
});

/** How an organization begins. */
export const ABOUT_INIT = `
The file is the policy that the running app has. It may be the smallest one there is: the organization with "mode: observe" and
"groups: {}", and the sources. What it says stays as it is; groups, rules, entries of the access policy and administrators of UiPath
that it does not have yet are added, every group in observe and the organization too, so that nothing is written to UiPath by it.
Everyone is left out: it has everybody, and no list of members.`;

type Options = Readonly<{ fresh?: true; json?: true }>;

/** `access policy init`: a policy file with all of an organization as it is. */
export function addInit(parent: Command, io: CommandIo, state: RunState): void {
  const command = parent
    .command('init')
    .description(
      'print a policy file with all of an organization as it is, made from the file it began with (asks the app)',
    )
    .argument('<file>', 'the policy file that the app runs with')
    .option('--fresh', 'read UiPath now, also where an audit has read it before')
    .addHelpText('after', ABOUT_INIT);
  withConnection(command);
  withFormats(command, { markdown: false });
  withExamples(command, [
    { what: 'from the smallest file to the whole one', line: 'access policy init policy.yaml > full.yaml' },
    { what: 'and is it right?', line: 'access policy check full.yaml' },
  ]);
  command.action(async (file: string, options: Options) => {
    await tellFromApp(io, state, command, async (app, organization) => {
      const given = await readPolicyText(io, file);
      organizationsOf(parsePolicy(given, file, { development: true }).organizations, organization);
      const query = options.fresh === true ? { fresh: '1' } : {};
      const inventory = await app.get([organization, 'inventory'], query, InventorySchema);
      const drafted = draftPolicy(given, { ...inventory, organization });
      requireRight(drafted);
      if (options.json !== true) tellAround(io, drafted, inventory);
      return toAnswer(drafted, inventory);
    });
  });
}

/** What is printed can be put into force as it is, or is not printed. */
function requireRight({ text }: DraftedPolicy): void {
  const checked = checkPolicy(text, { development: true });
  if (checked.policy !== undefined) return;
  const [first] = checked.faults;
  throw new CommandFailure(
    'policy-not-drafted',
    `What UiPath has does not make a policy: ${plainText(first?.place ?? '')}: ${plainText(first?.problem ?? '')}`,
  );
}

function toAnswer(drafted: DraftedPolicy, { from, takenAtMs }: OrganizationInventory): Answer {
  const { text, ...counts } = drafted;
  return {
    exit: drafted.notRead.length > 0 ? EXIT.no : EXIT.done,
    json: { from, takenAtMs, ...counts, policy: text },
    text: () => text.trimEnd(),
  };
}

/** The standard output is the file: what a person has to know beside it goes to the other one. */
function tellAround(
  { stderr }: Pick<CommandIo, 'stderr'>,
  { groups, rules, entries, administrators, leftOut, notRead }: DraftedPolicy,
  { from, takenAtMs }: OrganizationInventory,
): void {
  const lines = [
    `${counted(groups, 'group')}, ${counted(rules, 'rule')}, ${counted(entries, 'entry', 'entries')} of the access policy and ${counted(administrators, 'administrator')} added, ${from === 'audit' ? 'as the audit saw them at' : 'as UiPath had them at'} ${new Date(takenAtMs).toISOString()}`,
    ...leftOut.map(({ what, name, why }) => `Left out: ${what} "${plainText(name)}": ${why}`),
    ...notRead.map(({ part, code }) => `Not read, and so not in the file: ${part} (${plainText(code)})`),
  ];
  stderr.write(`${lines.join('\n')}\n`);
}
