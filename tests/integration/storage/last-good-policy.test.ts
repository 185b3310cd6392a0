import { afterAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, errorCodeOf } from '../../../shared/errors';
import type { PolicyVersion } from '../../../shared/domain/policy-version';
import { createPolicyArchive } from '../../../shared/storage/evidence/policy-archive';
import { createPolicyStore } from '../../../shared/storage/last-good-policy';
import { errorOf } from '../../fakes/error-of';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();
const folders: string[] = [];
afterAll(async () => {
  await Promise.all(folders.map(async (folder) => rm(folder, { recursive: true })));
});

type Place = Readonly<{
  location: Parameters<typeof createPolicyStore>[0]['location'];
  put: (text: string) => Promise<void>;
  remove: () => Promise<void>;
}>;

async function aBlob(): Promise<Place> {
  const container = newName('policies');
  const blob = (await storage().container(container)).getBlockBlobClient('live/policy.yaml');
  return {
    location: { kind: 'blob', container, blob: 'live/policy.yaml' },
    put: async (text) => {
      await blob.uploadData(Buffer.from(text));
    },
    remove: async () => {
      await blob.delete();
    },
  };
}

async function aFile(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'policy-'));
  folders.push(folder);
  const path = join(folder, 'policy.yaml');
  return {
    location: { kind: 'file', path },
    put: async (text) => writeFile(path, text),
    remove: async () => rm(path),
  };
}

describe('a version that comes into force', () => {
  it('is told with what its blob says of who put it there and when, and archived once', async () => {
    const container = newName('policies');
    const blob = (await storage().container(container)).getBlockBlobClient('policy.yaml');
    const put = await blob.uploadData(Buffer.from('one'), { metadata: { author: 'ana', token: 'x' } });
    const versions: PolicyVersion[] = [];
    const archive = createPolicyArchive(storage());
    const { inForce: policy } = createPolicyStore<string>({
      storage: storage(),
      location: { kind: 'blob', container, blob: 'policy.yaml' },
      parse: (text) => text,
      bringIntoForce: async (version) => {
        versions.push(version);
        await archive.keep(version);
        await archive.keep({ ...version, text: 'another' });
      },
      clock: { now: () => 0 },
      onFault: () => undefined,
    });
    expect(await policy()).toBe('one');
    const hash = createHash('sha256').update('one').digest('hex');
    expect(versions).toEqual([
      {
        hash,
        text: 'one',
        origin: {
          kind: 'blob',
          name: `${container}/policy.yaml`,
          etag: put.etag,
          modifiedMs: put.lastModified?.getTime(),
          said: { author: 'ana' },
        },
      },
    ]);
    expect(await archive.read(hash)).toEqual({ kind: 'sound', text: 'one' });
    expect(await archive.read('0'.repeat(64))).toEqual({ kind: 'missing' });
  });

  it('is told with the name and time of its file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'policy-'));
    folders.push(folder);
    const path = join(folder, 'policy.yaml');
    await writeFile(path, 'one');
    await utimes(path, 5, 7);
    const origins: unknown[] = [];
    const { inForce: policy } = createPolicyStore<string>({
      storage: storage(),
      location: { kind: 'file', path },
      parse: (text) => text,
      bringIntoForce: async ({ origin }) => {
        origins.push(origin);
      },
      clock: { now: () => 0 },
      onFault: () => undefined,
    });
    await policy();
    expect(origins).toEqual([{ kind: 'file', name: 'policy.yaml', modifiedMs: 7_000 }]);
  });
});

