import { z } from 'zod';
import { AuditSchema, BaselineRulesSchema, RemediateSchema, WaiversSchema } from './audit-section';
import { DecisionsSchema } from './decisions-section';
import { SecretName } from './secret-name';
import { SourceSchema } from './sources-section';

const Name = z.string().trim().min(1).max(200);
/** Keys are taken as they are written: two that differ only in outer blanks would otherwise become one. */
const Key = z
  .string()
  .max(200)
  .regex(/^\S(.*\S)?$/, 'is empty or has blanks around it');
const Guid = z.guid().transform((id) => id.toLowerCase());
const PeopleSchema = z.union([z.literal('anyone'), z.array(z.email()).min(1)], {
  error: 'is neither anyone nor a list of e-mail addresses, such as [ana@example.com]',
});

const ConsolePeopleSchema = z
  .union([z.literal('anyone'), z.array(z.email())], {
    error: 'is neither anyone nor a list of e-mail addresses, such as [ana@example.com]',
  })
  .default([]);

export const RequestRulesSchema = z
  .strictObject({
    requesters: PeopleSchema.default('anyone'),
    approvers: PeopleSchema.default('anyone'),
    approvals: z.int().min(1).max(10).default(1),
    approvalsLastDays: z.number().positive().max(3650).default(30),
    longestDays: z.number().positive().max(3650).optional(),
  })
  .describe(
    'Who may request, who may approve, how many approvals it takes, how old one may be, how long it may last.',
  );

function limit(count: number, percent: number, floor: number) {
  return limitOf(count, percent, floor).prefault({}).describe(LIMIT);
}

const LIMIT = 'Removals are held when they are more than floor, and more than count or percent of the whole.';

function limitOf(count: number, percent: number, floor: number) {
  return z.strictObject({
    count: z.int().min(0).default(count),
    percent: z.number().min(0).max(100).default(percent),
    floor: z.int().min(0).default(floor),
  });
}

const groupLimit = limit(25, 25, 5);
const dayLimit = limit(50, 20, 8);

const GuardsSchema = z
  .strictObject({
    group: groupLimit,
    day: dayLimit,
    run: limit(200, 10, 20),
    batch: limit(100, 5, 10),
    agreed: limitOf(100, 5, 10)
      .optional()
      .describe(
        'Of ends that were part of an approval, in an hour. Without it none is held for being one of many: no other limit counts them.',
      ),
  })
  .prefault({})
  .describe(
    'How many removals are too many: of one group in a run and in a day, of a run, of one source in an hour.',
  );

const GroupSchema = z.strictObject({
  mode: z
    .enum(['observe', 'additive', 'authoritative'])
    .default('additive')
    .describe(
      'observe: report only; additive: remove only what this app put there; authoritative: remove whoever the ledger knows and has no reason for, whoever put them there.',
    ),
  privileged: z.boolean().default(false),
  owner: Name.optional().describe(
    'Who answers for the group: an address, or the name of a team. It is only shown.',
  ),
  requests: RequestRulesSchema.optional().describe('Without it the group cannot be requested.'),
  protectedMembers: z.array(z.email()).default([]).describe('Never removed from this group, and no finding.'),
  guards: z
    .strictObject({ group: groupLimit.optional(), day: dayLimit.optional() })
    .default({})
    .describe('Limits of this group, in place of those of the organization.'),
  remediate: RemediateSchema,
});

const EntitySchema = z.strictObject({ entityType: z.enum(['user', 'group', 'application']), name: Name });

const BirthrightSchema = z.strictObject({
  name: Name,
  when: z
    .record(
      Key,
      z.union([Name, z.array(Name).min(1)], {
        error: 'is neither a text nor a list of texts, such as "42" or [IT, Finance]',
      }),
    )
    .default({}),
  groups: z.array(Name).min(1),
});

const NotifySchema = z.strictObject({
  name: Name.describe('Names the receiver in logs and pages.'),
  url: z.url({ protocol: /^https?$/ }).describe('Where the difference of a night is posted.'),
  secret: SecretName.describe('Name of the secret that signs what is posted, whsec_ and base64.'),
});

