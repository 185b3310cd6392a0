import type { Clock } from '../../clock';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import {
  isPolicyFollowed,
  NEW_ORGANIZATION_LEDGER,
  withMode,
  type OrganizationLedger,
  type VersionsOnRecord,
} from '../../domain/ledger/organization-ledger';
import { organizationSubject } from '../../domain/ledger/subject';
import type { OrganizationPolicy } from '../../domain/policy';
import type { PolicyChanges, PolicyVersion } from '../../domain/policy-version';
import { errorCodeOf } from '../../errors';
import type { Log } from '../../log-interface';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { PolicyArchive } from '../../storage/evidence/policy-archive';
import type { LedgerStore } from '../../storage/ledger';
import { logEvidence, type LogEvidenceDeps } from './log-evidence';
import { appendEvidence, updateLedger } from './update-ledger';

export const POLICY_CHANGED = 'policy-changed';

/** What one version changes of another, by organization; undefined: one of them is not read by this version of the application. */
type Compare = (
  before: string,
  after: string,
) => Readonly<{ organizations: readonly string[]; changesOf: (alias: string) => PolicyChanges }> | undefined;

export type BringPolicyIntoForceDeps = LogEvidenceDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence' | 'evidence' | 'evidenceAfter'>;
    policyArchive: PolicyArchive;
    comparePolicies: Compare;
    clock: Pick<Clock, 'now'>;
    log: Log;
  }>;

/** Organizations that a version names, by alias. */
type NamedOrganizations = ReadonlyMap<string, Pick<OrganizationPolicy, 'mode'>>;

type VersionToRecord = Readonly<{
  version: PolicyVersion;
  organizations: NamedOrganizations;
  comparisonWith: (hash: string) => Promise<ReturnType<Compare>>;
}>;

/**
 * Archives a version of the policy, and then records it in the evidence of each organization that is not on record as under it:
 * `organizations`, and those that the version before named and this one does not. What puts one into observe is on record before it is in force. Safe to repeat, and by several processes at once: what is
 * on record is the hash that the organization's ledger has, and record and hash are one transaction. Organizations that go are
 * recorded first: as long as one that stays is not, whoever repeats this finds them again.
 * An organization whose own records cannot be read keeps no other from the version; the night finds it.
 * Returns the organizations for whose people it is not planned yet what the version changes.
 * @throws AppError where storage fails: the version is not in force then
 */
export async function bringPolicyIntoForce(
  deps: BringPolicyIntoForceDeps,
  version: PolicyVersion,
  organizations: NamedOrganizations,
): Promise<readonly string[]> {
  const aliases = [...organizations.keys()];
  const before = new Map<string, string | undefined>();
  const followed = new Set<string>();
  await mapConcurrently(aliases, STORAGE_WIDTH, async (alias) => {
    const own = await versionsOnRecord(deps, alias);
    before.set(alias, own.policyHash);
    if (own.policyHash === version.hash && isPolicyFollowed(own)) followed.add(alias);
  });
  const changed = aliases.filter((alias) => before.get(alias) !== version.hash);
  const unfollowed = aliases.filter((alias) => !followed.has(alias));
  if (changed.length === 0) return unfollowed;
  await deps.policyArchive.keep(version);
  const compared = new Map<string, Promise<ReturnType<Compare>>>();
  const comparisonWith = async (hash: string): Promise<ReturnType<Compare>> => {
    const known = compared.get(hash) ?? compareWithArchived(deps, hash, version.text);
    compared.set(hash, known);
    return known;
  };
  const named = new Set(aliases);
  const gone = new Set<string>();
  for (const hash of new Set(before.values()))
    if (hash !== undefined && hash !== version.hash)
      for (const alias of (await comparisonWith(hash))?.organizations ?? [])
        if (!named.has(alias)) gone.add(alias);
  for (const part of [[...gone], changed])
    await mapConcurrently(part, STORAGE_WIDTH, async (alias) =>
      recordAndLog(deps, alias, { version, organizations, comparisonWith }),
    );
  return unfollowed;
}