/** A store of a policy that is good unless it says `bad`. */
function open(location: Place['location']) {
  let nowMs = 0;
  const faults: unknown[] = [];
  const parsed: string[] = [];
  const { inForce: policy, standing } = createPolicyStore<string>({
    storage: storage(),
    location,
    parse: (text, fileName) => {
      parsed.push(fileName);
      if (text.includes('bad')) throw new AppError('policy-invalid', 'Bad');
      return text;
    },
    bringIntoForce: async ({ text }) => {
      if (text.includes('unrecorded')) throw new AppError('evidence-unavailable', 'No');
    },
    clock: { now: () => nowMs },
    onFault: (error) => faults.push(errorCodeOf(error)),
  });
  return {
    policy,
    standing: async () => {
      const found = await standing();
      return found.kind === 'kept' ? `kept: ${errorCodeOf(found.error)}` : found.kind;
    },
    parsed,
    faults,
    advance: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe.each([
  ['a blob', aBlob],
  ['a file', aFile],
])('the policy in %s', (_kind, create) => {
  it('is read, kept for a minute, and then read again', async () => {
    const place = await create();
    await place.put('one');
    const store = open(place.location);
    expect(await store.policy()).toBe('one');
    expect(store.parsed).toEqual(['policy.yaml']);
    await place.put('two');
    store.advance(59_999);
    expect(await store.policy()).toBe('one');
    store.advance(1);
    expect(await store.policy()).toBe('two');
  });

  it.each([
    ['that contradicts itself', async (place: Place) => place.put('bad'), 'policy-invalid'],
    ['that is gone', async (place: Place) => place.remove(), 'policy-unavailable'],
  ])('keeps the last good version in force beside one %s, and says so', async (_fault, spoil, code) => {
    const place = await create();
    await place.put('one');
    const store = open(place.location);
    await store.policy();
    await spoil(place);
    store.advance(60_000);
    expect(await store.policy()).toBe('one');
    expect(store.faults).toEqual([code]);
    await place.put('three');
    store.advance(60_000);
    expect(await store.policy()).toBe('three');
    expect(store.faults).toHaveLength(1);
  });

  it('stands to what is in force as the file says now, and is not brought into force by the question', async () => {
    const place = await create();
    await place.put('one');
    const store = open(place.location);
    expect(await store.standing()).toBe('newer');
    await store.policy();
    expect(await store.standing()).toBe('in-force');
    await place.put('bad');
    expect(await store.standing()).toBe('kept: policy-invalid');
    await place.put('two');
    expect([await store.standing(), await store.policy()]).toEqual(['newer', 'one']);
    await place.put('unrecorded');
    expect(await store.standing()).toBe('newer');
    store.advance(60_000);
    expect([await store.policy(), await store.standing()]).toEqual(['one', 'kept: evidence-unavailable']);
    await place.put('two');
    store.advance(60_000);
    expect([await store.policy(), await store.standing()]).toEqual(['two', 'in-force']);
    await place.remove();
    expect((await errorOf(store.standing)).code).toBe('policy-unavailable');
  });

  it('refuses to work without a good version, and takes the first one that comes', async () => {
    const place = await create();
    const store = open(place.location);
    expect((await errorOf(store.policy)).code).toBe('policy-unavailable');
    await place.put('bad');
    expect((await errorOf(store.policy)).code).toBe('policy-invalid');
    await place.put('good');
    expect(await store.policy()).toBe('good');
  });

  it('that is empty is read as nothing', async () => {
    const place = await create();
    await place.put('');
    expect(await open(place.location).policy()).toBe('');
  });

  it('that is too large is read no further than that shows', async () => {
    const place = await create();
    const limit = 524_288;
    await place.put('x'.repeat(limit));
    const store = open(place.location);
    expect(await store.policy()).toHaveLength(limit);
    await place.put('x'.repeat(3 * limit));
    store.advance(60_000);
    expect(await store.policy()).toHaveLength(limit + 1);
  });

  it('that was refused is not parsed again while it stays the same', async () => {
    const place = await create();
    const store = open(place.location);
    await place.put('bad');
    expect((await errorOf(store.policy)).code).toBe('policy-invalid');
    expect((await errorOf(store.policy)).code).toBe('policy-invalid');
    expect(store.parsed).toHaveLength(1);
    await place.put('good');
    expect(await store.policy()).toBe('good');
    await place.put('bad');
    store.advance(60_000);
    expect(await store.policy()).toBe('good');
    expect(store.faults).toEqual(['policy-invalid']);
    expect(store.parsed).toHaveLength(2);
  });

  it('is read once for many who ask at the same time', async () => {
    const place = await create();
    await place.put('one');
    const store = open(place.location);
    expect(await Promise.all([store.policy(), store.policy(), store.policy()])).toEqual([
      'one',
      'one',
      'one',
    ]);
    expect(store.parsed).toHaveLength(1);
  });
});
