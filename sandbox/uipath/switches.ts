import { z } from 'zod';

/**
 * How the simulator behaves where UiPath's behaviour is not documented, or differs between organizations.
 * The first value named is the default.
 *
 * | switch | values | decides |
 * |---|---|---|
 * | `hostLevel` | invalid-partition, served | API calls without an organization in the URL |
 * | `quotaWindow` | fixed, sliding | how the rate limit counts |
 * | `retryAfter` | seconds, http-date, none | the header of a 429 |
 * | `tokenCountsAsPost` | true, false | whether token requests use the POST quota |
 * | `policyBody` | lenient, strict | strict: the access policy PUT needs both lists as well as entityType |
 * | `unknownMember` | reject, ignore, partial | unknown ids in a group PUT: 404 and nothing applied; skipped; known ones applied, then 404 |
 * | `repeatedMember` | idempotent, conflict | adding a member or removing a non-member: 200 or 409 |
 * | `idInBothLists` | refuse, add-wins, remove-wins | one id to add and to remove |
 * | `maxIdsPerPut` | null, a number | most ids in one group PUT (400 above it) |
 * | `groupMembers` | empty, filled | `members` of a group in single GET and PUT answers |
 * | `aadIdentifier` | guid, prefixed | what Resolve answers for an Entra user: its own GUID or `aad\|<object id>` |
 * | `neverSeenUsers` | hidden, visible | whether an app finds Entra users that never signed in |
 * | `nameMatching` | case-sensitive, case-insensitive | resolving by name |
 * | `userList` | local, all | whether the user list holds directory users |
 * | `userGroupIds` | filled, null | `groupIDs` of users |
 * | `rulePartition` | zero, organization | `partitionGlobalId` of a rule |
 * | `membershipLagMs` | 0 | how long reads do not see a membership change |
 * | `clockAheadMs` | 0 | how far the `Date` of its answers is ahead of its clock |
 * | `newGroupLagMs` | 0 | how long the list of groups does not show a new group |
 */
export const SwitchesSchema = z.strictObject({
  hostLevel: z.enum(['invalid-partition', 'served']).default('invalid-partition'),
  quotaWindow: z.enum(['fixed', 'sliding']).default('fixed'),
  retryAfter: z.enum(['seconds', 'http-date', 'none']).default('seconds'),
  tokenCountsAsPost: z.boolean().default(true),
  policyBody: z.enum(['lenient', 'strict']).default('lenient'),
  unknownMember: z.enum(['reject', 'ignore', 'partial']).default('reject'),
  repeatedMember: z.enum(['idempotent', 'conflict']).default('idempotent'),
  idInBothLists: z.enum(['refuse', 'add-wins', 'remove-wins']).default('refuse'),
  maxIdsPerPut: z.int().positive().nullable().default(null),
  groupMembers: z.enum(['empty', 'filled']).default('empty'),
  aadIdentifier: z.enum(['guid', 'prefixed']).default('guid'),
  neverSeenUsers: z.enum(['hidden', 'visible']).default('hidden'),
  nameMatching: z.enum(['case-sensitive', 'case-insensitive']).default('case-sensitive'),
  userList: z.enum(['local', 'all']).default('local'),
  userGroupIds: z.enum(['filled', 'null']).default('filled'),
  rulePartition: z.enum(['zero', 'organization']).default('zero'),
  membershipLagMs: z.int().nonnegative().default(0),
  newGroupLagMs: z.int().nonnegative().default(0),
  clockAheadMs: z.int().default(0),
});

export type Switches = Readonly<z.output<typeof SwitchesSchema>>;

/** Calls per organization, method and window; the published numbers unless told otherwise. */
export const RateLimitsSchema = z.strictObject({
  GET: z.int().nonnegative().default(300),
  POST: z.int().nonnegative().default(24_000),
  PUT: z.int().nonnegative().default(160),
  PATCH: z.int().nonnegative().default(160),
  DELETE: z.int().nonnegative().default(160),
  windowMs: z.int().positive().default(300_000),
});

export type RateLimits = Readonly<z.output<typeof RateLimitsSchema>>;
