import type { Clock } from '../../../clock';
import type { EvidenceEntry } from '../../../domain/ledger/evidence';
import {
  isPolicyFollowed,
  NEW_ORGANIZATION_LEDGER,
  withMode,
  withPolicyElsewhere,
  type OrganizationLedger,
  type VersionsOnRecord,
} from '../../../domain/ledger/organization-ledger';
import { organizationSubject } from '../../../domain/ledger/subject';
import type { OrganizationPolicy } from '../../../domain/policy';
import type { PolicyChanges, PolicyVersion } from '../../../domain/policy-version';
import { errorCodeOf } from '../../../errors';
import type { Log } from '../../../log-interface';
import { mapConcurrently, STORAGE_WIDTH } from '../../../map-concurrently';
import type { PolicyArchive } from '../../../storage/evidence/policy-archive';
import type { LedgerStore } from '../../../storage/ledger';
import { logEvidence, type LogEvidenceDeps } from '../log-evidence';
import {
  compareWithRecord,
  POLICY_CHANGED,
  versionsInEvidence,
  type PolicyMemory,
  type StandingOfVersion,
} from './policy-versions';
import { appendEvidence, updateLedger } from '../update-ledger';

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
    policyMemory: PolicyMemory;
    clock: Pick<Clock, 'now'>;
    log: Log;
  }>;

/** Organizations that a version names, by alias. */
type NamedOrganizations = ReadonlyMap<string, Pick<OrganizationPolicy, 'mode'>>;

type VersionToRecord = Readonly<{
  version: PolicyVersion;
  organizations: NamedOrganizations;
  comparisonWith: (hash: string) => Promise<ReturnType<Compare>>;
  /** Archives it. */
  keep: () => Promise<void>;
}>;