/** Nothing where there is no record, or it cannot be read. */
async function versionsOnRecord(
  { ledger }: Pick<BringPolicyIntoForceDeps, 'ledger'>,
  alias: string,
): Promise<VersionsOnRecord> {
  try {
    return (await ledger.read(organizationSubject(alias)))?.value ?? {};
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return {};
  }
}

async function compareWithArchived(
  { policyArchive, comparePolicies }: BringPolicyIntoForceDeps,
  hash: string,
  text: string,
): Promise<ReturnType<Compare>> {
  const archived = await policyArchive.read(hash);
  return archived.kind === 'sound' ? comparePolicies(archived.text, text) : undefined;
}

async function recordAndLog(
  deps: BringPolicyIntoForceDeps,
  alias: string,
  of: VersionToRecord,
): Promise<void> {
  try {
    if (!(await record(deps, alias, of))) return;
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    deps.log({
      event: 'policy-unrecorded',
      organization: alias,
      to: of.version.hash,
      code: errorCodeOf(error),
    });
    return;
  }
  try {
    await logEvidence(deps, organizationSubject(alias));
  } catch (error) {
    // The night brings into the log what is not there, of each organization that the policy names.
    deps.log({ event: 'policy-change-unlogged', organization: alias, code: errorCodeOf(error) });
  }
}

/** False where the version is on record. @throws AppError `record-unreadable` where the ledger does not say where its evidence ends */
async function record(deps: BringPolicyIntoForceDeps, alias: string, of: VersionToRecord): Promise<boolean> {
  const { ledger } = deps;
  const subject = organizationSubject(alias);
  const { hash } = of.version;
  let entry: EvidenceEntry | undefined;
  try {
    await updateLedger(ledger, subject, async (current = NEW_ORGANIZATION_LEDGER) => {
      const before = current.policyHash ?? (await hashInEvidence(deps, alias));
      entry = before === hash ? undefined : await entryOf(deps, alias, of, before);
      if (current.policyHash === hash) return undefined;
      const between = isLeftUnfollowed(current) ? ({ isPolicyBetween: true } as const) : {};
      const named = of.organizations.get(alias);
      const inMode = named === undefined ? current : withMode(current, named.mode, deps.clock.now());
      const next = { ...inMode, ...between, policyHash: hash };
      return { next, evidence: entry === undefined ? [] : [entry] };
    });
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    const before = await hashInEvidence(deps, alias);
    entry = before === hash ? undefined : await entryOf(deps, alias, of, before);
    if (entry !== undefined) await appendEvidence(ledger, subject, [entry]);
  }
  if (entry === undefined) return false;
  const { from = '' } = entry.facts as Readonly<{ from?: string }>;
  deps.log({ event: POLICY_CHANGED, organization: alias, from, to: hash });
  return true;
}

/** Whether the version that is in force until now goes without having been followed. */
function isLeftUnfollowed(current: OrganizationLedger): boolean {
  const { policyHash, policyFollowed } = current;
  return policyHash !== undefined && policyFollowed !== undefined && !isPolicyFollowed(current);
}

/** What the evidence says where the ledger does not: it cannot be read, or an earlier version of the application wrote it. */
async function hashInEvidence(
  { ledger }: Pick<BringPolicyIntoForceDeps, 'ledger'>,
  alias: string,
): Promise<string | undefined> {
  const { records } = await ledger.evidence(organizationSubject(alias));
  return records.findLast(({ kind }) => kind === POLICY_CHANGED)?.policyHash;
}

async function entryOf(
  deps: BringPolicyIntoForceDeps,
  alias: string,
  { version, comparisonWith }: VersionToRecord,
  before: string | undefined,
): Promise<EvidenceEntry> {
  const changes = before === undefined ? undefined : (await comparisonWith(before))?.changesOf(alias);
  const facts = {
    ...(before === undefined ? {} : { from: before }),
    to: version.hash,
    origin: version.origin,
    ...changes,
  };
  return { kind: POLICY_CHANGED, atMs: deps.clock.now(), policyHash: version.hash, facts };
}
