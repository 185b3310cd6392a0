import { describe, expect, it } from '@jest/globals';
import { readStatus, type ReadStatusDeps } from '../../../../shared/access/desk/read-status';
import { askedAtTimes } from '../../../../shared/access/run-readiness-checks';
import { whatToSeeTo } from '../../../../shared/domain/desk/organization-status';
import { AppError } from '../../../../shared/errors';
import { anOrganization } from '../../../fixtures/builders/organizations';

const NOW_MS = Date.UTC(2026, 2, 2);
const organization = anOrganization({ alias: 'acme' });
const other = anOrganization({ alias: 'globex' });
const never = new Promise<never>(() => undefined);
const night = {
  night: '202603010200',
  takenAtMs: NOW_MS - 1,
  result: 'green',
  open: { critical: 0, high: 0, medium: 0, low: 0 },
  waived: 0,
  unknown: 0,
} as const;
const check = (name: string, code?: string) => ({
  name,
  ok: code === undefined,
  ...(code === undefined ? {} : { code }),
});

/** An organization in which nothing is to be done. Sleeping takes a tick. */
function stored(overrides: Partial<ReadStatusDeps> = {}): ReadStatusDeps {
  return {
    policy: async () => ({
      hash: 'new',
      organizations: new Map([organization, other].map((one) => [one.alias, one])),
      sources: [],
    }),
    ledger: {
      read: async () => undefined,
      evidence: async () => ({ records: [], head: { seq: 0, hash: '' }, edited: [], state: 'fits' }),
    },
    reports: { list: async () => [night] },
    holds: { list: async () => [] },
    changes: { listMarks: async () => [] },
    pauses: { get: async () => undefined },
    backoffs: { list: async () => [] },
    formatOf: () => undefined,
    deliveries: { listPending: async () => [], lastReceivedMs: async () => undefined },
    heartbeats: {
      ignoredByDay: async () => new Map(),
      reusedByDay: async () => new Map(),
      namedMs: async () => undefined,
    },
    deadDeliveries: { list: async () => [] },
    refusedChanges: { list: async () => [] },
    requests: { list: async () => [] },
    readiness: async () => ({ atMs: NOW_MS, readiness: { checks: [check('storage')] } }),
    callsLeft: async () => ({ GET: 1, PUT: 2 }),
    clock: {
      now: () => NOW_MS,
      sleep: async (ms) =>
        new Promise((resolve) => {
          setTimeout(resolve, ms / 100);
        }),
    },
    ...overrides,
  };
}

describe('how an organization stands', () => {
  it('asks nobody for anything where all is well', async () => {
    const status = await readStatus(stored(), organization);
    expect(status).toMatchObject({ organization: 'acme', audit: { kind: 'known', value: night } });
    expect(whatToSeeTo(status)).toEqual([]);
  });

  it('tells every other part where one fails or does not come in time', async () => {
    const status = await readStatus(
      stored({
        holds: {
          list: async () => {
            throw new AppError('storage-unavailable', 'down');
          },
        },
        callsLeft: async () => never,
        readiness: async () => never,
      }),
      organization,
    );
    expect(status).toMatchObject({
      holds: { kind: 'unknown', code: 'storage-unavailable' },
      callsLeft: { kind: 'unknown', code: 'not-in-time' },
      readiness: { kind: 'unknown', code: 'not-in-time' },
      audit: { kind: 'known' },
    });
    expect(whatToSeeTo(status)).toHaveLength(3);
  });

  it('counts a hold that somebody declined among nothing that waits', async () => {
    const hold = {
      hash: 'a',
      state: 'held',
      guards: [],
      removals: [{ groupId: 'g', groupName: 'G', personKey: 'p', memberId: 'm', why: [] }],
      heldAtMs: NOW_MS,
      expiresAtMs: NOW_MS + 1,
      releasedBy: undefined,
      releasedAtMs: undefined,
    } as const;
    const declined = { ...hold, declined: { by: 'Maria Lead', reason: 'half a file', atMs: NOW_MS } };
    const status = await readStatus(stored({ holds: { list: async () => [declined, hold] } }), organization);
    expect(status.holds).toEqual({ kind: 'known', value: { count: 1, removals: 1 } });
  });

  it('tells the failed checks of this organization and of what all share', async () => {
    const checks = [
      check('storage', 'storage-unavailable'),
      check('token:acme', 'x'),
      { ...check('organization:acme', 'z'), skipped: ['token:acme'] },
      ...['token:', 'groups:', 'quota:', 'mode:', 'notify:'].map((what) => check(`${what}globex`, 'y')),
      check('notify:globex/team', 'y'),
      check('policy'),
    ];
    const readiness = async () => ({ atMs: 1, readiness: { checks } });
    expect((await readStatus(stored({ readiness }), organization)).readiness).toEqual({
      kind: 'known',
      value: {
        atMs: 1,
        checks: 4,
        faults: [
          { name: 'storage', code: 'storage-unavailable' },
          { name: 'token:acme', code: 'x' },
        ],
      },
    });
  });

  it.each([
    ['none has ended', [], 'no audit has ended yet'],
    [
      'it is old',
      [{ ...night, takenAtMs: NOW_MS - 3 * 86_400_000 }],
      'the last audit is older than two days',
    ],
    [
      'something is open',
      [{ ...night, open: { ...night.open, low: 1 } }],
      '1 open finding of the last audit',
    ],
    ['a part was not read', [{ ...night, unknown: 1 }], 'the last audit could not read 1 part'],
  ])('has somebody look at the audit where %s', async (_why, nights, word) => {
    expect(
      whatToSeeTo(await readStatus(stored({ reports: { list: async () => nights } }), organization)),
    ).toEqual([word]);
  });
});

describe('readiness for whoever asks again and again', () => {
  it('is asked once in half a minute, by many at once too, and anew after a failure', async () => {
    let nowMs = 0;
    let runs = 0;
    const ask = askedAtTimes(
      async () => {
        runs += 1;
        if (runs === 3) throw new Error('down');
        return [];
      },
      { now: () => nowMs },
    );
    await Promise.all([ask(), ask()]);
    nowMs = 29_999;
    expect(await ask()).toMatchObject({ atMs: 0 });
    expect(runs).toBe(1);
    nowMs = 30_000;
    expect(await ask()).toMatchObject({ atMs: 30_000, readiness: { ready: true } });
    nowMs = 60_000;
    await expect(ask()).rejects.toThrow('down');
    expect(await ask()).toMatchObject({ atMs: 60_000 });
    expect(runs).toBe(4);
  });
});
