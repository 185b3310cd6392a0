import type { Clock } from '../../../clock';
import { HOUR_MS } from '../../../domain/durations';
import {
  policiesElsewhere,
  type PolicyElsewhere,
  type VersionsOnRecord,
} from '../../../domain/ledger/organization-ledger';
import { organizationSubject } from '../../../domain/ledger/subject';
import { judgeSuccession, writingOf, type Succession } from '../../../domain/policy-succession';
import type { PolicyVersion, RecordedPolicyChange } from '../../../domain/policy-version';
import { errorCodeOf } from '../../../errors';
import { mapConcurrently } from '../../../map-concurrently';
import type { PolicyArchive } from '../../../storage/evidence/policy-archive';
import { PolicyChangeFactsSchema } from '../../../storage/evidence/policy-change-schema';
import type { LedgerStore } from '../../../storage/ledger';

/** Kind of a record of an organization's evidence. */
export const POLICY_CHANGED = 'policy-changed';

/** Each may be half a megabyte. */
const READ_TOGETHER = 4;

/** The versions of the policy that an organization's evidence tells of, the oldest record first. */
export async function readPolicyChanges(
  { ledger }: Readonly<{ ledger: Pick<LedgerStore, 'evidence'> }>,
  alias: string,
): Promise<readonly RecordedPolicyChange[]> {
  const { records } = await ledger.evidence(organizationSubject(alias));
  return records.flatMap(({ kind, seq, atMs, facts }) => {
    const told = kind === POLICY_CHANGED ? PolicyChangeFactsSchema.safeParse(facts) : undefined;
    return told?.success === true ? [{ seq, atMs, ...told.data }] : [];
  });
}

/** A version of which the archive has not what the evidence names. `seq` is that of the first record that names it. */
export type PolicyFault = Readonly<{ subject: string; kind: 'missing' | 'edited'; seq: number }>;

/** Compares the archive with the evidence. `isAsked` hears of each version, and how many were recorded after it for the last time. */
export async function verifyPolicies(
  { policyArchive }: Readonly<{ policyArchive: Pick<PolicyArchive, 'read'> }>,
  changes: readonly RecordedPolicyChange[],
  isAsked: (hash: string, newer: number) => boolean = () => true,
): Promise<readonly PolicyFault[]> {
  const firstSeq = new Map(changes.toReversed().map(({ to, seq }) => [to, seq]));
  const newestFirst = [...new Set(changes.toReversed().map(({ to }) => to))];
  const asked = newestFirst.filter(isAsked);
  const found = await mapConcurrently(asked, READ_TOGETHER, async (hash): Promise<readonly PolicyFault[]> => {
    const { kind } = await policyArchive.read(hash);
    return kind === 'sound' ? [] : [{ subject: `policy:${hash}`, kind, seq: firstSeq.get(hash) ?? 0 }];
  });
  return found.flat();
}

/** What a process remembers of its policy file and of what was on record. Storage is asked for what counts. */
export type PolicyMemory = Readonly<{
  /** Whether the file was written while what an organization has on record was on record already. No clock tells it: both were seen, one after the other. */
  isSeenWritten: (version: PolicyVersion, alias: string, own: VersionsOnRecord) => boolean;
  /** The file says this, and then was this on record, by alias. */
  note: (version: PolicyVersion, onRecord: ReadonlyMap<string, VersionsOnRecord>) => void;
  /** Whether another version was on record for an organization when that was looked at last. */
  isOut: (alias: string) => boolean;
  /** undefined: the version of this process is on record. True the first time that a pair of versions is noted. */
  noteStanding: (alias: string, hash: string, other: string | undefined) => boolean;
  /** True where that was not asked within the hour. */
  isHourSince: (what: string, nowMs: number) => boolean;
}>;

export function createPolicyMemory(): PolicyMemory {
  let seen: Readonly<{ writing: string; onRecord: ReadonlyMap<string, string> }> | undefined;
  const others = new Map<string, string>();
  const told = new Map<string, string>();
  const askedAtMs = new Map<string, number>();
  return {
    isSeenWritten: (version, alias, own) =>
      seen !== undefined &&
      seen.writing !== writingOf(version) &&
      seen.onRecord.get(alias) === numberedOf(own),
    note: (version, onRecord) => {
      const numbered = [...onRecord].map(([alias, own]) => [alias, numberedOf(own)] as const);
      seen = { writing: writingOf(version), onRecord: new Map(numbered) };
    },
    isOut: (alias) => others.has(alias),
    noteStanding: (alias, hash, other) => {
      if (other === undefined) {
        others.delete(alias);
        return false;
      }
      const pair = `${hash} ${other}`;
      const isNew = told.get(alias) !== pair;
      others.set(alias, other);
      told.set(alias, pair);
      return isNew;
    },
    isHourSince: (what, nowMs) => {
      const ageMs = nowMs - (askedAtMs.get(what) ?? Number.NEGATIVE_INFINITY);
      if (ageMs >= 0 && ageMs < HOUR_MS) return false;
      askedAtMs.set(what, nowMs);
      return true;
    },
  };
}

