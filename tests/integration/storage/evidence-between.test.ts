import { describe, expect, it } from '@jest/globals';
import { NEW_ORGANIZATION_LEDGER } from '../../../shared/domain/ledger/organization-ledger';
import { organizationSubject } from '../../../shared/domain/ledger/subject';
import { createLedgerStore } from '../../../shared/storage/ledger';
import { newName, useStorage } from '../../fakes/test-storage';

const storage = useStorage();
const DAY_MS = 86_400_000;
const BEGAN_MS = Date.parse('2026-01-01T00:00Z');

/** A record each hour for so many days. */
async function recorded(days: number) {
  const subject = organizationSubject(newName('org'));
  const ledger = createLedgerStore(storage());
  const entries = Array.from({ length: days * 24 }, (_, hour) => ({
    kind: 'audit',
    atMs: BEGAN_MS + hour * 3_600_000,
    policyHash: 'p',
    facts: { hour },
  }));
  await ledger.write(subject, NEW_ORGANIZATION_LEDGER, undefined, entries);
  const hoursOf = async (day: number, most = 100) => {
    const fromMs = BEGAN_MS + day * DAY_MS;
    const found = await ledger.evidenceBetween(subject, { fromMs, untilMs: fromMs + DAY_MS, most });
    return found.map(({ facts }) => facts['hour']);
  };
  return { subject, ledger, hoursOf };
}

const hours = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

describe('records of a time', () => {
  it('are those of a day, from the first to the last, and none of another', async () => {
    const { hoursOf } = await recorded(20);
    expect(await hoursOf(-2)).toEqual([]);
    expect(await hoursOf(0)).toEqual(hours(0, 24));
    expect(await hoursOf(13)).toEqual(hours(13 * 24, 14 * 24));
    expect(await hoursOf(19)).toEqual(hours(19 * 24, 20 * 24));
    expect(await hoursOf(20)).toEqual([]);
    expect(await hoursOf(13, 3)).toEqual(hours(13 * 24, 13 * 24 + 3));
  });

  it('are found beside rows that cannot be read, and of nobody there are none', async () => {
    const { subject, ledger, hoursOf } = await recorded(4);
    const table = await storage().table('ledger');
    const partitionKey = `${subject.organization}:organization:organization`;
    for (let seq = 40; seq < 60; seq += 1)
      await table.updateEntity(
        { partitionKey, rowKey: `e:${String(seq).padStart(10, '0')}`, json0: 'x' },
        'Merge',
      );
    expect(await hoursOf(3)).toEqual(hours(72, 96));
    expect(await hoursOf(1)).toEqual(hours(24, 39));
    const nobody = organizationSubject(newName('org'));
    expect(await ledger.evidenceBetween(nobody, { fromMs: 0, untilMs: DAY_MS, most: 1 })).toEqual([]);
  });
});
