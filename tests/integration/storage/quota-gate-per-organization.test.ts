import { sandboxSeal } from '../../../sandbox/evidence-key';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_QUOTA_RULES, type QuotaGate, type QuotaRules } from '../../../shared/domain/plan/quota';
import { createQuotaGates, type QuotaLedger } from '../../../shared/storage/quota-gate-per-organization';
import { openStorage, type StorageAccount } from '../../../shared/storage/storage-account';
import { startAzurite, type Azurite } from '../../../sandbox/azurite';
import { errorOf } from '../../fakes/error-of';

const START_MS = Date.parse('2026-03-02T08:00:00Z');
/** Ten PUT calls in a window, eight of them for everybody; forty POST calls. */
const RULES: Partial<QuotaRules> = {
  limits: { ...DEFAULT_QUOTA_RULES.limits, PUT: 20, POST: 80 },
};

let azurite: Azurite;
let storage: StorageAccount;
let nowMs: number;
let alias: string;
let number = 0;

beforeAll(async () => {
  azurite = await startAzurite();
  storage = openStorage(
    { kind: 'connection-string', connectionString: azurite.connectionString },
    sandboxSeal,
  );
});

afterAll(async () => {
  await azurite.close();
});

beforeEach(() => {
  nowMs = START_MS;
  number += 1;
  alias = `acme-${number}`;
});

/** An instance of the application; `account` lets a test stand between it and the table. */
function instance(account: Pick<StorageAccount, 'table' | 'seal'> = storage): QuotaLedger {
  return createQuotaGates({
    storage: account,
    clock: { now: () => nowMs },
    rulesOf: () => RULES,
    postBlock: 10,
  });
}

/** How many of these calls were granted; anything but a refusal for lack of quota is thrown. */
async function grantedOf(calls: ReadonlyArray<Promise<void>>): Promise<number> {
  const outcomes = await Promise.allSettled(calls);
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
  for (const { reason } of refused) expect(reason).toMatchObject({ code: 'quota-exhausted' });
  return outcomes.length - refused.length;
}

function puts(gate: QuotaGate, count: number): ReadonlyArray<Promise<void>> {
  return Array.from({ length: count }, async () => gate.spend('PUT'));
}

async function rowOf(method: string): Promise<Readonly<{ buckets: unknown; writes: string }>> {
  const row = await (await storage.table('quota')).getEntity(alias, method);
  return { ...(JSON.parse(String(row['json0'])) as { buckets: unknown }), writes: row.etag };
}

/** Counts what is sent to the table, and can put something in between. */
function observed(before: Readonly<{ write?: () => Promise<void> }> = {}): {
  account: Pick<StorageAccount, 'table' | 'seal'>;
  counts: { reads: number; writes: number };
} {
  const counts = { reads: 0, writes: 0 };
  const account: Pick<StorageAccount, 'table' | 'seal'> = {
    seal: sandboxSeal,
    table: async (name) => {
      const table = await storage.table(name);
      return new Proxy(table, {
        get: (target, property) => {
          const value: unknown = Reflect.get(target, property);
          if (typeof value !== 'function') return value;
          return async (...parameters: unknown[]): Promise<unknown> => {
            if (property === 'getEntity') counts.reads += 1;
            else {
              counts.writes += 1;
              await before.write?.();
            }
            return Reflect.apply(value, target, parameters);
          };
        },
      });
    },
  };
  return { account, counts };
}