/**
 * Archives a version of the policy, and then records it in the evidence of each organization that is not on record as under it:
 * `organizations`, and those that the version before named and this one does not. What puts one into observe is on record before it is in force. Safe to repeat, and by several processes at once: what is
 * on record is the hash and number that the organization's ledger has, and record, hash and number are one transaction. One that is not newer than what is on record stays out, and
 * that a process has it is noted in the ledger, hourly at most. Organizations that go are
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
  const onRecord = new Map<string, VersionsOnRecord>();
  await mapConcurrently(aliases, STORAGE_WIDTH, async (alias) => {
    const own = await versionsOnRecord(deps, alias);
    if (own === undefined) return;
    onRecord.set(alias, own);
    if (own.policyHash === version.hash) deps.policyMemory.noteStanding(alias, version.hash, undefined);
  });
  const hashOnRecord = (alias: string): string | undefined => onRecord.get(alias)?.policyHash;
  const changed = aliases.filter((alias) => hashOnRecord(alias) !== version.hash);
  const out = new Set<string>();
  if (changed.length > 0) {
    const compared = new Map<string, Promise<ReturnType<Compare>>>();
    const comparisonWith = async (hash: string): Promise<ReturnType<Compare>> => {
      const known = compared.get(hash) ?? compareWithArchived(deps, hash, version.text);
      compared.set(hash, known);
      return known;
    };
    const gone = new Set<string>();
    for (const hash of new Set(changed.map(hashOnRecord)))
      if (hash !== undefined)
        for (const alias of (await comparisonWith(hash))?.organizations ?? [])
          if (!organizations.has(alias)) gone.add(alias);
    let kept: Promise<void> | undefined;
    const keep = async (): Promise<void> => (kept ??= deps.policyArchive.keep(version));
    for (const part of [[...gone], changed])
      await mapConcurrently(part, STORAGE_WIDTH, async (alias) => {
        const recorded = await recordAndLog(deps, alias, { version, organizations, comparisonWith, keep });
        if (recorded === 'unreadable') return;
        if (recorded.isOut) out.add(alias);
        onRecord.set(alias, recorded.own);
      });
  }
  deps.policyMemory.note(version, onRecord);
  const isFollowed = (own: VersionsOnRecord | undefined): boolean =>
    own?.policyHash === version.hash && isPolicyFollowed(own);
  return aliases.filter((alias) => !out.has(alias) && !isFollowed(onRecord.get(alias)));
}

/** Nothing where there is no record; undefined where it cannot be read. */
async function versionsOnRecord(
  { ledger }: Pick<BringPolicyIntoForceDeps, 'ledger'>,
  alias: string,
): Promise<VersionsOnRecord | undefined> {
  try {
    return (await ledger.read(organizationSubject(alias)))?.value ?? {};
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return undefined;
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

/** What an organization has on record now. `isOut`: that is another version, and stays. */
type RecordedVersion = Readonly<{ own: VersionsOnRecord; isOut: boolean }>;

async function recordAndLog(
  deps: BringPolicyIntoForceDeps,
  alias: string,
  of: VersionToRecord,
): Promise<RecordedVersion | 'unreadable'> {
  let recorded: Awaited<ReturnType<typeof record>>;
  try {
    recorded = await record(deps, alias, of);
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    deps.log({
      event: 'policy-unrecorded',
      organization: alias,
      to: of.version.hash,
      code: errorCodeOf(error),
    });
    return 'unreadable';
  }
  const { entry, own, isOut } = recorded;
  if (entry !== undefined)
    try {
      await logEvidence(deps, organizationSubject(alias));
    } catch (error) {
      // The night brings into the log what is not there, of each organization that the policy names.
      deps.log({ event: 'policy-change-unlogged', organization: alias, code: errorCodeOf(error) });
    }
  return { own: own ?? {}, isOut };
}

/** Without an entry the version is on record, or stays out. @throws AppError `record-unreadable` where the ledger does not say where its evidence ends */
async function record(
  deps: BringPolicyIntoForceDeps,
  alias: string,
  of: VersionToRecord,
): Promise<
  Readonly<{ entry: EvidenceEntry | undefined; own: VersionsOnRecord | undefined; isOut: boolean }>
> {
  const { ledger, clock } = deps;
  const subject = organizationSubject(alias);
  const { version } = of;
  let entry: EvidenceEntry | undefined;
  let standing: StandingOfVersion | undefined;
  let own: VersionsOnRecord | undefined;
  const stand = async (current: VersionsOnRecord): Promise<boolean> => {
    const isSeenWritten = deps.policyMemory.isSeenWritten(version, alias, current);
    standing = await compareWithRecord(deps, alias, version, current, isSeenWritten);
    entry = standing.verdict === 'newer' ? await entryOf(deps, alias, of, standing) : undefined;
    if (entry !== undefined) await of.keep();
    return isOutBy(standing);
  };
  try {
    own = await updateLedger(ledger, subject, async (current = NEW_ORGANIZATION_LEDGER) => {
      if (await stand(current)) {
        const next = withPolicyElsewhere(current, version, clock.now());
        return next === undefined ? undefined : { next, evidence: [] };
      }
      if (current.policyHash === version.hash) return undefined;
      const between = isLeftUnfollowed(current) ? ({ isPolicyBetween: true } as const) : {};
      const named = of.organizations.get(alias);
      const inMode = named === undefined ? current : withMode(current, named.mode, clock.now());
      const number = standing?.nextNumber ?? 1;
      const policyNumber = entry === undefined ? Math.max(1, number - 1) : number;
      const next = { ...inMode, ...between, policyHash: version.hash, policyNumber };
      return { next, evidence: entry === undefined ? [] : [entry] };
    });
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    own = await versionsInEvidence(deps, alias);
    await stand(own);
    if (entry !== undefined) {
      await appendEvidence(ledger, subject, [entry]);
      own = { policyHash: version.hash, policyNumber: standing?.nextNumber ?? 1 };
    }
  }
  const isOut = isOutBy(standing);
  const { onRecord: from = '' } = standing ?? {};
  if (entry !== undefined) deps.log({ event: POLICY_CHANGED, organization: alias, from, to: version.hash });
  if (deps.policyMemory.noteStanding(alias, version.hash, isOut ? from : undefined))
    deps.log({
      event: 'policy-not-in-force',
      organization: alias,
      file: version.origin.name,
      hash: version.hash,
      onRecord: from,
      order: standing?.verdict ?? '',
    });
  return { entry, own, isOut };
}

function isOutBy(standing: StandingOfVersion | undefined): boolean {
  return standing?.verdict === 'older' || standing?.verdict === 'untold';
}

/** Whether the version that is in force until now goes without having been followed. */
function isLeftUnfollowed(current: OrganizationLedger): boolean {
  const { policyHash, policyFollowed } = current;
  return policyHash !== undefined && policyFollowed !== undefined && !isPolicyFollowed(current);
}

async function entryOf(
  deps: BringPolicyIntoForceDeps,
  alias: string,
  { version, comparisonWith }: VersionToRecord,
  { onRecord: before, nextNumber: number }: StandingOfVersion,
): Promise<EvidenceEntry> {
  const changes = before === undefined ? undefined : (await comparisonWith(before))?.changesOf(alias);
  const facts = {
    ...(before === undefined ? {} : { from: before }),
    to: version.hash,
    number,
    origin: version.origin,
    ...changes,
  };
  return { kind: POLICY_CHANGED, atMs: deps.clock.now(), policyHash: version.hash, facts };
}
