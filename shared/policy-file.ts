import { createHash } from 'node:crypto';
import { LineCounter, parseDocument, type Document } from 'yaml';
import { z } from 'zod';
import { fold } from './domain/person-key';
import type {
  GroupPolicy,
  OrganizationPolicy,
  People,
  Policy,
  RequestRules,
  SourcePolicy,
} from './domain/policy';
import { AppError } from './errors';

const Name = z.string().trim().min(1).max(200);
const Guid = z.guid().transform((id) => id.toLowerCase());
const PeopleSchema = z.union([z.literal('anyone'), z.array(z.email()).min(1)]);

const RequestRulesSchema = z
  .strictObject({
    requesters: PeopleSchema.default('anyone'),
    approvers: PeopleSchema.default('anyone'),
    approvals: z.int().min(1).max(10).default(1),
    longestDays: z.number().positive().max(3650).optional(),
  })
  .describe('Who may request, who may approve, how many approvals it takes, how long it may last.');

const GroupSchema = z.strictObject({
  mode: z.enum(['observe', 'additive', 'authoritative']).default('additive'),
  privileged: z.boolean().default(false),
  requests: RequestRulesSchema.optional(),
  protectedMembers: z.array(z.email()).default([]),
});

const EntitySchema = z.strictObject({ entityType: z.enum(['user', 'group', 'application']), name: Name });

const BirthrightSchema = z.strictObject({
  name: Name,
  when: z.record(Name, z.union([z.string(), z.array(z.string()).min(1)])).default({}),
  groups: z.array(Name).min(1),
});

const OrganizationSchema = z.strictObject({
  partitionGlobalId: Guid,
  identityBaseUrl: z.url({ protocol: /^https?$/ }),
  auditBaseUrl: z.url({ protocol: /^https?$/ }).optional(),
  credentialSecret: Name,
  quota: z
    .strictObject({
      share: z.number().positive().max(1).default(0.5),
      reserve: z.number().min(0).max(0.9).default(0.2),
    })
    .prefault({}),
  timeZone: z.string().default('UTC').refine(isTimeZone, 'is not an IANA time zone'),
  maxIdsPerPut: z.int().min(1).max(1000).default(100),
  identityRetryHours: z.number().positive().max(720).default(72),
  mover: z.strictObject({ graceDays: z.number().min(0).max(90).default(0) }).prefault({}),
  leaver: z
    .strictObject({
      date: z.enum(['earliest', 'last-working-day', 'termination-date']).default('earliest'),
      groups: z.enum(['all', 'managed']).default('all'),
      lockoutDays: z.number().min(0).max(365).default(30),
    })
    .prefault({}),
  groups: z.record(Name, GroupSchema),
  birthright: z.array(BirthrightSchema).default([]),
  separationOfDuties: z.array(z.tuple([Name, Name])).default([]),
  rules: z.strictObject({ requests: RequestRulesSchema.optional() }).prefault({}),
  accessPolicy: z
    .strictObject({ requests: RequestRulesSchema.optional(), baseline: z.array(EntitySchema).optional() })
    .prefault({}),
  protectedPrincipals: z.array(Guid).default([]),
});

const SourceSchema = z.strictObject({
  format: Name.default('standard'),
  secret: Name,
  organizations: z.array(Name).min(1).optional(),
});

/** The policy file as written. Unknown keys are refused: a misspelt guard must not be a missing one. */
export const PolicyFileSchema = z.strictObject({
  version: z.literal(1),
  organizations: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/), OrganizationSchema)
    .refine((organizations) => Object.keys(organizations).length > 0, 'names no organization'),
  sources: z
    .strictObject({
      hr: z.record(Name, SourceSchema).default({}),
      tickets: z.record(Name, SourceSchema).default({}),
    })
    .prefault({}),
});

type PolicyFile = z.infer<typeof PolicyFileSchema>;
type Fault = Readonly<{ path: readonly PropertyKey[]; problem: string }>;

/**
 * Reads a policy file. Every fault is named with file, line and reason, all in one message.
 * @throws AppError `policy-invalid`
 */
export function parsePolicy(text: string, fileName: string): Policy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [syntax] = document.errors;
  if (syntax !== undefined)
    throw new AppError('policy-invalid', `${fileName}:${syntax.linePos?.[0].line ?? 1}: ${syntax.code}`);
  const parsed = PolicyFileSchema.safeParse(document.toJS({ maxAliasCount: 0 }));
  const faults: readonly Fault[] = parsed.success
    ? contradictionsIn(parsed.data)
    : parsed.error.issues.map((issue) => ({ path: issue.path, problem: issue.message }));
  if (!parsed.success || faults.length > 0)
    throw new AppError(
      'policy-invalid',
      faults
        .map(
          ({ path, problem }) =>
            `${fileName}:${lineOf(document, lines, path)}: ${path.join('.')}: ${problem}`,
        )
        .join('\n'),
    );
  return toPolicy(parsed.data, createHash('sha256').update(text).digest('hex'));
}

