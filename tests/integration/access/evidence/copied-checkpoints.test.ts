import { BlobServiceClient, ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { startAzurite, type Azurite } from '../../../../sandbox/azurite';
import { sandboxEvidenceKeys } from '../../../../sandbox/evidence-key';
import { copyCheckpoints } from '../../../../shared/access/ledger/copy-checkpoints';
import { proveNight } from '../../../../shared/access/ledger/prove-night';
import { DAY_MS } from '../../../../shared/domain/durations';
import { openCheckpoint, signCheckpoint } from '../../../../shared/domain/evidence/checkpoint';
import { emptyPersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { AppError } from '../../../../shared/errors';
import type { StorageAccount } from '../../../../shared/storage/storage-account';
import { openDyingStorage } from '../../../fixtures/dying-storage';
import { openMemoryStorage } from '../../../fixtures/memory-storage/open';
import { ACME, depsOn } from '../../../tamper/organization';
import { contentsOf, storageWith } from '../../../tamper/tampered-storage';

const ADDRESS = 'https://elsewhere.blob.core.windows.net/checkpoints';
const ORGANIZATION = { ...ACME, checkpoints: ADDRESS };
const SUBJECT = personSubject('acme', 'a'.repeat(32));

/** The other account, through the SDK as it is. */
let azurite: Azurite;
let elsewhere: ContainerClient;
let storage: StorageAccount;
let nowMs: number;
let containers = 0;
beforeAll(async () => {
  azurite = await startAzurite();
}, 60_000);
afterAll(async () => azurite.close());
beforeEach(async () => {
  containers += 1;
  elsewhere = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(
    `checkpoints${containers}`,
  );
  await elsewhere.create();
  storage = openMemoryStorage();
  nowMs = Date.parse('2026-03-02T02:00:00Z');
});

async function night(on: StorageAccount = storage) {
  nowMs += DAY_MS;
  const { ledger } = depsOn(storage);
  const evidence = [{ kind: 'k', atMs: nowMs, policyHash: 'p', facts: {} }];
  await ledger.write(SUBJECT, emptyPersonLedger('ana@acme.example'), await ledger.read(SUBJECT), evidence);
  return proveNight(depsOn(on, elsewhere), ORGANIZATION, { nowMs, mayGoOn: () => undefined });
}

async function keptIn(container: ContainerClient): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for await (const { name } of container.listBlobsFlat())
    found[name] = (await container.getBlobClient(name).downloadToBuffer()).toString('utf8');
  return found;
}
const kept = async () => keptIn(elsewhere);

type Over = Partial<Pick<ContainerClient, 'listBlobsFlat' | 'getBlockBlobClient'>>;
/** A container of which some calls do what these do. */
const containerWith = (container: ContainerClient, over: Over): ContainerClient =>
  new Proxy(container, {
    get: (target, key) => {
      const member: unknown = Reflect.get(over, key) ?? Reflect.get(target, key);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
const nameOf = (size: number): string => `${ACME.origin}/${String(size).padStart(16, '0')}`;
const write = async (name: string, text: string) =>
  elsewhere.getBlockBlobClient(name).upload(text, Buffer.byteLength(text));
const waiting = async () => depsOn(storage).uncopiedCheckpoints.sizes('acme');

describe('the container elsewhere', () => {
  it('gets each checkpoint once, as it was signed', async () => {
    const [first, second] = [await night(), await night()];
    expect(await kept()).toEqual({ [nameOf(1)]: first.checkpoint, [nameOf(2)]: second.checkpoint });
    expect(openCheckpoint(second.checkpoint ?? '', ACME.origin, sandboxEvidenceKeys)?.size).toBe(2);
    expect([first, second].map(({ uncopied, faults }) => [uncopied, faults])).toEqual([
      [undefined, []],
      [undefined, []],
    ]);
    expect(await waiting()).toEqual([]);
    // Nothing happened since: the same checkpoint, which is there.
    const again = await proveNight(depsOn(storage, elsewhere), ORGANIZATION, {
      nowMs,
      mayGoOn: () => undefined,
    });
    expect([again.checkpoint, again.uncopied]).toEqual([second.checkpoint, undefined]);
    expect(Object.keys(await kept())).toHaveLength(2);
  });

  it('gets nothing where the policy names none, and nothing waits for one', async () => {
    nowMs += DAY_MS;
    await night();
    const { ledger } = depsOn(storage);
    await ledger.appendEvidence(SUBJECT, [{ kind: 'k', atMs: 1, policyHash: 'p', facts: {} }]);
    const { checkpoint } = await proveNight(depsOn(storage, elsewhere), ACME, {
      nowMs,
      mayGoOn: () => undefined,
    });
    expect(openCheckpoint(checkpoint ?? '', ACME.origin, sandboxEvidenceKeys)?.size).toBe(2);
    expect(Object.keys(await kept())).toEqual([nameOf(1)]);
    expect(await waiting()).toEqual([]);
  });

  it('gets what it missed, once it is there again', async () => {
    await elsewhere.delete();
    for (const count of [1, 2])
      expect((await night()).uncopied).toEqual({ place: ADDRESS, count, code: 'checkpoint-refused' });
    expect(await waiting()).toEqual([1, 2]);
    await elsewhere.create();
    expect((await night()).uncopied).toBeUndefined();
    expect(Object.keys(await kept())).toEqual([nameOf(1), nameOf(2), nameOf(3)]);
    expect(await waiting()).toEqual([]);
  });

  it('is said to be unavailable where nobody answers, and the night is proven all the same', async () => {
    elsewhere = new ContainerClient('http://127.0.0.1:1/account/checkpoints', undefined, {
      retryOptions: { maxTries: 1 },
    });
    const { uncopied, faults, checkpoint } = await night();
    expect(uncopied).toEqual({ place: ADDRESS, count: 1, code: 'checkpoint-unavailable' });
    expect([faults, checkpoint === undefined]).toEqual([[], false]);
  });

  it('keeps what is there: another text under the name of a checkpoint is no checkpoint', async () => {
    await write(nameOf(1), 'mine');
    expect((await night()).uncopied).toEqual({ place: ADDRESS, count: 1, code: 'checkpoint-refused' });
    expect(await kept()).toEqual({ [nameOf(1)]: 'mine' });
    expect(await waiting()).toEqual([1]);
  });

  it('gets all others where somebody has put another text under the name of one that was to come', async () => {
    await write(nameOf(1), 'mine');
    for (let at = 0; at < 3; at += 1)
      expect((await night()).uncopied).toEqual({ place: ADDRESS, count: 1, code: 'checkpoint-refused' });
    expect(Object.keys(await kept())).toEqual([nameOf(1), nameOf(2), nameOf(3)]);
    expect(await waiting()).toEqual([1]);
  });

  it('takes one that is there with the signature of another key for the same', async () => {
    const { checkpoint = '' } = await night();
    const { size = 0, root = Buffer.alloc(0) } =
      openCheckpoint(checkpoint, ACME.origin, sandboxEvidenceKeys) ?? {};
    const note = signCheckpoint({ origin: ACME.origin, size, root }, [
      sandboxEvidenceKeys[0],
      { signing: Buffer.alloc(32, 7) },
    ]);
    expect(await copyCheckpoints(depsOn(storage, elsewhere), ORGANIZATION, { size, note })).toEqual({
      different: [],
    });
    expect(await kept()).toEqual({ [nameOf(1)]: checkpoint });
    expect(await waiting()).toEqual([]);
  });

  it('gets a hundred in a night: its own, and the oldest', async () => {
    const deps = depsOn(storage, elsewhere);
    const root = Buffer.alloc(32, 1);
    const noteOf = (size: number): string =>
      signCheckpoint({ origin: ACME.origin, size, root }, sandboxEvidenceKeys);
    for (let size = 1; size <= 101; size += 1)
      await deps.uncopiedCheckpoints.note('acme', size, noteOf(size));
    const published = { size: 102, note: noteOf(102) };
    expect(await copyCheckpoints(deps, ORGANIZATION, published)).toMatchObject({
      uncopied: { count: 2, code: 'turn-over' },
    });
    expect(await waiting()).toEqual([100, 101]);
    expect(Object.keys(await kept())).toContain(nameOf(102));
    expect(await copyCheckpoints(deps, ORGANIZATION, published)).toEqual({ different: [] });
    expect(Object.keys(await kept())).toHaveLength(102);
  });
});

describe('a container that is slow', () => {
  it('gets as many as there is time for, and keeps nothing else from its end', async () => {
    const deps = depsOn(storage, elsewhere);
    const root = Buffer.alloc(32, 1);
    const noteOf = (size: number): string =>
      signCheckpoint({ origin: ACME.origin, size, root }, sandboxEvidenceKeys);
    for (const size of [1, 2, 3, 4]) await deps.uncopiedCheckpoints.note('acme', size, noteOf(size));
    let asked = 0;
    const mayGoOn = (): void => {
      asked += 1;
      if (asked === 2) throw new AppError('turn-over', 'There is no time');
    };
    expect(await copyCheckpoints(deps, ORGANIZATION, undefined, mayGoOn)).toEqual({
      different: [],
      uncopied: { place: ADDRESS, count: 2, code: 'turn-over' },
    });
    expect(await waiting()).toEqual([3, 4]);
    expect(Object.keys(await kept())).toEqual([nameOf(1), nameOf(2)]);
  });

  it('is told of where it does not answer before its newest checkpoint was found', async () => {
    await night();
    const before = elsewhere;
    const listBlobsFlat = (): never => {
      throw new Error('Nobody answered in time');
    };
    elsewhere = containerWith(before, { listBlobsFlat });
    const { uncopied, faults, checkpoint } = await night();
    expect(uncopied).toEqual({ place: ADDRESS, count: 0, code: 'checkpoint-unavailable' });
    expect([faults, Object.values(await keptIn(before))[1]]).toEqual([[], checkpoint]);
  });
});

describe('a night that dies', () => {
  it('leaves out no checkpoint, at whichever write it was', async () => {
    const counted = openDyingStorage(storage);
    await night(counted);
    const { writes } = counted.calls;
    expect(writes).toBeGreaterThan(6);
    for (let at = 1; at <= writes; at += 1) {
      const before = (await waiting()).length;
      expect(before).toBe(0);
      await Promise.allSettled([night(openDyingStorage(storage, { at, isDone: true }))]);
      const { checkpoint, uncopied, faults } = await night();
      expect([uncopied, faults]).toEqual([undefined, []]);
      expect(Object.values(await kept())).toContain(checkpoint);
      const { published } = await depsOn(storage).evidenceLog.read('acme');
      expect(Object.values(await kept())).toContain(published?.note);
    }
  });
});

describe('somebody with access to the storage account', () => {
  it('puts nothing of their own into the container elsewhere', async () => {
    await night();
    const deps = depsOn(storage, elsewhere);
    await deps.uncopiedCheckpoints.note('acme', 7, 'mine');
    const forged = { origin: ACME.origin, size: 8, root: Buffer.alloc(32, 1) };
    await deps.uncopiedCheckpoints.note(
      'acme',
      8,
      signCheckpoint(forged, [{ signing: Buffer.alloc(32, 7) }]),
    );
    expect((await night()).uncopied).toEqual({ place: ADDRESS, count: 2, code: 'record-unreadable' });
    expect(Object.keys(await kept())).toEqual([nameOf(1), nameOf(2)]);
  });

  it('is found by the next night where they put the whole account back', async () => {
    await night();
    const before = await contentsOf(storage);
    await night();
    storage = await storageWith(before);
    await write(`${ACME.origin}/zzz`, 'mine');
    nowMs += DAY_MS;
    const back = await proveNight(depsOn(storage, elsewhere), ORGANIZATION, {
      nowMs,
      mayGoOn: () => undefined,
    });
    expect(back.faults).toEqual([{ subject: 'log', kind: 'anchor', at: 2 }]);
    expect(back).not.toHaveProperty('checkpoint');
  });

  it('is found also where they put other notes over the newest one there', async () => {
    const { checkpoint: first = '' } = await night();
    const before = await contentsOf(storage);
    await night();
    storage = await storageWith(before);
    await write(nameOf(900), 'mine');
    await write(nameOf(901), first);
    nowMs += DAY_MS;
    const back = await proveNight(depsOn(storage, elsewhere), ORGANIZATION, {
      nowMs,
      mayGoOn: () => undefined,
    });
    expect(back.faults).toEqual([{ subject: 'log', kind: 'anchor', at: 2 }]);
  });

  it('is told of where they put so many there that the newest one is not found', async () => {
    await night();
    await Promise.all(Array.from({ length: 100 }, async (_, at) => write(nameOf(900 + at), 'mine')));
    const { faults, uncopied, checkpoint } = await night();
    expect(uncopied).toEqual({ place: ADDRESS, count: 0, code: 'checkpoint-refused' });
    expect([faults, checkpoint === undefined]).toEqual([[], false]);
  });

  it('is found also behind a blob that the application cannot read', async () => {
    await night();
    const before = await contentsOf(storage);
    await night();
    storage = await storageWith(before);
    await write(nameOf(900), 'mine');
    const back = async () => {
      nowMs += DAY_MS;
      return proveNight(depsOn(storage, elsewhere), ORGANIZATION, { nowMs, mayGoOn: () => undefined });
    };
    const whole = elsewhere;
    // As one that is archived, or was encrypted with a key of whoever put it there.
    const refused = Object.assign(new Error('BlobArchived'), { statusCode: 409 });
    elsewhere = containerWith(whole, {
      getBlockBlobClient: (name) => {
        const blob = whole.getBlockBlobClient(name);
        if (name === nameOf(900)) blob.getProperties = async () => Promise.reject(refused);
        return blob;
      },
    });
    expect((await back()).faults).toEqual([{ subject: 'log', kind: 'anchor', at: 2 }]);
    for (const size of [1, 2]) await whole.deleteBlob(nameOf(size));
    expect((await back()).uncopied).toEqual({ place: ADDRESS, count: 0, code: 'checkpoint-refused' });
  });

  it('keeps no night from its own checkpoint by others that wait', async () => {
    const { ledger, uncopiedCheckpoints } = depsOn(storage, elsewhere);
    const evidence = Array.from({ length: 149 }, () => ({ kind: 'k', atMs: 1, policyHash: 'p', facts: {} }));
    await ledger.write(SUBJECT, emptyPersonLedger('ana@acme.example'), undefined, evidence);
    for (let size = 1; size <= 120; size += 1) await uncopiedCheckpoints.note('acme', size, 'mine');
    const { checkpoint, uncopied } = await night();
    expect(uncopied).toEqual({ place: ADDRESS, count: 120, code: 'record-unreadable' });
    expect(await kept()).toEqual({ [nameOf(150)]: checkpoint });
  });

  it('is found where the log is another one of the same size', async () => {
    const { checkpoint = '' } = await night();
    storage = openMemoryStorage();
    nowMs += 1;
    expect((await night()).faults).toEqual([{ subject: 'log', kind: 'anchor', at: 1 }]);
    expect(await kept()).toEqual({ [nameOf(1)]: checkpoint });
    const deps = depsOn(storage, elsewhere);
    const note = signCheckpoint(
      { origin: ACME.origin, size: 1, root: Buffer.alloc(32, 1) },
      sandboxEvidenceKeys,
    );
    expect(await copyCheckpoints(deps, ORGANIZATION, { size: 1, note })).toEqual({ different: [1] });
    expect(await waiting()).toEqual([1]);
  });

  it('is told nothing by a container with notes of somebody else', async () => {
    await write(nameOf(900), 'mine');
    const { faults, uncopied } = await night();
    expect([faults, uncopied]).toEqual([[], undefined]);
  });
});
