import { DAY_MS } from '../../domain/durations';
import { EMPTY_CHAIN } from '../../domain/ledger/evidence';
import type { Subject } from '../../domain/ledger/subject';
import { errorCodeOf } from '../../errors';
import { mapConcurrently } from '../../map-concurrently';
import type { EvidenceLog } from '../../storage/evidence/evidence-log';
import type { LogHead } from '../../storage/evidence/log-rows';
import { wholeTiles } from '../../storage/evidence/read-log';
import type { LogPublisher } from '../../storage/evidence/publish-log';
import type { PolicyArchive } from '../../storage/evidence/policy-archive';
import type { RecordedPolicyChange } from '../../domain/policy-version';
import type { LedgerStore } from '../../storage/ledger';
import { compareHeads } from './compare-heads';
import {
  copyCheckpoints,
  readKeptCheckpoint,
  type CopiedLog,
  type CopyCheckpointsDeps,
  type Uncopied,
} from './copy-checkpoints';
import { evidenceOfSubjects } from './evidence-of-subjects';
import {
  createSubjectJudge,
  digestInto,
  nameInLog,
  nameOf,
  unknownSubject,
  type DigestsByName,
} from './judge-subjects';
import { readPolicyChanges, verifyPolicies } from './organization/policy-versions';
import { logEvidenceRead } from './log-evidence';
import { entriesOf, isLogReliable } from './verify-evidence';
import { readLogHead, verifyLog, type LogFault, type VerifyLogDeps } from './verify-log';

export type ProveNightDeps = VerifyLogDeps &
  CopyCheckpointsDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'heads' | 'evidence' | 'evidenceOfAll' | 'evidenceAfter' | 'read'>;
    evidenceLog: EvidenceLog;
    logPublisher: LogPublisher;
    policyArchive: Pick<PolicyArchive, 'read'>;
  }>;

/** What a night found in the evidence, and the checkpoint that it signed; none where nothing may be signed, or there is nothing. */
export type ProvenNight = Readonly<{
  faults: ReadonlyArray<Readonly<{ subject: string; kind: string; at: number }>>;
  checkpoint?: string;
  /** The latest versions of the policy that the evidence tells of, the oldest first. */
  policyChanges: readonly RecordedPolicyChange[];
  /** Where the policy names a container elsewhere that keeps checkpoints, and it lacks some. */
  uncopied?: Uncopied;
}>;

/** Each subject is looked at once in so many nights, besides whoever changed since the last. */
const NIGHTS_ROUND = 30;
/** A log of more entries is read as a whole once in so many nights, and otherwise from where it was verified last. */
const MOST_ENTRIES_EACH_NIGHT = 200_000;
const NIGHTS_OF_WHOLE_LOG = 7;
/** Subjects whose records get into the log together. */
const LOGGED_TOGETHER = 90;
/** Of the policy so many versions are looked at each night, and each of the others once in a round; so many changes are told. */
const NEWEST_VERSIONS = 50;
const MOST_POLICY_CHANGES = 20;

/**
 * Brings into the log what is not there yet, verifies the log and a part of the subjects by it, each once in thirty nights and where
 * something is strange at once, and by the newest checkpoint that is kept elsewhere, and publishes a checkpoint. Nothing is signed over a log that is not as it was written. `mayGoOn` throws
 * when there is no time for more: what was done is done.
 * @throws AppError `evidence-unavailable`, and what `mayGoOn` throws
 */
