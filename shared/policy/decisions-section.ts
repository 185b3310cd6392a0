import { z } from 'zod';
import { DECISION_ROLES, type DecisionRules, type RoleHolders } from '../domain/decision-rules';

const HoldersSchema = z
  .strictObject({
    appRoles: z.array(z.string().regex(/^\S{1,120}$/, 'is no value of an app role')).default([]),
    people: z.array(z.guid().transform((id) => id.toLowerCase())).default([]),
    keys: z.array(z.enum(['console', 'function'])).default([]),
  })
  .prefault({})
  .describe('By value of an app role or object id of Entra ID, or by the key that they have.');

const TwoPeopleSchema = z
  .strictObject({
    criticalWaivers: z.boolean().default(false),
    releasesOver: z.int().min(0).optional().describe('Removals. Releases of more take two people.'),
    correctedIds: z
      .boolean()
      .default(false)
      .describe('Corrected directory ids, and decisions about who is who.'),
  })
  .prefault({})
  .describe('Decisions that two people have to make, both signed in with Entra ID.');

export const DecisionsSchema = z
  .strictObject({
    roles: z
      .strictObject({
        reader: HoldersSchema,
        operator: HoldersSchema,
        approver: HoldersSchema,
        auditor: HoldersSchema,
      })
      .optional()
      .describe(
        'Who may look and decide. Without it: readers and operators of console, and whoever has a key.',
      ),
    twoPeople: TwoPeopleSchema,
  })
  .prefault({})
  .describe('Who may decide what, and what takes two people.');

type DecisionsFault = Readonly<{ path: readonly PropertyKey[]; problem: string }>;
type DecisionsEntry = z.infer<typeof DecisionsSchema>;
type HoldersEntry = NonNullable<DecisionsEntry['roles']>['reader'];

export function toDecisionRules({ roles, twoPeople }: DecisionsEntry): DecisionRules {
  return {
    roles: roles && {
      reader: toHolders(roles.reader),
      operator: toHolders(roles.operator),
      approver: toHolders(roles.approver),
      auditor: toHolders(roles.auditor),
    },
    twoPeople: {
      criticalWaivers: twoPeople.criticalWaivers,
      releasesOver: twoPeople.releasesOver,
      correctedIds: twoPeople.correctedIds,
    },
  };
}

function toHolders({ appRoles, people, keys }: HoldersEntry): RoleHolders {
  return {
    appRoles: new Set(appRoles),
    people: new Set(people),
    keys: new Set(keys.map((key) => `${key}-key` as const)),
  };
}

/** Two ways to say who may, an auditor who decides, and two people where one is named. */
export function faultsInDecisions(
  { roles, twoPeople }: DecisionsEntry,
  console: Readonly<{ readers: unknown; operators: unknown }>,
): readonly DecisionsFault[] {
  if (roles === undefined) return [];
  const isNamed = [console.readers, console.operators].some(
    (people) => !Array.isArray(people) || people.length > 0,
  );
  const auditors = new Set<string>([
    ...roles.auditor.appRoles,
    ...roles.auditor.people,
    ...roles.auditor.keys,
  ]);
  const deciding = (['operator', 'approver'] as const).flatMap((role) => {
    const { appRoles, people, keys } = roles[role];
    const both = [...appRoles, ...people, ...keys].filter((one) => auditors.has(one));
    const path = ['decisions', 'roles', role];
    const { releasesOver, correctedIds, criticalWaivers } = twoPeople;
    const needsTwo = role === 'approver' ? releasesOver !== undefined : correctedIds || criticalWaivers;
    const isOne = needsTwo && appRoles.length === 0 && new Set(people).size < 2;
    return [
      ...both.map((one) => ({ path, problem: `"${one}" is auditor as well, and decides nothing` })),
      ...(isOne ? [{ path, problem: 'names fewer than the two people that twoPeople asks for' }] : []),
    ];
  });
  const holders = DECISION_ROLES.flatMap((role) => Object.values(roles[role]).flat());
  return [
    ...(isNamed
      ? [
          {
            path: ['console'],
            problem: 'names readers or operators, and so does decisions.roles: one of both counts',
          },
        ]
      : []),
    ...(holders.length === 0 ? [{ path: ['decisions', 'roles'], problem: 'names nobody' }] : []),
    ...deciding,
  ];
}
