import { fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { emptyPersonLedger } from '../../shared/domain/ledger/person-ledger';
import { personKey } from '../../shared/domain/person-key';
import { mapConcurrently } from '../../shared/map-concurrently';
import { createLedgerStore } from '../../shared/storage/ledger';
import type { StorageAccount } from '../../shared/storage/storage-account';
import { openMemoryStorage } from '../../tests/fixtures/memory-storage/open';
import { rounded, scaled, type Benchmark, type BenchmarkContext } from '../benchmark';
import { bundleScript } from '../bundle-script';
import { answerFrom } from '../../tests/fixtures/asked-storage/kept';
import type { StorageQuestion } from '../../tests/fixtures/asked-storage/messages';
import type { EvidenceDone, EvidenceOrder } from './order';

const ALIAS = 'evidence';
const FULL_PEOPLE = 10_000;
const RECORDS_EACH = 10;
const START_MS = Date.parse('2026-03-02T02:00:00Z');
const FILL_WIDTH = 32;

/** All evidence of a large organization into its log in one night, and verified as a whole. */
export const evidence: Benchmark = {
  name: 'evidence',
  about: '100,000 records of 10,000 people: into the log of one organization, and all of them verified',
  targets: [
    { figure: 'appendAndVerifySeconds', atMost: 60 },
    { figure: 'peakMemoryMb', atMost: 300 },
    { figure: 'faults', atMost: 0 },
  ],
  run: async (context) => {
    const people = scaled(FULL_PEOPLE, context.size, 10);
    const storage = openMemoryStorage();
    const folder = await mkdtemp(join(tmpdir(), 'bench-evidence-'));
    try {
      await fill(storage, people, context);
      const script = await bundleScript('bench/evidence/prover.ts', folder);
      const done = await proveIn(script, storage, { kind: 'start', organization: ALIAS, nowMs: START_MS });
      return {
        people,
        records: done.records,
        entries: done.entries,
        appendSeconds: rounded(done.appendSeconds, 1),
        verifySeconds: rounded(done.verifySeconds, 1),
        appendAndVerifySeconds: rounded(done.appendSeconds + done.verifySeconds, 1),
        peakMemoryMb: rounded(done.peakMemoryMb, 1),
        storageCalls: done.storageCalls,
        faults: done.faults,
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Records straight into the ledgers, as an organization has them whose log is new: this is not what is measured. */
async function fill(storage: StorageAccount, people: number, { progress }: BenchmarkContext): Promise<void> {
  const ledger = createLedgerStore(storage);
  const indexes = Array.from({ length: people }, (_, index) => index);
  await mapConcurrently(indexes, FILL_WIDTH, async (index) => {
    const email = `colleague.${index}@bench.example`;
    const subject = { organization: ALIAS, kind: 'person', key: personKey(email) } as const;
    const records = Array.from({ length: RECORDS_EACH }, (_, number) => ({
      kind: number % 2 === 0 ? 'granted' : 'revoked',
      atMs: START_MS - (RECORDS_EACH - number) * 60_000,
      policyHash: 'bench',
      facts: { group: `Group ${(index + number) % 40}`, source: 'hr', reason: 'The worker record says so' },
    }));
    await ledger.write(subject, emptyPersonLedger(email), undefined, records);
    if (index > 0 && index % 1_000 === 0) progress(`${index} people in the ledger`);
  });
}

/** Runs what is measured in a process of its own, which asks this one for what is stored: storage and its memory are not measured. */
async function proveIn(script: string, storage: StorageAccount, order: EvidenceOrder): Promise<EvidenceDone> {
  const child = fork(script, [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const answer = answerFrom(storage);
  try {
    return await new Promise<EvidenceDone>((resolve, reject) => {
      child.once('exit', () => reject(new Error('The process ended before it answered')));
      child.on('message', (word: StorageQuestion | EvidenceDone) => {
        if (word.kind === 'done') resolve(word);
        else void answer(word).then((answered) => child.send(answered));
      });
      child.send(order);
    });
  } finally {
    if (child.connected) child.disconnect();
    await exited;
  }
}