export async function proveNight(
  deps: ProveNightDeps,
  organization: CopiedLog,
  { nowMs, mayGoOn }: Readonly<{ nowMs: number; mayGoOn: () => void }>,
): Promise<ProvenNight> {
  const { alias } = organization;
  const night = Math.floor(nowMs / DAY_MS);
  const canGoOn = await mendLog(deps, alias);
  const { unlogged, suspects, others, places } = await compareHeads(deps, alias);
  const doubtful = [...suspects, ...unlogged, ...others.filter((subject) => isOfNight(subject, night))];
  const records = entriesOf(places) + unlogged.length;
  for await (const read of evidenceOfSubjects(deps.ledger, alias, canGoOn ? unlogged : [], records)) {
    mayGoOn();
    await mapConcurrently(read, LOGGED_TOGETHER, async ({ subject, evidence }) => {
      const logged = places.get(nameOf(subject)) ?? { ...EMPTY_CHAIN, etag: undefined };
      try {
        await logEvidenceRead(deps, subject, logged, evidence);
      } catch (error) {
        if (errorCodeOf(error) !== 'record-unreadable') throw error;
      }
    });
  }
  const before = await readLogHead(deps, alias);
  const isWhole = (before?.tree.size ?? 0) <= MOST_ENTRIES_EACH_NIGHT || night % NIGHTS_OF_WHOLE_LOG === 0;
  const keys = await deps.evidenceKeys();
  const namesOf = (subject: Subject): readonly string[] => keys.map((key) => nameInLog(key, subject));
  const inLog: DigestsByName = new Map();
  const from = isWhole ? undefined : before?.verified;
  const kept = await readKeptCheckpoint(deps, organization);
  const { faults: verified, head } = await verifyLog(deps, organization, {
    ...(from === undefined ? {} : { from }),
    placed: entriesOf(places),
    anchors: kept.kind === 'kept' ? [kept.checkpoint] : [],
    onEntry: (entry) => digestInto(inLog, entry),
  });
  const after = await deps.evidenceLog.places(alias);
  const isReliable = isLogReliable(verified);
  const digests = isReliable && from === undefined ? inLog : undefined;
  const judge = await createSubjectJudge(deps, alias, { digests, head, before: places, after });
  const miscounted = others.filter(
    (subject) => !isOfNight(subject, night) && digests !== undefined && judge.isMiscounted(subject),
  );
  const asked = [...doubtful, ...miscounted];
  for await (const read of evidenceOfSubjects(deps.ledger, alias, asked, head?.tree.size ?? records))
    for (const { subject, evidence } of read) judge.hear(subject, evidence);
  const subjects = [...(await judge.faults())];
  const unknown = new Map(isReliable ? inLog : []);
  for (const name of [...doubtful, ...others].flatMap(namesOf)) unknown.delete(name);
  if (unknown.size > 0) {
    for (const subject of (await compareHeads(deps, alias)).all)
      for (const name of namesOf(subject)) unknown.delete(name);
    for (const [name, { first }] of unknown) subjects.push(unknownSubject(name, first));
  }
  const policyChanges = await readPolicyChanges(deps, alias);
  subjects.push(
    ...(await verifyPolicies(deps, policyChanges, (hash, newer) => isVersionOfNight(hash, newer, night))),
  );
  const judged = canGoOn ? verified : withBeyond(verified, head);
  const { published, faults } =
    judged.length === 0 && head !== undefined
      ? await publishSound(deps, organization, head, nowMs)
      : { published: undefined, faults: judged };
  const isSound = faults.length === 0 && head !== undefined;
  const rebuilt = toldRebuilt(head?.rebuilt, nowMs);
  if (isSound) {
    const stored = await deps.evidenceLog.read(alias);
    const isTold = isSameRebuilt(stored.rebuilt, head.rebuilt);
    await deps.evidenceLog.update(alias, stored, {
      ...stored,
      verified: head.tree,
      rebuilt: isTold ? rebuilt : stored.rebuilt,
    });
  }
  const copied = await copyCheckpoints(deps, organization, published, mayGoOn);
  return {
    faults: [
      ...faults.map(({ kind, at }) => ({ subject: 'log', kind, at })),
      ...(rebuilt === undefined ? [] : [{ subject: 'log', kind: 'head-rebuilt', at: rebuilt.size }]),
      ...copied.different.map((at) => ({ subject: 'log', kind: 'anchor', at })),
      ...subjects.map(({ subject, kind, seq }) => ({ subject, kind, at: seq })),
    ],
    ...(published === undefined ? {} : { checkpoint: published.note }),
    policyChanges: policyChanges.slice(-MOST_POLICY_CHANGES),
    ...uncopiedOf(organization, copied.uncopied, kept.kind === 'hidden' ? kept.code : undefined),
  };
}

/** Of a long log not every tile is compared each night: one that is not what it was written as shows where the log is to go on from it. */
async function publishSound(
  { logPublisher }: Pick<ProveNightDeps, 'logPublisher'>,
  { alias, origin }: CopiedLog,
  head: LogHead,
  nowMs: number,
): Promise<Readonly<{ published: LogHead['published']; faults: readonly LogFault[] }>> {
  try {
    return { published: await logPublisher.publish(alias, origin, nowMs), faults: [] };
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return { published: undefined, faults: [{ kind: 'tiles', at: wholeTiles(head.published?.size ?? 0) }] };
  }
}

/** Where nothing gets into a log that is as it was written to its end, there is something beyond it. */
function withBeyond(faults: readonly LogFault[], head: LogHead | undefined): readonly LogFault[] {
  const isExplained = head === undefined || faults.some(({ kind }) => kind !== 'tiles');
  return isExplained ? faults : [{ kind: 'head', at: head.tree.size }, ...faults];
}

/** false: nothing gets into the log. What is wrong with it is for the verification to say. */
async function mendLog(
  { evidenceLog }: Pick<ProveNightDeps, 'evidenceLog'>,
  alias: string,
): Promise<boolean> {
  try {
    await evidenceLog.mend(alias);
    return true;
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return false;
    throw error;
  }
}

/** That the row of where the log ends was rebuilt is told for a night, however often that begins; undefined: no more. */
function toldRebuilt(rebuilt: LogHead['rebuilt'], nowMs: number): LogHead['rebuilt'] {
  if (rebuilt === undefined) return undefined;
  const { toldAtMs = nowMs } = rebuilt;
  return nowMs - toldAtMs < DAY_MS / 2 ? { ...rebuilt, toldAtMs } : undefined;
}

/** false: the row was rebuilt once more, which is for the next night to tell. */
function isSameRebuilt(one: LogHead['rebuilt'], other: LogHead['rebuilt']): boolean {
  return one?.size === other?.size && one?.toldAtMs === other?.toldAtMs;
}

/** `hidden`: why the newest one was not found there, though it may be. */
function uncopiedOf(
  { checkpoints: place }: CopiedLog,
  uncopied: Uncopied | undefined,
  hidden: Uncopied['code'] | undefined,
): Pick<ProvenNight, 'uncopied'> {
  if (uncopied !== undefined) return { uncopied };
  return hidden === undefined || place === undefined ? {} : { uncopied: { place, count: 0, code: hidden } };
}

/** Whether a version of the policy is looked at, after which so many others came into force. */
export function isVersionOfNight(hash: string, newer: number, night: number): boolean {
  return newer < NEWEST_VERSIONS || isOfNight({ key: hash }, night);
}

/** By its key, so that each has its night whoever comes and goes. */
export function isOfNight({ key }: Pick<Subject, 'key'>, night: number): boolean {
  const place = Buffer.from(key).reduce((sum, byte) => (sum * 31 + byte) % NIGHTS_ROUND, 0);
  return place === night % NIGHTS_ROUND;
}
