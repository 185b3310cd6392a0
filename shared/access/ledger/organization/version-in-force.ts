import type { Clock } from '../../../clock';
import type { OrganizationLedger } from '../../../domain/ledger/organization-ledger';
import { organizationSubject } from '../../../domain/ledger/subject';
import type { Policy } from '../../../domain/policy';
import { AppError, errorCodeOf } from '../../../errors';
import type { Log } from '../../../log-interface';
import type { LedgerStore } from '../../../storage/ledger';
import { readPolicyChanges, type PolicyMemory } from './policy-versions';

/** What an organization has on record of itself. */
export type OwnRecord = Readonly<{
  ledger: OrganizationLedger | 'unreadable' | undefined;
  /** Hash of the version in force; where the ledger cannot be read, the evidence tells it. undefined: none is on record, or nothing tells. */
  version: string | undefined;
}>;

/** The records of organizations about themselves, as one process reads them. */
export type OwnRecords = Readonly<{
  /** As it is now. @throws AppError where storage fails */
  read: (alias: string) => Promise<OwnRecord>;
  /** As it was read within the last second, where it was good then; else as it is now. */
  believe: (alias: string, isGood: (own: OwnRecord) => boolean) => Promise<OwnRecord>;
}>;

/** What many ask within a moment is read once. */
const BELIEVED_MS = 1_000;
/** The whole evidence is read to find the version in it. */
const EVIDENCE_BELIEVED_MS = 60_000;

export function createOwnRecords({
  ledger,
  clock,
}: Readonly<{
  ledger: Pick<LedgerStore, 'read'> & Partial<Pick<LedgerStore, 'evidence'>>;
  clock: Pick<Clock, 'now'>;
}>): OwnRecords {
  const records = new Map<string, Readonly<{ atMs: number; own: OwnRecord }>>();
  const inEvidence = new Map<string, Readonly<{ atMs: number; version: string | undefined }>>();
  const isWithin = (sinceMs: number, forMs: number): boolean => {
    const ageMs = clock.now() - sinceMs;
    return ageMs >= 0 && ageMs < forMs;
  };
  const versionInEvidence = async (alias: string): Promise<string | undefined> => {
    const { evidence } = ledger;
    const known = inEvidence.get(alias);
    if (known !== undefined && isWithin(known.atMs, EVIDENCE_BELIEVED_MS)) return known.version;
    const changes = evidence === undefined ? [] : await readPolicyChanges({ ledger: { evidence } }, alias);
    const version = changes.at(-1)?.to;
    inEvidence.set(alias, { atMs: clock.now(), version });
    return version;
  };
  const read = async (alias: string): Promise<OwnRecord> => {
    const atMs = clock.now();
    const found = await readIfReadable(ledger, alias);
    const version =
      found === 'unreadable' ? await versionInEvidence(alias).catch(nothingIfUnreadable) : found?.policyHash;
    const own = { ledger: found, version };
    records.set(alias, { atMs, own });
    return own;
  };
  return {
    read,
    believe: async (alias, isGood) => {
      const known = records.get(alias);
      return known !== undefined && isWithin(known.atMs, BELIEVED_MS) && isGood(known.own)
        ? known.own
        : read(alias);
    },
  };
}

/** 'unreadable' where it is there and cannot be read. */
export async function readIfReadable(
  ledger: Pick<LedgerStore, 'read'>,
  alias: string,
): Promise<OwnRecord['ledger']> {
  try {
    return (await ledger.read(organizationSubject(alias)))?.value;
  } catch (error) {
    return unreadableIf(error);
  }
}

export type VersionInForceDeps = Readonly<{
  policy: () => Promise<Policy>;
  policyLookedAgain: () => Promise<Policy>;
  ownRecords: OwnRecords;
  policyMemory: Pick<PolicyMemory, 'noteStanding'>;
  log: Log;
}>;

/**
 * The policy of this process, where it is the version on record for all these organizations. Where another is, the file is read again first,
 * as another process may have been faster. undefined: another version is on record for one of them, and the log says so once.
 */
export async function policyInForce(
  deps: VersionInForceDeps,
  organizationsOf: (policy: Policy) => readonly string[],
  { isFresh }: Readonly<{ isFresh: boolean }> = { isFresh: false },
): Promise<Policy | undefined> {
  const policy = await deps.policy();
  if ((await othersOnRecord(deps, policy, organizationsOf, isFresh)).length === 0) return policy;
  const again = await deps.policyLookedAgain();
  const others = await othersOnRecord(deps, again, organizationsOf, true);
  for (const { alias, version } of others)
    if (deps.policyMemory.noteStanding(alias, again.hash, version))
      deps.log({ event: 'policy-not-in-force', organization: alias, hash: again.hash, onRecord: version });
  return others.length === 0 ? again : undefined;
}

/** Whether another version than this one is on record. */
export function isOther({ version }: Pick<OwnRecord, 'version'>, hash: string): boolean {
  return version !== undefined && version !== hash;
}

/** @throws AppError `policy-not-in-force` */
export function requireInForce(
  own: Pick<OwnRecord, 'version'>,
  { hash }: Pick<Policy, 'hash'>,
  alias: string,
): void {
  if (isOther(own, hash))
    throw new AppError(
      'policy-not-in-force',
      `Another version of the policy than that of this process is on record for ${alias}: nothing is done under this one`,
      { reason: 'policy-of-another-deployment' },
    );
}

async function othersOnRecord(
  { ownRecords, policyMemory }: VersionInForceDeps,
  policy: Policy,
  organizationsOf: (policy: Policy) => readonly string[],
  isFresh: boolean,
): Promise<ReadonlyArray<Readonly<{ alias: string; version: string }>>> {
  const found = await Promise.all(
    organizationsOf(policy).map(async (alias) => {
      const own = isFresh
        ? await ownRecords.read(alias)
        : await ownRecords.believe(alias, (known) => !isOther(known, policy.hash));
      const { version } = own;
      if (version !== undefined && version !== policy.hash) return [{ alias, version }];
      policyMemory.noteStanding(alias, policy.hash, undefined);
      return [];
    }),
  );
  return found.flat();
}

function unreadableIf(error: unknown): 'unreadable' {
  if (errorCodeOf(error) !== 'record-unreadable') throw error;
  return 'unreadable';
}

function nothingIfUnreadable(error: unknown): undefined {
  if (errorCodeOf(error) !== 'record-unreadable') throw error;
}