/** A version may come back: its number does not. */
function numberedOf({ policyHash = '', policyNumber = 0 }: VersionsOnRecord): string {
  return `${policyNumber} ${policyHash}`;
}

/** How a version stands to the one that an organization has on record: by its ledger, or by its evidence where that does not say it. */
export type StandingOfVersion = Readonly<{
  verdict: Succession;
  /** The version on record, and the number that the next one has. */
  onRecord?: string;
  nextNumber: number;
}>;

/** What the evidence says of the version on record, where the ledger cannot be read. */
export async function versionsInEvidence(
  deps: Readonly<{ ledger: Pick<LedgerStore, 'evidence'> }>,
  alias: string,
): Promise<VersionsOnRecord> {
  const changes = await readPolicyChanges(deps, alias);
  const last = changes.at(-1);
  return last === undefined ? {} : { policyHash: last.to, policyNumber: last.number ?? changes.length };
}

/** Reads the whole evidence of the organization, unless the version is the one on record. */
export async function compareWithRecord(
  deps: Readonly<{ ledger: Pick<LedgerStore, 'evidence'> }>,
  alias: string,
  version: Pick<PolicyVersion, 'hash' | 'origin'>,
  { policyHash, policyNumber = 0 }: VersionsOnRecord,
  isSeenWritten: boolean,
): Promise<StandingOfVersion> {
  if (policyHash === version.hash)
    return { verdict: 'on-record', onRecord: policyHash, nextNumber: policyNumber + 1 };
  const changes = await readPolicyChanges(deps, alias);
  const last = changes.at(-1);
  // What was recorded while the ledger could not be read is in the evidence alone.
  const isFurther = policyNumber > 0 && (last?.number ?? 0) > policyNumber;
  const hash = isFurther ? last?.to : (policyHash ?? last?.to);
  const nextNumber = Math.max(policyNumber, last?.number ?? 0, changes.length) + 1;
  if (hash === undefined) return { verdict: 'newer', nextNumber };
  const told = last?.to === hash ? { atMs: last.atMs, origin: last.origin } : {};
  const wasReplaced = changes.some(({ to }) => to === version.hash);
  const verdict = judgeSuccession({ ...version, wasReplaced, isSeenWritten }, { hash, ...told });
  return { verdict, onRecord: hash, nextNumber };
}

/** How the version that a process has stands in an organization. */
export type VersionStanding = Readonly<{
  /** The version on record, where that is another: nothing is done under the one of this process. */
  onRecord?: Readonly<{ hash: string; number?: number; sinceMs?: number; file?: string }>;
  /** Versions that other processes on this storage have, which do nothing. */
  elsewhere: readonly PolicyElsewhere[];
}>;

/** Nothing is told where the record of the organization cannot be read: the audit tells of that. */
export async function readVersionStanding(
  deps: Readonly<{ ledger: Pick<LedgerStore, 'read' | 'evidence'>; clock: Pick<Clock, 'now'> }>,
  alias: string,
  hash: string,
): Promise<VersionStanding> {
  try {
    return await standingOnRecord(deps, alias, hash);
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return { elsewhere: [] };
  }
}

async function standingOnRecord(
  deps: Readonly<{ ledger: Pick<LedgerStore, 'read' | 'evidence'>; clock: Pick<Clock, 'now'> }>,
  alias: string,
  hash: string,
): Promise<VersionStanding> {
  const own = (await deps.ledger.read(organizationSubject(alias)))?.value;
  const elsewhere = own === undefined ? [] : policiesElsewhere(own, deps.clock.now());
  if (own?.policyHash === undefined || own.policyHash === hash) return { elsewhere };
  const { policyHash, policyNumber: number } = own;
  const last = (await readPolicyChanges(deps, alias)).findLast(({ to }) => to === policyHash);
  const told =
    last === undefined ? {} : { sinceMs: last.atMs, file: `${last.origin.kind} ${last.origin.name}` };
  return { onRecord: { hash: policyHash, ...(number === undefined ? {} : { number }), ...told }, elsewhere };
}