describe('the quota of an organization', () => {
  it('is granted up to the share, then refused with the instant to come back', async () => {
    const gate = instance().forOrganization(alias, 'urgent');
    await expect(grantedOf(puts(gate, 10))).resolves.toBe(10);
    const error = await errorOf(async () => gate.spend('PUT'));
    expect(error).toMatchObject({ code: 'quota-exhausted', retryAtMs: START_MS + 310_000 });
    nowMs = START_MS + 310_000;
    await expect(gate.spend('PUT')).resolves.toBeUndefined();
  });

  it('keeps a reserve for the urgent lane', async () => {
    const gate = instance().forOrganization(alias);
    await expect(grantedOf(puts(gate, 12))).resolves.toBe(8);
    await expect(grantedOf(puts(gate.withLane('urgent'), 12))).resolves.toBe(2);
  });

  it('is counted per method and organization', async () => {
    const ledger = instance();
    await grantedOf(puts(ledger.forOrganization(alias, 'urgent'), 10));
    await expect(ledger.forOrganization(alias).spend('GET')).resolves.toBeUndefined();
    await expect(ledger.forOrganization(`${alias}-other`).spend('PUT')).resolves.toBeUndefined();
  });

  it('remains spent after a restart', async () => {
    await grantedOf(puts(instance().forOrganization(alias, 'urgent'), 7));
    const gate = instance().forOrganization(alias, 'urgent');
    await expect(gate.remaining('PUT')).resolves.toBe(3);
    await expect(grantedOf(puts(gate, 10))).resolves.toBe(3);
  });

  it('is not overspent by two instances at once', async () => {
    const gates = [instance(), instance()].map((ledger) => ledger.forOrganization(alias, 'urgent'));
    await expect(grantedOf(gates.flatMap((gate) => puts(gate, 10)))).resolves.toBe(10);
    expect((await rowOf('PUT')).buckets).toEqual([{ startMs: START_MS, count: 10 }]);
  });

  it('is not overspent by two instances that take turns', async () => {
    const gates = [instance(), instance()].map((ledger) => ledger.forOrganization(alias, 'urgent'));
    let granted = 0;
    for (let turn = 0; turn < 16; turn += 1) {
      nowMs += 4_000;
      granted += await grantedOf(gates.flatMap((gate) => puts(gate, 1)));
    }
    expect(granted).toBe(10);
  });

  it('is counted again when somebody else wrote in between', async () => {
    const other = instance().forOrganization(alias, 'urgent');
    let intrusions = 3;
    const { account, counts } = observed({
      write: async () => {
        intrusions -= 1;
        if (intrusions >= 0) await other.spend('PUT');
      },
    });
    await instance(account).forOrganization(alias, 'urgent').spend('PUT');
    expect(counts).toEqual({ reads: 4, writes: 4 });
    expect((await rowOf('PUT')).buckets).toEqual([{ startMs: START_MS, count: 4 }]);
  });

  it('costs one write for calls that come together, and no read after the first', async () => {
    const { account, counts } = observed();
    const gate = instance(account).forOrganization(alias, 'urgent');
    await gate.spend('PUT');
    await grantedOf(puts(gate, 5));
    expect(counts.reads).toBe(1);
    expect(counts.writes).toBeLessThanOrEqual(3);
  });

  it('costs nothing to be refused', async () => {
    const { account, counts } = observed();
    const gate = instance(account).forOrganization(alias, 'urgent');
    await grantedOf(puts(gate, 10));
    const { writes } = counts;
    await expect(grantedOf(puts(gate, 5))).resolves.toBe(0);
    expect(counts.writes).toBe(writes);
  });

  it('is not granted by a write that took too long: its bucket is over', async () => {
    const { account } = observed({
      write: async () => {
        nowMs += 2_501;
      },
    });
    const error = await errorOf(async () => instance(account).forOrganization(alias).spend('PUT'));
    expect(error.code).toBe('storage-unavailable');
  });

  it('is not granted while storage fails, and is when it is back', async () => {
    let isDown = true;
    const gate = instance({
      seal: sandboxSeal,
      table: async (name) => {
        if (isDown) throw new Error('down');
        return storage.table(name);
      },
    }).forOrganization(alias);
    await expect(gate.spend('PUT')).rejects.toMatchObject({ code: 'storage-unavailable' });
    isDown = false;
    await expect(gate.spend('PUT')).resolves.toBeUndefined();
  });

  it('is not granted when nobody can tell what was spent', async () => {
    await (await storage.table('quota')).createEntity({ partitionKey: alias, rowKey: 'PUT', json0: '{' });
    const error = await errorOf(async () => instance().forOrganization(alias).spend('PUT'));
    expect(error.code).toBe('record-unreadable');
  });

  it('of which a share leaves nothing is refused as a setting', async () => {
    const ledger = createQuotaGates({
      storage,
      clock: { now: () => nowMs },
      rulesOf: () => ({ share: 0.001 }),
    });
    expect((await errorOf(() => ledger.forOrganization(alias))).code).toBe('configuration-invalid');
  });

  it('cannot be asked for more than a window holds', async () => {
    await expect(instance().forOrganization(alias).spend('PUT', 9)).rejects.toThrow(RangeError);
  });
});

