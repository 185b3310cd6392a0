import type { ContainerClient } from '@azure/storage-blob';
import { describe, expect, it } from '@jest/globals';
import { errorCodeOf } from '../../../shared/errors';
import { createWriterLeases, type Repeat, type WriterLeases } from '../../../shared/storage/writer-lease';
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

  it('outlives the longest call: it is asked for with sixty seconds', async () => {
    const organization = newName('acme');
    let seconds = 0;
    const account = storage();
    const leases = createWriterLeases(
      { container: async (name) => spyOnLease(await account.container(name), (asked) => (seconds = asked)) },
      { now: () => 0 },
    );
    await leases.acquire(organization);
    expect(seconds).toBe(60);
  });

  it('is renewed in the background while a step takes long, and no more once it is released', async () => {
    const organization = newName('acme');
    const timer = manualTimer();
    let nowMs = 0;
    const lease = await createWriterLeases(storage(), { now: () => nowMs }, timer.repeat).acquire(
      organization,
    );
    nowMs = 4_000;
    await timer.pass();
    nowMs = 8_000;
    await expire(organization);
    // Renewed four seconds ago: no call is made, so that what happened to it meanwhile is not seen yet.
    await expect(lease?.renew()).resolves.toBeUndefined();
    await lease?.release();
    expect(timer.running()).toBe(0);
  });

  it('that is lost in the background ends the calls that are on their way, and every later step', async () => {
    const organization = newName('acme');
    const timer = manualTimer();
    const lease = await createWriterLeases(storage(), { now: () => 0 }, timer.repeat).acquire(organization);
    await expire(organization);
    expect(await leasesAt().acquire(organization)).toBeDefined();
    expect(lease?.signal.aborted).toBe(false);
    await timer.pass();
    expect(lease?.signal.aborted).toBe(true);
    expect((await errorOf(async () => lease?.renew())).code).toBe('lease-lost');
  });

  it.each([
    ['within its time', 49_999, undefined],
    ['at the end of its time', 50_000, 'lease-lost'],
  ])('that cannot be renewed while storage is away is held %s', async (_when, nowMs, code) => {
    const organization = newName('acme');
    let isAway = false;
    const account = storage();
    let timeMs = 0;
    const leases = createWriterLeases(
      {
        container: async (name) =>
          spyOnLease(
            await account.container(name),
            () => undefined,
            () => isAway,
          ),
      },
      { now: () => timeMs },
    );
    const lease = await leases.acquire(organization);
    isAway = true;
    timeMs = nowMs;
    const renewed = lease?.renew().then(
      () => undefined,
      (error: unknown) => errorCodeOf(error),
    );
    expect(await renewed).toBe(code);
    await lease?.release();
  });
});

describe('a renewal in the background', () => {
  const BACKGROUND_MS = 10_000;

  /** Whoever renews without an answer is not waited for. */
  const unanswered = createUnanswered();

  /** A lease whose renewals come to what `renew` says, with a step that takes long: the timer alone looks after it. */
  async function aLongStep(renew: (atMs: number) => Promise<void>) {
    const timer = manualTimer();
    const account = storage();
    let nowMs = 0;
    const lease = await createWriterLeases(
      {
        container: async (name) =>
          spyOnLease(
            await account.container(name),
            () => undefined,
            () => false,
            async () => renew(nowMs),
          ),
      },
      { now: () => nowMs },
      timer.repeat,
    ).acquire(newName('long-step'));
    if (lease === undefined) throw new Error('It is held by nobody');
    return {
      lease,
      everyMs: timer.everyMs(),
      pass: async (untilMs: number) => {
        while (nowMs < untilMs) {
          nowMs += BACKGROUND_MS;
          await Promise.race([timer.pass(), unanswered.asked]);
        }
      },
    };
  }

  it('comes often enough that it may fail four times', async () => {
    expect((await aLongStep(async () => undefined)).everyMs).toBe(BACKGROUND_MS);
  });

  it('that fails once is made good by the next', async () => {
    const { lease, pass } = await aLongStep(async (atMs) => {
      if (atMs === 30_000) throw new Error('503');
    });
    await pass(300_000);
    expect(lease.signal.aborted).toBe(false);
    await expect(lease.renew()).resolves.toBeUndefined();
  });

  it.each([
    ['is refused', async (): Promise<void> => Promise.reject(new Error('503'))],
    ['is never answered', unanswered.call],
  ])('that %s for good ends the calls on their way before the lease ends', async (_how, renew) => {
    const { lease, pass } = await aLongStep(renew);
    await pass(40_000);
    expect(lease.signal.aborted).toBe(false);
    await pass(50_000);
    expect(lease.signal.aborted).toBe(true);
    expect((await errorOf(async () => lease.renew())).code).toBe('lease-lost');
  });
});

/** A call that is never answered; `asked` is done once it was made. */
function createUnanswered() {
  let ask = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  return {
    asked,
    call: async (): Promise<void> => {
      ask();
      return new Promise(() => undefined);
    },
  };
}

/** A timer that passes when the test says so. */
function manualTimer() {
  const acts = new Set<() => Promise<void>>();
  let askedMs = 0;
  const repeat: Repeat = (act, everyMs) => {
    askedMs = everyMs;
    acts.add(act);
    return () => acts.delete(act);
  };
  return {
    repeat,
    running: () => acts.size,
    everyMs: () => askedMs,
    pass: async () => {
      for (const act of acts) await act();
    },
  };
}

/** A container whose leases are as real ones, seen by the test, and whose service may be away. */
function spyOnLease(
  container: ContainerClient,
  see: (seconds: number) => void,
  isAway: () => boolean = () => false,
  renew: () => Promise<void> = async () => undefined,
): ContainerClient {
  const client = {
    getBlockBlobClient: (name: string) => {
      const blob = container.getBlockBlobClient(name);
      return {
        upload: blob.upload.bind(blob),
        getBlobLeaseClient: () => {
          const lease = blob.getBlobLeaseClient();
          return {
            acquireLease: async (seconds: number) => {
              see(seconds);
              return lease.acquireLease(seconds);
            },
            renewLease: async () => {
              if (isAway()) throw new Error('The service is away');
              await renew();
              return lease.renewLease();
            },
            releaseLease: async () => lease.releaseLease(),
          };
        },
      };
    },
  };
  return client as unknown as ContainerClient;
}
