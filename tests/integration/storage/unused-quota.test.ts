import { sandboxSeal } from '../../../sandbox/evidence-key';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_QUOTA_RULES, type QuotaGate, type QuotaRules } from '../../../shared/domain/plan/quota';
import { createQuotaGates, type QuotaLedger } from '../../../shared/storage/quota-gate-per-organization';
import type { StorageAccount } from '../../../shared/storage/storage-account';
import { openMemoryStorage } from '../../fixtures/memory-storage/open';

const START_MS = Date.parse('2026-03-02T08:00:00Z');
/** Two hundred POST calls in a window for the urgent lane. */
const RULES: Partial<QuotaRules> = { limits: { ...DEFAULT_QUOTA_RULES.limits, POST: 400 } };

let storage: StorageAccount;
let nowMs: number;

beforeEach(() => {
  storage = openMemoryStorage();
  nowMs = START_MS;
});

function instance(account: Pick<StorageAccount, 'table' | 'seal'> = storage): QuotaLedger {
  return createQuotaGates({
    storage: account,
    clock: { now: () => nowMs },
    rulesOf: () => RULES,
    postBlock: 10,
  });
}

/** `after` runs when a write was stored, before its answer comes. */
function observed(after: () => void): Pick<StorageAccount, 'table' | 'seal'> {
  return {
    seal: sandboxSeal,
    table: async (name) => {
      const table = await storage.table(name);
      return new Proxy(table, {
        get: (target, property) => {
          const value: unknown = Reflect.get(target, property);
          if (typeof value !== 'function') return value;
          return async (...parameters: unknown[]): Promise<unknown> => {
            const answer: unknown = await Reflect.apply(value, target, parameters);
            if (property === 'updateEntity' || property === 'createEntity') after();
            return answer;
          };
        },
      });
    },
  };
}

async function post(gate: QuotaGate, count: number): Promise<number> {
  let granted = 0;
  for (let index = 0; index < count; index += 1)
    try {
      await gate.spend('POST');
      granted += 1;
    } catch {
      // Not granted.
    }
  return granted;
}

describe('a block of calls that was paid for and not used', () => {
  it.each<[string, () => void]>([
    [
      'take too long',
      () => {
        nowMs += 2_600;
      },
    ],
    [
      'are stored and not answered',
      () => {
        throw new Error('The answer was lost');
      },
    ],
  ])('is given back once, where writes %s for a while', async (_, fault) => {
    let isFaulty = false;
    const own = instance(
      observed(() => {
        if (isFaulty) fault();
      }),
    ).forOrganization('acme', 'urgent');
    const other = instance().forOrganization('acme', 'urgent');
    let made = 0;
    // In one bucket: the other instance makes a hundred calls, this one makes one in each lane, of the eleven that it paid for.
    made += await post(other, 100);
    made += await post(own, 1);
    made += await post(own.withLane('normal'), 1);
    expect(made).toBe(102);
    nowMs += 6_000;
    isFaulty = true;
    for (let tries = 0; tries < 6; tries += 1) {
      await expect(own.spend('POST')).rejects.toMatchObject({ code: 'storage-unavailable' });
      nowMs += 500;
    }
    isFaulty = false;
    made += await post(own, 300);
    made += await post(other, 300);
    expect(nowMs - START_MS).toBeLessThan(300_000);
    expect(made).toBeLessThanOrEqual(200);
  });
});