describe('a refusal of UiPath', () => {
  it('stops every instance until the instant it named', async () => {
    const [one, two] = [instance(), instance()].map((ledger) => ledger.forOrganization(alias));
    await one?.blockUntil('GET', START_MS + 60_000);
    await expect(two?.remaining('GET')).resolves.toBe(0);
    const error = await errorOf(async () => two?.spend('GET'));
    expect(error).toMatchObject({ code: 'quota-exhausted', retryAtMs: START_MS + 60_000 });
    nowMs = START_MS + 60_000;
    await expect(two?.spend('GET')).resolves.toBeUndefined();
  });

  it('stops calls that were paid for, too', async () => {
    const gate = instance().forOrganization(alias);
    await gate.spend('POST');
    await gate.blockUntil('POST', START_MS + 1_000);
    expect((await errorOf(async () => gate.spend('POST'))).code).toBe('quota-exhausted');
  });
});

describe('POST calls', () => {
  it('are paid for ten at a time', async () => {
    const { account, counts } = observed();
    const gate = instance(account).forOrganization(alias, 'urgent');
    for (let call = 0; call < 11; call += 1) await gate.spend('POST');
    expect(counts.writes).toBe(1);
    await gate.spend('POST');
    expect(counts.writes).toBe(2);
  });

  it('are paid for twice as many at a time as were used in their bucket, and ten again in the next', async () => {
    const { account, counts } = observed();
    const clock = { now: () => nowMs };
    const gate = createQuotaGates({ storage: account, clock, postBlock: 10 }).forOrganization(alias);
    const callAndCount = async (calls: number): Promise<number> => {
      for (let call = 0; call < calls; call += 1) await gate.spend('POST');
      return counts.writes;
    };
    expect(await callAndCount(12)).toBe(2);
    // The second block is of twenty.
    expect(await callAndCount(20)).toBe(2);
    expect(await callAndCount(1)).toBe(3);
    nowMs = START_MS + 5_000;
    expect(await callAndCount(11)).toBe(4);
    expect(await callAndCount(1)).toBe(5);
  });

  it('that were paid for are worth nothing after their bucket', async () => {
    const { account, counts } = observed();
    const gate = instance(account).forOrganization(alias, 'urgent');
    await gate.spend('POST');
    nowMs = START_MS + 4_999;
    await gate.spend('POST');
    expect(counts.writes).toBe(1);
    nowMs = START_MS + 5_000;
    await gate.spend('POST');
    expect(counts.writes).toBe(2);
  });

  it.each([
    [1, 145],
    [1, 305],
    [4, 65],
  ])(
    'that were paid for and not made are given back: %d processes that make %d in each bucket',
    async (processes, calls) => {
      const clock = { now: () => nowMs };
      const gates = Array.from({ length: processes }, () =>
        createQuotaGates({ storage, clock, rulesOf: () => ({ share: 1 }) }).forOrganization(alias),
      );
      for (let bucket = 0; bucket < 12; bucket += 1) {
        nowMs = START_MS + bucket * 5_000;
        for (const gate of gates) for (let call = 0; call < calls; call += 1) await gate.spend('POST');
      }
      nowMs += 5_000;
      for (const gate of gates) await gate.spend('POST');
      const { buckets } = (await rowOf('POST')) as {
        buckets: ReadonlyArray<{ startMs: number; count: number }>;
      };
      const counted = buckets.filter(({ startMs }) => startMs < nowMs);
      expect(counted.map(({ count }) => count)).toEqual(counted.map(() => processes * calls));
      expect(counted).toHaveLength(12);
    },
  );

  it('are paid for ten at a time, however many are used, where few are left', async () => {
    const { account, counts } = observed();
    const rulesOf = (): Partial<QuotaRules> => ({ limits: { ...DEFAULT_QUOTA_RULES.limits, POST: 200 } });
    const clock = { now: () => nowMs };
    const gate = createQuotaGates({ storage: account, clock, rulesOf, postBlock: 10 }).forOrganization(alias);
    for (let call = 0; call < 33; call += 1) await gate.spend('POST');
    expect(counts.writes).toBe(3);
  });

  it('are paid for one by one when no ten are left', async () => {
    const gates = [instance(), instance()].map((ledger) => ledger.forOrganization(alias, 'urgent'));
    const calls = gates.flatMap((gate) => Array.from({ length: 30 }, async () => gate.spend('POST')));
    const granted = await grantedOf(calls);
    expect(granted).toBeLessThanOrEqual(40);
    expect(granted).toBeGreaterThanOrEqual(30);
  });

  it('paid for by the urgent lane are not spent by the normal one', async () => {
    const { account, counts } = observed();
    const ledger = instance(account);
    await ledger.forOrganization(alias, 'urgent').spend('POST');
    await ledger.forOrganization(alias, 'normal').spend('POST');
    expect(counts.writes).toBe(2);
  });
});
