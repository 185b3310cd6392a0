import { createHash } from 'node:crypto';
import { isScalar, LineCounter, parseDocument, visit, type Document } from 'yaml';
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
import { toAuditPolicy, toBaselineRules } from './audit-section';
import { contradictionsIn } from './contradictions';
import { toDecisionRules } from './decisions-section';
import type { Fault } from './policy-fault';
import { PolicyFileSchema, type PolicyFile, type RequestRulesSchema } from './policy-schema';
import { toSourceSettings } from './sources-section';

/** More faults than these are counted and not named. */
const MOST_FAULTS = 100;

/**
 * Reads a policy file. Every fault is named with file, line and reason, all in one message. `development`: the file
 * may name addresses of this machine.
 * @throws AppError `policy-invalid`
 */
export function parsePolicy(
  text: string,
  fileName: string,
  { development }: Readonly<{ development: boolean }> = { development: false },
): Policy {
  if (Buffer.byteLength(text) > LONGEST_POLICY_BYTES)
    throw new AppError(
      'policy-invalid',
      `${fileName}:1: the file has more than ${LONGEST_POLICY_BYTES} bytes`,
    );
  const lines = new LineCounter();
  // The parser's own search for keys that stand twice, and its fine words about errors, take the square of a file's length.
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: false, prettyErrors: false });
  const [syntax] = document.errors;
  if (syntax !== undefined)
    throw new AppError('policy-invalid', `${fileName}:${lines.linePos(syntax.pos[0]).line}: ${syntax.code}`);
  refuseAliasesAndTwins(document, lines, fileName);
  const parsed = PolicyFileSchema.safeParse(document.toJS());
  const faults: readonly Fault[] = parsed.success
    ? contradictionsIn(parsed.data, development)
    : parsed.error.issues.map((issue) => ({ path: issue.path, problem: problemOf(issue) }));
  if (!parsed.success || faults.length > 0)
    throw new AppError(
      'policy-invalid',
      [
        ...faults
          .slice(0, MOST_FAULTS)
          .map(
            ({ path, problem }) =>
              `${fileName}:${lineOf(document, lines, path)}: ${path.join('.')}: ${problem}`,
          ),
        ...(faults.length > MOST_FAULTS ? [`and ${faults.length - MOST_FAULTS} more`] : []),
      ].join('\n'),
    );
  return toPolicy(parsed.data, createHash('sha256').update(text).digest('hex'));
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

/** A key that is not allowed says why only inside. */
function problemOf(issue: z.core.$ZodIssue): string {
  const [inner] = issue.code === 'invalid_key' ? issue.issues : [];
  return inner?.message ?? issue.message;
}

/** An alias can make a small file large, and what it stands for is easily misread. Of two equal keys one would be lost. */
function refuseAliasesAndTwins(document: Document, lines: LineCounter, fileName: string): void {
  const refuse = (node: unknown, problem: string): never => {
    throw new AppError('policy-invalid', `${fileName}:${lineOfNode(node, lines) ?? 1}: ${problem}`);
  };
  visit(document, {
    Alias: (_key, alias) => refuse(alias, `the alias *${alias.source} is not allowed`),
    Map: (_key, { items }) => {
      const keys = new Set<string>();
      for (const { key } of items) {
        const name = String(isScalar(key) ? key.value : key);
        if (keys.has(name)) refuse(key, 'DUPLICATE_KEY');
        keys.add(name);
      }
    },
  });
}

/** The line of the innermost part of the path that the file has. */
function lineOf(document: Document, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const line = lineOfNode(document.getIn(path.slice(0, length), true), lines);
    if (line !== undefined) return line;
  }
  return 1;
}

function lineOfNode(node: unknown, lines: LineCounter): number | undefined {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
    ? lines.linePos(Number(node.range[0])).line
    : undefined;
}
