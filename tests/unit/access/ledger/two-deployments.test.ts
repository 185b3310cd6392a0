import { beforeEach, describe, expect, it } from '@jest/globals';
import { passDeliveryOn } from '../../../../shared/access/intake/process-delivery';
import { passRunOn } from '../../../../shared/access/writer/apply-changes';
import { bringPolicyIntoForce } from '../../../../shared/access/ledger/organization/bring-policy-into-force';
import {
  createPolicyMemory,
  readPolicyChanges,
  readVersionStanding,
} from '../../../../shared/access/ledger/organization/policy-versions';
import {
  createOwnRecords,
  policyInForce,
} from '../../../../shared/access/ledger/organization/version-in-force';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import type { Policy } from '../../../../shared/domain/policy';
import type { PolicyOrigin } from '../../../../shared/domain/policy-version';
import { AppError } from '../../../../shared/errors';
import { parsePolicy } from '../../../../shared/policy/parse-policy';
import { createLedgerStore } from '../../../../shared/storage/ledger';
import type { StorageAccount } from '../../../../shared/storage/storage-account';
import { openDyingStorage } from '../../../fixtures/dying-storage';
import { openMemoryStorage } from '../../../fixtures/memory-storage/open';
import { policyText, recordingOn } from '../../../fixtures/policy-process';

const HOUR_MS = 3_600_000;
const TEXTS = Object.fromEntries(
  ['A', 'B', 'C'].map((letter) => [letter, policyText({ acme: { groups: { [letter]: {} } } })]),
);
const LETTERS = new Map(
  Object.entries(TEXTS).map(([letter, text]) => [parsePolicy(text, 'p').hash, letter] as const),
);
const letterOf = (hash = ''): string => LETTERS.get(hash) ?? hash;

let storage: StorageAccount;
let nowMs: number;
beforeEach(() => {
  storage = openMemoryStorage();
  nowMs = Date.parse('2026-03-02T02:00:00Z');
});

const FILE: PolicyOrigin = { kind: 'file', name: 'policy.yaml', modifiedMs: 0 };

/** A process of a deployment, which reads what its file says, and repeats that. */
function deployment(on: StorageAccount = storage, lateMs = 0) {
  const clock = { now: () => nowMs + lateMs };
  const policyMemory = createPolicyMemory();
  const deps = { ...recordingOn(on, clock), policyMemory };
  let policy: Policy | undefined;
  const reads = async (letter: string, origin: PolicyOrigin = FILE) => {
    const text = TEXTS[letter] ?? '';
    policy = parsePolicy(text, 'p');
    return bringPolicyIntoForce(deps, { hash: policy.hash, text, origin }, policy.organizations);
  };
  const current = async (): Promise<Policy> => policy ?? Promise.reject(new Error('Nothing was read'));
  const ownRecords = createOwnRecords({ ledger: deps.ledger, clock });
  const acts = async (): Promise<boolean> =>
    (await policyInForce(
      { policy: current, policyLookedAgain: current, ownRecords, policyMemory, log: deps.log },
      () => ['acme'],
    )) !== undefined;
  return { reads, acts, isOut: () => policyMemory.isOut('acme'), told: deps.told };
}

const ledger = () => createLedgerStore(storage);
const own = async () => (await ledger().read(organizationSubject('acme')))?.value;
async function steps(): Promise<string> {
  const changes = await readPolicyChanges({ ledger: ledger() }, 'acme');
  return changes.map(({ to, number }) => `${letterOf(to)}${number ?? ''}`).join(' ');
}
const standing = async (letter: string) =>
  readVersionStanding(
    { ledger: ledger(), clock: { now: () => nowMs } },
    'acme',
    parsePolicy(TEXTS[letter] ?? '', 'p').hash,
  );

