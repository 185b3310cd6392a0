import type { ContainerClient } from '@azure/storage-blob';
import { createHash } from 'node:crypto';
import { sandboxEvidenceKeys } from '../../sandbox/evidence-key';
import { bringPolicyIntoForce } from '../../shared/access/ledger/organization/bring-policy-into-force';
import { createLoggedLedger, logEvidence } from '../../shared/access/ledger/log-evidence';
import { proveNight } from '../../shared/access/ledger/prove-night';
import { DAY_MS } from '../../shared/domain/durations';
import { erasedLedger } from '../../shared/domain/ledger/erasure';
import { PERSON_ERASED } from '../../shared/domain/ledger/evidence';
import { emptyPersonLedger } from '../../shared/domain/ledger/person-ledger';
import { personSubject, subjectByName, type Subject } from '../../shared/domain/ledger/subject';
import type { PolicyVersion } from '../../shared/domain/policy-version';
import { createEvidenceLog } from '../../shared/storage/evidence/evidence-log';
import { createLogPublisher } from '../../shared/storage/evidence/publish-log';
import { createCheckpointPlace } from '../../shared/storage/evidence/checkpoint-place';
import { createUncopiedCheckpoints } from '../../shared/storage/evidence/uncopied-checkpoints';
import { createPolicyArchive } from '../../shared/storage/evidence/policy-archive';
import { createLogReader } from '../../shared/storage/evidence/read-log';
import { createLedgerStore } from '../../shared/storage/ledger';
import type { StorageAccount } from '../../shared/storage/storage-account';
import { createMemoryContainer } from '../fixtures/memory-storage/blobs';
import { openMemoryStorage } from '../fixtures/memory-storage/open';
import { policyText, recordingOn } from '../fixtures/policy-process';
import { createRandom } from '../chaos/random';
import { contentsOf, type Contents } from './tampered-storage';

export const ACME = { alias: 'acme', origin: 'cloud.uipath.com/0/access-evidence' };

/** `elsewhere`: what the address of a container for checkpoints opens. */
export function depsOn(storage: StorageAccount, elsewhere: ContainerClient = createMemoryContainer()) {
  const evidenceKeys = async () => sandboxEvidenceKeys;
  const evidenceLog = createEvidenceLog(storage, evidenceKeys);
  return {
    ledger: createLedgerStore(storage),
    evidenceLog,
    logReader: createLogReader(storage),
    logPublisher: createLogPublisher(storage, evidenceLog, evidenceKeys),
    policyArchive: createPolicyArchive(storage),
    uncopiedCheckpoints: createUncopiedCheckpoints(storage),
    checkpointPlace: createCheckpointPlace(() => elsewhere),
    evidenceKeys,
  };
}

export type PlayedOrganization = Readonly<{
  subjects: readonly Subject<'person' | 'rule'>[];
  /** After each night. */
  nights: readonly Contents[];
  /** The checkpoints of all nights, the oldest first. */
  notes: readonly string[];
  nowMs: number;
}>;

const NIGHTS = 4;
const PEOPLE = 24;
const RULES = 6;
const KINDS = ['joined', 'granted', 'revoked', 'applied', 'moved'];

/** People with grants and rules over some nights; what happens to each is of the seed. The log has more than a whole tile of entries. */
export async function playOrganization(seed: number): Promise<PlayedOrganization> {
  const random = createRandom(seed);
  const storage = openMemoryStorage();
  const subjects = [
    ...Array.from({ length: PEOPLE }, (_, at) =>
      personSubject(ACME.alias, String(at + seed * 100).padStart(32, '0')),
    ),
    ...Array.from({ length: RULES }, (_, at) => subjectByName(ACME.alias, 'rule', `Rule ${at}`)),
  ];
  let nowMs = Date.parse('2026-03-02T02:00:00Z');
  const nights: Contents[] = [];
  const notes: string[] = [];
  for (let night = 0; night < NIGHTS; night += 1) {
    await bringPolicyIntoForce(
      recordingOn(storage, { now: () => nowMs }),
      versionOf(night),
      new Map([[ACME.alias, { mode: 'enforce' }]]),
    );
    for (const [at, subject] of subjects.entries()) {
      const { ledger, logWritten } = createLoggedLedger(depsOn(storage));
      const evidence = Array.from({ length: 1 + random.int(4) }, (_, number) => ({
        kind: random.pick(KINDS),
        atMs: nowMs + at * 1_000 + number,
        policyHash: 'p',
        facts: { group: `Group ${random.int(5)}`, Ünicode: '€', 10: { b: 1, a: [random.next()] } },
      }));
      await writeTo(ledger, subject, evidence, nowMs + random.int(DAY_MS));
      if (random.chance(0.7)) await logWritten();
    }
    const erased = subjects.at(night);
    if (erased?.kind === 'person' && night > 0)
      await erase(storage, personSubject(ACME.alias, erased.key), nowMs);
    nowMs += DAY_MS;
    const { faults, checkpoint } = await proveNight(depsOn(storage), ACME, {
      nowMs,
      mayGoOn: () => undefined,
    });
    if (faults.length > 0 || checkpoint === undefined) throw new Error('Nobody changed anything yet');
    notes.push(checkpoint);
    nights.push(await contentsOf(storage));
  }
  return { subjects, nights, notes, nowMs };
}

/** Each night another version of the policy, but for the last, which puts the first back. */
function versionOf(night: number): PolicyVersion {
  const text = policyText({ [ACME.alias]: { groups: { [`Group ${night % (NIGHTS - 1)}`]: {} } } });
  const hash = createHash('sha256').update(text).digest('hex');
  return { hash, text, origin: { kind: 'file', name: 'policy.yaml' } };
}

type Ledger = ReturnType<typeof depsOn>['ledger'];

/** Somebody is erased, and spoken of again the next night. */
export async function erase(
  storage: StorageAccount,
  subject: Subject<'person'>,
  atMs: number,
): Promise<void> {
  const { ledger } = depsOn(storage);
  const entry = { kind: PERSON_ERASED, atMs, policyHash: 'p', facts: {} };
  const stored = await ledger.read(subject);
  if (stored === undefined) throw new Error('There is no such person');
  await ledger.write(subject, erasedLedger([stored.value], atMs), stored, [entry]);
  await logEvidence(depsOn(storage), subject);
  await ledger.redact(subject, ((await ledger.read(subject))?.head.seq ?? 1) - 1);
}

async function writeTo(
  ledger: Ledger,
  subject: Subject<'person' | 'rule'>,
  evidence: Parameters<Ledger['write']>[3],
  nowMs: number,
): Promise<void> {
  if (subject.kind === 'person') {
    const person = subject as Subject<'person'>;
    const value = emptyPersonLedger(`person-${nowMs}@acme.example`);
    await ledger.write(person, value, await ledger.read(person), evidence);
    return;
  }
  const rule = subject as Subject<'rule'>;
  await ledger.write(
    rule,
    { name: `Rule ${nowMs}`, statements: [], have: undefined },
    await ledger.read(rule),
    evidence,
  );
}