/** References to groups and organizations that the file does not define, and pairs that contradict a birthright line. */
function contradictionsIn(file: PolicyFile): readonly Fault[] {
  const organizations = Object.entries(file.organizations).flatMap(([alias, organization]) => {
    const groups = new Set(Object.keys(organization.groups).map(fold));
    const unknown = (name: string): boolean => !groups.has(fold(name));
    const at = (...path: PropertyKey[]): PropertyKey[] => ['organizations', alias, ...path];
    return [
      ...organization.birthright.flatMap((line, index) =>
        line.groups.filter(unknown).map((name) => ({
          path: at('birthright', index, 'groups'),
          problem: `group "${name}" is not under groups`,
        })),
      ),
      ...organization.separationOfDuties.flatMap((pair, index) => [
        ...pair.filter(unknown).map((name) => ({
          path: at('separationOfDuties', index),
          problem: `group "${name}" is not under groups`,
        })),
        ...organization.birthright
          .filter((line) => pair.every((name) => line.groups.some((group) => fold(group) === fold(name))))
          .map((line) => ({
            path: at('separationOfDuties', index),
            problem: `birthright line "${line.name}" gives both groups`,
          })),
      ]),
    ];
  });
  const sources = (['hr', 'tickets'] as const).flatMap((feed) =>
    Object.entries(file.sources[feed]).flatMap(([name, source]) =>
      (source.organizations ?? [])
        .filter((alias) => !(alias in file.organizations))
        .map((alias) => ({
          path: ['sources', feed, name, 'organizations'],
          problem: `organization "${alias}" is not under organizations`,
        })),
    ),
  );
  return [...organizations, ...sources];
}

function toPolicy(file: PolicyFile, hash: string): Policy {
  const aliases = Object.keys(file.organizations);
  const sources = (['hr', 'tickets'] as const).flatMap((key) =>
    Object.entries(file.sources[key]).map(([name, source]): SourcePolicy => ({
      feed: key === 'hr' ? 'hr' : 'ticket',
      name,
      format: source.format,
      secret: source.secret,
      organizations: source.organizations ?? aliases,
    })),
  );
  const organizations = new Map(
    Object.entries(file.organizations).map(([alias, entry]) => [alias, toOrganization(alias, entry)]),
  );
  return { hash, organizations, sources };
}

function toOrganization(alias: string, entry: PolicyFile['organizations'][string]): OrganizationPolicy {
  const groups = new Map(
    Object.entries(entry.groups).map(([name, group]): [string, GroupPolicy] => [
      fold(name),
      {
        name,
        mode: group.mode,
        privileged: group.privileged,
        requests: toRequestRules(group.requests),
        protectedMembers: new Set(group.protectedMembers.map(fold)),
      },
    ]),
  );
  return {
    ...entry,
    alias,
    auditBaseUrl: entry.auditBaseUrl,
    groups,
    birthright: entry.birthright.map((line) => ({
      ...line,
      when: new Map(
        Object.entries(line.when).map(([key, value]) => [key, new Set([value].flat().map(fold))]),
      ),
    })),
    separationOfDuties: entry.separationOfDuties.map(([a, b]) => [fold(a), fold(b)]),
    rules: { requests: toRequestRules(entry.rules.requests) },
    accessPolicy: {
      requests: toRequestRules(entry.accessPolicy.requests),
      baseline: entry.accessPolicy.baseline,
    },
    protectedPrincipals: new Set(entry.protectedPrincipals),
  };
}

function toRequestRules(rules: z.infer<typeof RequestRulesSchema> | undefined): RequestRules | undefined {
  if (rules === undefined) return undefined;
  return {
    requesters: toPeople(rules.requesters),
    approvers: toPeople(rules.approvers),
    approvals: rules.approvals,
    longestDays: rules.longestDays,
  };
}

function toPeople(people: z.infer<typeof PeopleSchema>): People {
  return people === 'anyone' ? 'anyone' : new Set(people.map(fold));
}

/** The line of the innermost part of the path that the file has. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range))
      return lines.linePos(Number(node.range[0])).line;
  }
  return 1;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