const OrganizationSchema = z.strictObject({
  mode: z
    .enum(['observe', 'enforce'])
    .default('enforce')
    .describe(
      'observe: nothing is written to UiPath for this organization, all is only planned and shown; enforce: the modes of its groups decide.',
    ),
  partitionGlobalId: Guid,
  identityBaseUrl: z.url({ protocol: /^https?$/ }),
  auditBaseUrl: z.url({ protocol: /^https?$/ }).optional(),
  credentialSecret: SecretName.describe('Name of the secret that holds the client id and the client secret.'),
  quota: z
    .strictObject({
      share: z.number().positive().max(1).default(0.5),
      reserve: z.number().min(0).max(0.9).default(0.2),
    })
    .prefault({}),
  timeZone: z
    .string()
    .default('UTC')
    .refine(isTimeZone, 'is not an IANA time zone, such as Europe/Bucharest'),
  maxIdsPerPut: z.int().min(1).max(1000).default(100),
  guards: GuardsSchema,
  planExpiryDays: z
    .number()
    .positive()
    .max(90)
    .default(7)
    .describe('How long held removals may be released.'),
  identityRetryHours: z.number().positive().max(720).default(72),
  absence: z
    .strictObject({ access: z.enum(['keep', 'suspend']).default('keep') })
    .prefault({})
    .describe('What a leave of absence does to access.'),
  catchUpDays: z
    .number()
    .min(0)
    .max(90)
    .default(3)
    .describe('Later than this, a word of HR is followed and reported.'),
  mover: z.strictObject({ graceDays: z.number().min(0).max(90).default(0) }).prefault({}),
  leaver: z
    .strictObject({
      date: z.enum(['earliest', 'last-working-day', 'termination-date']).default('earliest'),
      groups: z.enum(['all', 'managed']).default('all'),
      lockoutDays: z.number().min(0).max(365).default(30),
    })
    .prefault({}),
  groups: z.record(Key, GroupSchema),
  birthright: z.array(BirthrightSchema).default([]),
  separationOfDuties: z
    .array(z.tuple([Name, Name]))
    .default([])
    .describe('Pairs of groups that nobody may be granted together.'),
  rules: z
    .strictObject({
      requests: RequestRulesSchema.optional(),
      mayMatchEverybody: z
        .boolean()
        .default(false)
        .describe('Whether a rule may be asked for whose conditions hold of nearly everybody.'),
      baseline: BaselineRulesSchema,
    })
    .prefault({}),
  accessPolicy: z
    .strictObject({ requests: RequestRulesSchema.optional(), baseline: z.array(EntitySchema).optional() })
    .prefault({}),
  protectedPrincipals: z
    .array(Guid)
    .default([])
    .describe('Directory ids of users, robots and applications that are never removed from anything.'),
  console: z
    .strictObject({ readers: ConsolePeopleSchema, operators: ConsolePeopleSchema })
    .prefault({})
    .describe('Signed-in people who may look at this organization, and those who may also decide.'),
  decisions: DecisionsSchema,
  notify: z.array(NotifySchema).max(10).default([]).describe('Who is told what an audit changed.'),
  evidence: z
    .strictObject({
      checkpoints: z
        .url({ protocol: /^https?$/ })
        .optional()
        .describe(
          'A container of another storage account, where each checkpoint of the log is written once.',
        ),
    })
    .prefault({}),
  audit: AuditSchema,
  waivers: WaiversSchema,
});

/** The policy file as written. Unknown keys are refused: a misspelt guard must not be a missing one. */
export const PolicyFileSchema = z.strictObject({
  version: z.literal(1),
  organizations: z
    .record(
      z
        .string()
        .regex(
          /^[a-z0-9][a-z0-9-]{0,39}$/,
          'is not an alias of lower-case letters, digits and hyphens, such as production',
        ),
      OrganizationSchema,
    )
    .refine(
      (organizations) => Object.keys(organizations).length > 0,
      'names no organization: at least one is needed, such as production',
    ),
  sources: z
    .strictObject({
      hr: z.record(Key, SourceSchema).default({}),
      tickets: z.record(Key, SourceSchema).default({}),
    })
    .prefault({}),
});

/** The policy file after its defaults were filled in. */
export type PolicyFile = z.infer<typeof PolicyFileSchema>;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