describe('two deployments with two files on one storage', () => {
  it('do not take turns, however often each starts and repeats itself', async () => {
    const [one, other] = [deployment(), deployment()];
    await one.reads('A');
    await other.reads('B');
    for (let hour = 0; hour < 6; hour += 1) {
      nowMs += HOUR_MS;
      await one.reads('A');
      await deployment().reads('A');
      await other.reads('B');
      await deployment().reads('B');
    }
    expect(await steps()).toBe('A1 B2');
    expect([await one.acts(), await other.acts(), one.isOut(), other.isOut()]).toEqual([
      false,
      true,
      true,
      false,
    ]);
  });

  it('say once which of them does nothing', async () => {
    const [one, other] = [deployment(), deployment()];
    await one.reads('A');
    await other.reads('B');
    for (let hour = 0; hour < 3; hour += 1) {
      nowMs += HOUR_MS;
      await one.acts();
      await one.reads('A');
    }
    const told = one.told.filter(({ event }) => event === 'policy-not-in-force');
    expect(told).toMatchObject([{ organization: 'acme' }]);
    expect(other.told.filter(({ event }) => event === 'policy-not-in-force')).toEqual([]);
  });

  it('have one in force where both start at once, and it stays', async () => {
    const [one, other] = [deployment(), deployment(storage, 5)];
    await Promise.all([one.reads('A'), other.reads('B')]);
    const last = letterOf((await own())?.policyHash);
    for (let hour = 0; hour < 3; hour += 1) {
      nowMs += HOUR_MS;
      await Promise.all([one.reads('A'), other.reads('B')]);
    }
    expect([letterOf((await own())?.policyHash), (await own())?.policyNumber]).toEqual([last, 2]);
    expect([await one.acts(), await other.acts()].toSorted((a, b) => Number(a) - Number(b))).toEqual([
      false,
      true,
    ]);
  });

  it('note a file that is not in force, and forget it when its deployment is gone', async () => {
    const [one, other] = [deployment(), deployment()];
    await one.reads('A');
    await other.reads('B');
    expect((await standing('B')).elsewhere).toEqual([]);
    nowMs += HOUR_MS;
    await one.reads('A');
    const since = nowMs;
    nowMs += HOUR_MS;
    await one.reads('A');
    expect(await standing('B')).toMatchObject({
      elsewhere: [{ origin: { kind: 'file', name: 'policy.yaml' }, sinceMs: since, seenMs: nowMs }],
    });
    expect(await standing('A')).toMatchObject({ onRecord: { number: 2, file: 'file policy.yaml' } });
    nowMs += 4 * HOUR_MS;
    expect((await standing('B')).elsewhere).toEqual([]);
  });
});

describe('a version that was replaced', () => {
  it('comes back where the process saw its file written, each time', async () => {
    const one = deployment();
    for (const letter of ['A', 'B', 'A', 'B', 'A']) {
      await one.reads(letter);
      nowMs += 60_000;
    }
    expect(await steps()).toBe('A1 B2 A3 B4 A5');
  });

  it('comes back where its blob is uploaded again, also to a process that starts with it', async () => {
    const blob = (second: number): PolicyOrigin => ({
      kind: 'blob',
      name: 'policy/policy.yaml',
      etag: `"${second}"`,
      modifiedMs: second * 1_000,
    });
    await deployment().reads('A', blob(1));
    await deployment().reads('B', blob(2));
    await deployment().reads('A', blob(1));
    expect(await steps()).toBe('A1 B2');
    await deployment().reads('A', blob(3));
    await deployment().reads('B', blob(2));
    expect(await steps()).toBe('A1 B2 A3');
  });

  it('does not come back with the package of a deployment that starts again, and what is said tells what to do', async () => {
    await deployment().reads('A');
    await deployment().reads('B');
    const again = deployment();
    expect(await again.reads('A')).toEqual([]);
    expect(await steps()).toBe('A1 B2');
    expect(again.told).toMatchObject([
      { event: 'policy-not-in-force', order: 'untold', file: 'policy.yaml' },
    ]);
  });

  it('does not come back by an edit that cannot be placed: another version came meanwhile', async () => {
    const one = deployment();
    await one.reads('A');
    await one.reads('B');
    await deployment().reads('C');
    await one.reads('A');
    expect(await steps()).toBe('A1 B2 C3');
    // It has seen what is on record now, and what is written after that is newer.
    await one.reads('B');
    expect(await steps()).toBe('A1 B2 C3 B4');
  });
});

