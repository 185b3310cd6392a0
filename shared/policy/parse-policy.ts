import { createHash } from 'node:crypto';
import type { z } from 'zod';
import { fold } from '../domain/fold';
import { isPrivilegedByName, LONGEST_POLICY_BYTES } from '../domain/policy';
import type {
  GroupPolicy,
  OrganizationPolicy,
  People,
  Policy,
  RequestRules,
  SourcePolicy,
} from '../domain/policy';
import { AppError } from '../errors';
import { checkInWords } from '../problems-in-words';
import { toAuditPolicy, toBaselineRules } from './audit-section';
import { contradictionsIn } from './contradictions';
import { toDecisionRules } from './decisions-section';
import { readPolicyDocument, type PolicyDocument } from './policy-document';
import { MOST_TOLD_FAULTS, type LineFault } from './policy-fault';
import { PolicyFileSchema, type PolicyFile, type RequestRulesSchema } from './policy-schema';
import { toSourceSettings } from './sources-section';

const LONGEST_PLACE = 200;
const NO_POLICY = 'must begin with the keys of a policy, such as "version: 1" and then "organizations:"';

/** What a policy file says, or what is wrong in it: faults, and how many more there are that are not told. `lineOf`: the line of a path of the file, such as `organizations`, `production`. */
export type CheckedPolicy =
  | Readonly<{ policy: Policy; lineOf: PolicyDocument['lineOf'] }>
  | Readonly<{ policy: undefined; faults: readonly LineFault[]; more: number }>;

/** Reads the text of a policy file and tells its faults, a hundred at most. `development`: it may name addresses of this machine. */
export function checkPolicy(
  text: string,
  { development }: Readonly<{ development: boolean }> = { development: false },
): CheckedPolicy {
  if (Buffer.byteLength(text) > LONGEST_POLICY_BYTES)
    return faulty([{ line: 1, place: '', problem: `has more than ${LONGEST_POLICY_BYTES} bytes` }]);
  const document = readPolicyDocument(text);
  if (document.faults.length > 0) return faulty(document.faults);
  if (typeof document.value !== 'object' || document.value === null || Array.isArray(document.value))
    return faulty([{ line: 1, place: '', problem: NO_POLICY }]);
  const parsed = checkInWords(PolicyFileSchema, document.value);
  const faults = parsed.success ? contradictionsIn(parsed.data, development) : parsed.problems;
  if (!parsed.success || faults.length > 0)
    return faulty(
      // To find a line takes as long as the file is long.
      faults.slice(0, MOST_TOLD_FAULTS).map(({ path, problem }) => ({
        line: document.lineOf(path),
        place: cut(path.join('.')),
        problem,
      })),
      faults.length,
    );
  const hash = createHash('sha256').update(text).digest('hex');
  return { policy: toPolicy(parsed.data, hash), lineOf: document.lineOf };
}

/**
 * Reads a policy file. Every fault is named with file, line and reason, all in one message. `development`: the file
 * may name addresses of this machine.
 * @throws AppError `policy-invalid`
 */
export function parsePolicy(
  text: string,
  fileName: string,
  options: Readonly<{ development: boolean }> = { development: false },
): Policy {
  const checked = checkPolicy(text, options);
  if (checked.policy === undefined) throw policyInvalid(fileName, checked.faults, checked.more);
  return checked.policy;
}

function faulty(faults: readonly LineFault[], count = faults.length): CheckedPolicy {
  const told = faults.slice(0, MOST_TOLD_FAULTS);
  return { policy: undefined, faults: told, more: count - told.length };
}

function policyInvalid(fileName: string, faults: readonly LineFault[], more: number): AppError {
  const told = faults.map(
    ({ line, place, problem }) => `${fileName}:${line}: ${place === '' ? 'the file' : place}: ${problem}`,
  );
  return new AppError('policy-invalid', [...told, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
}

/** A key may be as long as the file. */
function cut(place: string): string {
  return place.length > LONGEST_PLACE ? `${place.slice(0, LONGEST_PLACE)}…` : place;
}

function toPolicy(file: PolicyFile, hash: string): Policy {
  const aliases = Object.keys(file.organizations);
  const sources = (['hr', 'tickets'] as const).flatMap((key) =>
    Object.entries(file.sources[key]).map(([name, source]): SourcePolicy => {
      const feed = key === 'hr' ? 'hr' : 'ticket';
      return {
        feed,
        name,
        format: source.format,
        secret: source.secret,
        organizations: source.organizations ?? aliases,
        heartbeatHours: source.heartbeatHours,
        ...toSourceSettings(feed, source),
      };
    }),
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
        privileged: group.privileged || isPrivilegedByName(name),
        owner: group.owner,
        requests: toRequestRules(group.requests),
        protectedMembers: new Set(group.protectedMembers.map(fold)),
        guards: {
          ...(group.guards.group === undefined ? {} : { group: group.guards.group }),
          ...(group.guards.day === undefined ? {} : { day: group.guards.day }),
        },
        remediate: new Set(group.remediate),
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
    rules: {
      requests: toRequestRules(entry.rules.requests),
      mayMatchEverybody: entry.rules.mayMatchEverybody,
      baseline: toBaselineRules(entry.rules.baseline),
    },
    accessPolicy: {
      requests: toRequestRules(entry.accessPolicy.requests),
      baseline: entry.accessPolicy.baseline,
    },
    protectedPrincipals: new Set(entry.protectedPrincipals),
    console: { readers: toPeople(entry.console.readers), operators: toPeople(entry.console.operators) },
    decisions: toDecisionRules(entry.decisions),
    audit: toAuditPolicy(entry.audit, entry.waivers),
  };
}

function toRequestRules(rules: z.infer<typeof RequestRulesSchema> | undefined): RequestRules | undefined {
  if (rules === undefined) return undefined;
  return {
    requesters: toPeople(rules.requesters),
    approvers: toPeople(rules.approvers),
    approvals: rules.approvals,
    approvalsLastDays: rules.approvalsLastDays,
    longestDays: rules.longestDays,
  };
}

function toPeople(people: z.infer<typeof RequestRulesSchema>['requesters']): People {
  return people === 'anyone' ? 'anyone' : new Set(people.map(fold));
}
