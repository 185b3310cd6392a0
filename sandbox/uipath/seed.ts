import { z } from 'zod';
import { guidOf } from './ids';
import { RateLimitsSchema, SwitchesSchema } from './switches';

/** Every scope that an endpoint of the simulator asks for. */
const ALL_SCOPES = [
  'PM.Audit',
  'PM.AuthSetting',
  'PM.Directory',
  'PM.Group',
  'PM.OAuthApp',
  'PM.RobotAccount',
  'PM.User',
] as const;

const GuidSchema = z
  .guid()
  .transform((id) => id.toLowerCase())
  .optional();

const ClientSeedSchema = z.object({
  clientId: z.string().min(1),
  clientSecret: z.string().min(1).optional(),
  /** Left out: the secret does not expire. */
  secretExpiresAtMs: z.int().optional(),
  name: z.string().optional(),
  id: GuidSchema,
  scopes: z.array(z.string()).default([...ALL_SCOPES]),
  administrator: z.boolean().default(false),
  confidential: z.boolean().default(true),
});

const UserSeedSchema = z.object({
  email: z.string().nullable().default(null),
  userName: z.string().min(1).optional(),
  id: GuidSchema,
  name: z.string().nullable().default(null),
  surname: z.string().nullable().default(null),
  displayName: z.string().nullable().default(null),
  department: z.string().nullable().default(null),
  jobTitle: z.string().nullable().default(null),
  source: z.string().default('local'),
  externalId: z.string().nullable().default(null),
  seen: z.boolean().default(true),
  active: z.boolean().default(true),
});

const RuleSeedSchema = z.object({
  name: z.string(),
  description: z.string().nullable().default(null),
  enabled: z.boolean().default(true),
  definition: z.string().nullable().default(null),
});

/**
 * One organization to start with. Members are named by e-mail, user name, robot, directory group, client id or GUID.
 * Every id that is left out follows from the organization's and the thing's name, the same in every run.
 */
export const OrganizationSeedSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9-]+$/),
  partitionGlobalId: GuidSchema,
  edition: z.enum(['enterprise', 'standard']).default('enterprise'),
  saml: z.boolean().default(false),
  onlyAllowedMembers: z.boolean().default(false),
  tenant: z.object({ id: z.string(), displayName: z.string() }).optional(),
  clients: z.array(ClientSeedSchema).default([]),
  users: z
    .array(z.union([z.string().transform((email) => UserSeedSchema.parse({ email })), UserSeedSchema]))
    .default([]),
  directoryGroups: z
    .array(
      z.object({
        name: z.string(),
        id: GuidSchema,
        externalId: z.string().optional(),
        source: z.string().default('aad'),
        members: z.array(z.string()).default([]),
      }),
    )
    .default([]),
  robots: z
    .array(z.object({ name: z.string(), displayName: z.string().optional(), id: GuidSchema }))
    .default([]),
  /** By name; a built-in name adds members to the built-in group. */
  groups: z
    .record(
      z.string(),
      z.union([
        z.array(z.string()).transform((members) => ({ id: undefined, members })),
        z.object({ id: GuidSchema, members: z.array(z.string()).default([]) }),
      ]),
    )
    .default({}),
  rules: z.array(RuleSeedSchema).default([]),
  /** Left out: the built-in groups. */
  accessPolicy: z.array(z.string()).optional(),
});

export const SeedSchema = z.object({
  organizations: z.array(OrganizationSeedSchema).default([]),
  switches: SwitchesSchema.optional(),
  rateLimits: RateLimitsSchema.optional(),
});

export type OrganizationSeed = z.input<typeof OrganizationSeedSchema>;
export type ParsedOrganizationSeed = z.output<typeof OrganizationSeedSchema>;
export type Seed = z.input<typeof SeedSchema>;

/** An organization with one administrator client, `<name>-client` / `<name>-secret`, unless told otherwise. */
export function seedOrganization(seed: OrganizationSeed): OrganizationSeed {
  return {
    ...seed,
    partitionGlobalId: seed.partitionGlobalId ?? guidOf(seed.name),
    clients: seed.clients ?? [
      { clientId: `${seed.name}-client`, clientSecret: `${seed.name}-secret`, administrator: true },
    ],
  };
}
