import { describe, expect, it } from '@jest/globals';
import { createWriterLeases, type WriterLeases } from '../../../shared/storage/writer-lease';
import { errorOf } from '../../fakes/error-of';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();

function leasesAt(clock: Readonly<{ now: () => number }> = { now: () => 0 }): WriterLeases {
  return createWriterLeases(storage(), clock);
}

/** What the end of the lease's time does, at once: whoever asks next gets it. */
async function expire(organization: string): Promise<void> {
  const container = await storage().container('leases');
  await container.getBlockBlobClient(organization).getBlobLeaseClient().breakLease(0);
}

describe('the lease of an organization', () => {
  it('has one holder, whoever else asks, until it is given back', async () => {
    const organization = newName('acme');
    const held = await leasesAt().acquire(organization);
    expect(held).toBeDefined();
    expect(await leasesAt().acquire(organization)).toBeUndefined();
    expect(await leasesAt().acquire(`${organization}2`)).toBeDefined();
    await held?.release();
    expect(await leasesAt().acquire(organization)).toBeDefined();
  });

  it('goes to one of many who ask at the same moment for the first time', async () => {
    const organization = newName('acme');
    const answers = await Promise.all(
      Array.from({ length: 6 }, async () => leasesAt().acquire(organization)),
    );
    expect(answers.filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('is renewed while it is held', async () => {
    const organization = newName('acme');
    let nowMs = 0;
    const lease = await leasesAt({ now: () => nowMs }).acquire(organization);
    for (nowMs = 0; nowMs < 60_000; nowMs += 6_000) await lease?.renew();
    expect(await leasesAt().acquire(organization)).toBeUndefined();
  });

  it('that ended is taken over, and its former holder is told at the next step', async () => {
    const organization = newName('acme');
    let nowMs = 0;
    const former = await leasesAt({ now: () => nowMs }).acquire(organization);
    await expire(organization);
    expect(await leasesAt().acquire(organization)).toBeDefined();
    nowMs = 5_000;
    expect((await errorOf(async () => former?.renew())).code).toBe('lease-lost');
    await former?.release();
    expect(await leasesAt().acquire(organization)).toBeUndefined();
  });

  it('costs no call at every step: within five seconds it counts as held', async () => {
    const organization = newName('acme');
    let nowMs = 0;
    const lease = await leasesAt({ now: () => nowMs }).acquire(organization);
    await expire(organization);
    nowMs = 4_999;
    await lease?.renew();
    nowMs = 5_000;
    expect((await errorOf(async () => lease?.renew())).code).toBe('lease-lost');
  });
});
