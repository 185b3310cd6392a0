import { judgeClock } from '../../domain/readiness/judge-clock';
import { faultsInGroups } from '../../domain/readiness/judge-groups';
import { judgeHeadroom } from '../../domain/readiness/judge-headroom';
import { EVERYONE_GROUP_ID } from '../../domain/plan/hard-stops';
import type { QuotaHeadroom } from '../../domain/plan/quota';
import type { OrganizationPolicy } from '../../domain/policy';
import { EVIDENCE_SECRET } from '../../domain/secret-places';
import { AppError, errorCodeOf } from '../../errors';
import type { UiPathClient } from '../../uipath/client';
import { tellCause } from '../../tell-cause';
import type { ReadinessCheck, ReadinessWarning } from '../run-readiness-checks';

type ProbedCalls = Pick<UiPathClient, 'checkToken'> &
  Readonly<{
    groups: Pick<UiPathClient['groups'], 'list' | 'loadByIds'>;
    directory: Pick<UiPathClient['directory'], 'resolveByNames'>;
    accessPolicy: Pick<UiPathClient['accessPolicy'], 'read'>;
    auditEvents: Pick<UiPathClient['auditEvents'], 'list'>;
  }>;

/** UiPath as one organization's application sees it now, with a token of its own. */
export type OrganizationProbe = Readonly<{
  scopes: readonly string[];
  /** Calls that end with the signal. @throws AppError where the addresses cannot be an organization's */
  calls: (signal: AbortSignal) => ProbedCalls;
  headroom: () => Promise<readonly QuotaHeadroom[]>;
  /** How far our clock was ahead of UiPath's at its last answer; undefined: there was none that says. */
  clockAheadMs: () => number | undefined;
  nowMs: () => number;
}>;

/** A name that nobody has: only whether it may be looked for is of interest. https://www.rfc-editor.org/rfc/rfc2606 */
const NOBODY = 'readiness@example.invalid';
const MOST_TOLD = 20;
const AUDIT_WINDOW_MS = 60_000;

/** Whether an organization can be worked in: token, scopes, identity, rights, licence, groups, quota and clock, each by itself. */
export function checksOfOrganization(
  policy: OrganizationPolicy,
  probe: OrganizationProbe,
): readonly ReadinessCheck[] {
  const { alias, identityBaseUrl, groups } = policy;
  const { scopes, calls, headroom, clockAheadMs, nowMs } = probe;
  const token = `token:${alias}`;
  const organization = `organization:${alias}`;
  return [
    {
      name: token,
      tried: `get a token at ${identityBaseUrl}/connect/token for ${scopes.join(' ')}`,
      asks: 'uipath',
      needs: ['storage', EVIDENCE_SECRET, `vault:${alias}`],
      check: async (signal) => calls(signal).checkToken(),
    },
    {
      name: organization,
      tried: 'load the group Everyone, which every organization has, by partitionGlobalId',
      asks: 'uipath',
      needs: [token],
      check: async (signal) => {
        await calls(signal).groups.loadByIds([EVERYONE_GROUP_ID]);
      },
    },
    {
      name: `administrators:${alias}`,
      tried: 'read the access policy, which UiPath shows to members of Administrators only',
      asks: 'uipath',
      needs: [token, organization],
      check: async (signal) => {
        const read = async () => calls(signal).accessPolicy.read();
        return managesSignIn(policy) ? orWarnOfQuota(read) : warnOf(read);
      },
    },
    {
      name: `directory:${alias}`,
      tried: 'look for an address that nobody has in the directory',
      asks: 'uipath',
      needs: [token, organization],
      check: async (signal) => {
        await calls(signal).directory.resolveByNames([NOBODY], 'user', { searchMissing: false });
      },
    },
    {
      name: `groups:${alias}`,
      tried: `list the groups, and look for the ${groups.size} that the policy names`,
      asks: 'uipath',
      needs: [token, organization],
      check: async (signal) =>
        orWarnOfQuota(async () => {
          requireGroups(groups.values(), await calls(signal).groups.list());
        }),
    },
    {
      name: `audit-log:${alias}`,
      tried: 'read the audit log of the last minute',
      asks: 'uipath',
      needs: [token],
      check: async (signal) =>
        warnOf(async () =>
          calls(signal).auditEvents.list({ fromMs: nowMs() - AUDIT_WINDOW_MS, toMs: nowMs(), maxPages: 1 }),
        ),
    },
    {
      name: `quota:${alias}`,
      tried: 'count the calls of the last five minutes',
      asks: 'storage',
      needs: ['storage', EVIDENCE_SECRET],
      follows: [token, organization],
      check: async () => {
        const verdict = judgeHeadroom(await headroom());
        return verdict === undefined ? undefined : { cause: verdict.cause, problem: verdict.told };
      },
    },
    {
      name: `clock:${alias}`,
      tried: "compare the clock of this machine with the Date of UiPath's answers",
      follows: [token, organization],
      check: async () => {
        const verdict = judgeClock(clockAheadMs() ?? 0);
        if (verdict === undefined) return undefined;
        if (!verdict.isTooMuch) return { cause: 'clock-differs', problem: verdict.told };
        throw new AppError('configuration-invalid', verdict.told, { reason: 'clock-differs' });
      },
    },
  ];
}

/** Whether the policy has anything about rules or access policy. */
function managesSignIn({ rules, accessPolicy }: OrganizationPolicy): boolean {
  return (
    rules.requests !== undefined ||
    rules.baseline.length > 0 ||
    accessPolicy.requests !== undefined ||
    accessPolicy.baseline !== undefined
  );
}

/** For what people can be given access without: only the audit knows less. */
async function warnOf(read: () => Promise<unknown>): Promise<ReadinessWarning | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    const { cause, problem } = tellCause(error);
    return { cause, problem };
  }
}

/** A busy day is no fault: work waits for the quota and goes on by itself. */
async function orWarnOfQuota(read: () => Promise<unknown>): Promise<ReadinessWarning | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    if (!OF_QUOTA.has(errorCodeOf(error))) throw error;
    const { cause, problem } = tellCause(error);
    return { cause, problem };
  }
}

const OF_QUOTA: ReadonlySet<string> = new Set(['quota-exhausted', 'uipath-throttled']);

/** @throws AppError `uipath-not-found`, `uipath-group-ambiguous` which names the groups */
function requireGroups(
  named: Iterable<Readonly<{ name: string }>>,
  had: readonly Readonly<{ name: string }>[],
): void {
  const faults = faultsInGroups(
    [...named].map(({ name }) => name),
    had,
  );
  const [first] = faults;
  if (first === undefined) return;
  const more = faults.length > MOST_TOLD ? ` and ${faults.length - MOST_TOLD} more` : '';
  const told = faults
    .slice(0, MOST_TOLD)
    .map((fault) => fault.told)
    .join('; ');
  const isMissing = first.cause === 'uipath-groups-missing';
  throw new AppError(isMissing ? 'uipath-not-found' : 'uipath-group-ambiguous', `UiPath has ${told}${more}`, {
    reason: first.cause,
  });
}