describe('damage', () => {
  it('of a process that dies between archive and record leaves the version before, and the next start goes on', async () => {
    await deployment().reads('A');
    const dying = openDyingStorage(storage, { at: 2, isDone: false });
    await expect(deployment(dying).reads('B')).rejects.toBeDefined();
    expect(await steps()).toBe('A1');
    await deployment().reads('B');
    expect(await steps()).toBe('A1 B2');
  });

  it('of the organization’s own row: its evidence says which version is in force, and nobody takes turns', async () => {
    const [one, other] = [deployment(), deployment()];
    await one.reads('A');
    await other.reads('B');
    const table = await storage.table('ledger');
    await table.updateEntity(
      { partitionKey: 'acme:organization:organization', rowKey: 'state', json0: '{}' },
      'Merge',
    );
    for (let hour = 0; hour < 3; hour += 1) {
      nowMs += HOUR_MS;
      await one.reads('A');
      await other.reads('B');
    }
    expect([await steps(), await one.acts(), await other.acts()]).toEqual(['A1 B2', false, true]);
    await other.reads('C');
    expect([await steps(), await other.acts()]).toEqual(['A1 B2 C3', false]);
    nowMs += 60_000;
    expect(await other.acts()).toBe(true);
  });

  it('of which an older version of the application cannot read the row: what it brought into force stays when it can be read again', async () => {
    const [one, other] = [deployment(), deployment()];
    await one.reads('A');
    const older = recordingOn(storage, { now: () => nowMs });
    const read = async () => Promise.reject(new AppError('record-unreadable', 'A later schema'));
    const text = TEXTS['B'] ?? '';
    const { hash, organizations } = parsePolicy(text, 'p');
    const version = { hash, text, origin: FILE };
    await bringPolicyIntoForce({ ...older, ledger: { ...older.ledger, read } }, version, organizations);
    expect(await steps()).toBe('A1 B2');
    nowMs += HOUR_MS;
    await one.reads('A');
    await other.reads('B');
    expect([await steps(), await one.acts(), await other.acts()]).toEqual(['A1 B2', false, true]);
    expect([letterOf((await own())?.policyHash), (await own())?.policyNumber]).toEqual(['B', 2]);
  });

  it('of a number that an earlier version of the application did not write: the evidence counts them', async () => {
    await deployment().reads('A');
    await deployment().reads('B');
    const store = ledger();
    const read = await store.read(organizationSubject('acme'));
    const { policyNumber: _number, ...before } = read?.value ?? {
      lastAudit: undefined,
      maxIdsPerPut: undefined,
    };
    await store.write(organizationSubject('acme'), before, read, []);
    await deployment().reads('C');
    expect([await steps(), (await own())?.policyNumber]).toEqual(['A1 B2 C3', 3]);
  });
});

describe('what a process believes of the record', () => {
  it('is read once in a second, however much comes in', async () => {
    const counted = openDyingStorage(storage);
    await deployment().reads('A');
    const one = deployment(counted);
    await one.reads('A');
    const { reads } = counted.calls;
    for (let event = 0; event < 100; event += 1) expect(await one.acts()).toBe(true);
    expect(counted.calls.reads).toBe(reads + 1);
  });
});

describe('a message that came to a process which does nothing', () => {
  it('is passed on nine times, and then left to the sweep of the deployment in force', async () => {
    const sent: Array<Readonly<{ passedOn?: number | undefined }>> = [];
    const delays: Array<number | undefined> = [];
    const queues = {
      enqueueDelivery: async (message: object, _lane: unknown, delayMs?: number) => {
        sent.push(message);
        delays.push(delayMs);
      },
      enqueueChanges: async (message: object, delayMs?: number) => {
        sent.push(message);
        delays.push(delayMs);
      },
      enqueueAudit: async () => undefined,
    };
    const delivery = { feed: 'hr', source: 's', deliveryId: 'd' } as const;
    for (let hop = 0; hop < 20; hop += 1)
      await passDeliveryOn({ queues }, { ...delivery, ...sent.at(-1) }, 'urgent');
    expect(sent.map(({ passedOn }) => passedOn)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    sent.length = 0;
    for (let hop = 0; hop < 20; hop += 1)
      await passRunOn({ queues }, { organization: 'acme', booking: 'b', ...sent.at(-1) });
    expect(sent).toHaveLength(9);
    expect(sent.at(-1)).toEqual({ organization: 'acme', booking: 'b', passedOn: 9 });
    expect(new Set(delays)).toEqual(new Set([5_000]));
  });
});
