import { z } from 'zod';
import type { SnapshotContext } from './snapshot-context';
import type { BreakGlass, Known, Snapshot, SnapshotUser } from '../../domain/audit/snapshot';
import { AppError, errorCodeOf } from '../../errors';
import type { UiPathRule } from '../../uipath/rules';
import { EntitiesSchema, maybeTime, RulesSchema, UsersPageSchema } from '../ledger/snapshot-part-schemas';
import { readListInParts } from './read-list-in-parts';
import { readKeptPart } from './resumable-snapshot-reader';
import {
  ApplicationsSchema,
  readApplications,
  readRobots,
  RobotsSchema,
} from './read-applications-and-robots';
import { toSnapshotEntries, toSnapshotRule } from '../ledger/to-snapshot-rules-and-entries';
import { toAddress } from './to-address';

const BreakGlassSchema = z
  .object({ memberId: z.string(), lastSignInMs: maybeTime })
  .nullable()
  .transform((account): BreakGlass => account ?? undefined);

type Others = Pick<Snapshot, 'accessPolicy' | 'rules' | 'users' | 'breakGlass' | 'applications' | 'robots'>;

/** Everything but groups and members. */
export async function readSnapshotBesidesGroups(context: SnapshotContext): Promise<Others> {
  const { organization, uipath, reader } = context;
  const accessPolicy = readKeptPart(
    await reader.part({ name: 'access-policy', schema: EntitiesSchema }, async () =>
      toSnapshotEntries(await uipath.accessPolicy.read()),
    ),
  );
  const rules = readKeptPart(
    await reader.part({ name: 'rules', schema: RulesSchema }, async () =>
      (await readRules(context)).map(toSnapshotRule),
    ),
  );
  const users = readKeptPart(
    await readListInParts(
      reader,
      { name: 'users', schema: UsersPageSchema, idOf: ({ id }) => id },
      async (skip) => {
        const { totalCount, results } = await uipath.users.page(skip);
        const entries = results.map(({ id, email, userName, isActive, lastLoginAtMs, createdAtMs }) => {
          const [address, name] = [toAddress(email ?? userName), toAddress(userName)];
          return {
            id,
            email: address,
            ...(name === null || name === address ? {} : { userName: name }),
            isActive: isActive ?? true,
            lastUsedMs: lastLoginAtMs ?? createdAtMs,
          };
        });
        return { totalCount, entries };
      },
    ),
  );
  const breakGlass = new Map<string, Known<BreakGlass>>();
  for (const account of organization.audit.administrators?.breakGlass ?? [])
    breakGlass.set(
      account,
      readKeptPart(
        await reader.part({ name: `break-glass:${account}`, schema: BreakGlassSchema }, async () =>
          readAccount(context, account),
        ),
      ),
    );
  const { reads } = organization.audit;
  return {
    accessPolicy,
    rules,
    users: byId(users),
    breakGlass,
    applications: reads.has('applications')
      ? readKeptPart(
          await reader.part({ name: 'applications', schema: ApplicationsSchema }, async () =>
            readApplications(context),
          ),
        )
      : undefined,
    robots: reads.has('robots')
      ? readKeptPart(
          await reader.part({ name: 'robots', schema: RobotsSchema }, async () => readRobots(context)),
        )
      : undefined,
  };
}

function byId(users: Known<readonly SnapshotUser[]>): Snapshot['users'] {
  if (users.kind === 'unknown') return users;
  return { kind: 'known', value: new Map(users.value.map((user) => [user.id, user])) };
}

/** null: the directory does not know the address. */
async function readAccount(
  { uipath }: SnapshotContext,
  account: string,
): Promise<z.input<typeof BreakGlassSchema>> {
  const found = (await uipath.directory.resolveByNames([account], 'user')).get(account);
  if (found?.kind === 'ambiguous' || found?.kind === 'unresolvable')
    throw new AppError('uipath-answer-invalid', 'The directory has the address and gives no id for it');
  if (found?.kind !== 'found') return null;
  const { identifier: memberId } = found.entity;
  return { memberId, lastSignInMs: (await uipath.users.read(memberId)).lastLoginAtMs };
}

/** The list hides rules where there is no SAML, so those we know of are then read one by one. */
async function readRules(context: SnapshotContext): Promise<readonly UiPathRule[]> {
  const { uipath, knownRuleIds } = context;
  const listed = await uipath.rules.list();
  if (listed.length === 0 && isRuleAgreed(context))
    throw new AppError('uipath-answer-empty', 'UiPath lists no rule, and the policy agrees to some');
  const hidden = knownRuleIds.filter((ruleId) => !listed.some((rule) => rule.id === ruleId));
  const rules = [...listed];
  for (const ruleId of hidden) {
    try {
      rules.push(await uipath.rules.read(ruleId));
    } catch (error) {
      if (errorCodeOf(error) !== 'uipath-not-found') throw error;
    }
  }
  return rules;
}

/** A rule of the baseline was seen in the list: without SAML nobody could have named it. */
function isRuleAgreed({ organization, reader }: SnapshotContext): boolean {
  return organization.rules.baseline.some(
    ({ untilMs }) => untilMs === undefined || untilMs > reader.startedAtMs,
  );
}
