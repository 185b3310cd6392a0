import { describe, expect, it } from '@jest/globals';
import { readHistory, recordsOfJoined } from '../../../../shared/access/desk/read-history';
import { AppError } from '../../../../shared/errors';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const joinedBy = (person: string) => ({ kind: 'person-joined', facts: { person } }) as never;

/** Into whom each was joined, and of whom their records tell. */
const LEDGERS: Readonly<Record<string, readonly [into: string, tells: readonly string[]]>> = {
  second: ['own', ['first', 'apart']],
  first: ['second', ['own']],
  apart: ['', []],
};

const readOf = (into: string, more = {}) => {
  const { joined: _joined, ...before } = aPersonLedger(more);
  return { value: into === '' ? before : { ...before, joined: { into, before } } };
};

/** Ledgers of which those that are named cannot be read. */
const ledgerWithout = (...damaged: readonly string[]) => ({
  read: async ({ key }: Readonly<{ key: string }>) => {
    if (damaged.includes(key)) throw new AppError('record-unreadable', 'x');
    return readOf((LEDGERS[key] ?? [''])[0]);
  },
  evidence: async ({ key }: Readonly<{ key: string }>) => ({
    records: (LEDGERS[key]?.[1] ?? []).map(joinedBy),
  }),
});

const own = { key: 'own', records: [joinedBy('second'), joinedBy('second')] };

describe('the history of somebody', () => {
  it('has the ledgers that were joined into one that was joined into theirs', async () => {
    const found = await recordsOfJoined({ ledger: ledgerWithout() } as never, 'acme', own);
    expect([found.about.map(({ key }) => key), found.isWhole]).toEqual([['second', 'first'], true]);
  });

  it.each([
    ['first', ['second']],
    ['second', []],
  ])('is not whole where one of them cannot be read: the %s', async (damaged, keys) => {
    const found = await recordsOfJoined({ ledger: ledgerWithout(damaged) } as never, 'acme', own);
    expect([found.about.map(({ key }) => key), found.isWhole]).toEqual([keys, false]);
  });
});

describe('the history of a ticket', () => {
  const record = (seq: number, ticketId: string) =>
    ({ kind: 'x', atMs: seq, seq, policyHash: 'h', facts: { ticketId } }) as never;
  const historyOf = async (damaged: readonly string[]) =>
    readHistory(
      {
        policy: async () => ({
          organizations: new Map([['acme', {}]]),
          sources: [{ feed: 'ticket', name: 'desk', organizations: ['acme'] }],
        }),
        requests: { get: async () => undefined, peopleOfTicket: async () => ['asked'] },
        clock: { now: () => 0 },
        ledger: {
          read: async ({ key }: Readonly<{ key: string }>) => {
            if (damaged.includes(key)) throw new AppError('record-unreadable', 'x');
            return readOf(key === 'asked' ? 'into' : '', { email: key, toldApart: ['apart'] });
          },
          evidence: async ({ key }: Readonly<{ key: string }>) => {
            const seq = ['asked', 'into', 'apart'].indexOf(key);
            return { records: [record(seq, 'T-1'), record(seq, 'T-2')] };
          },
        },
      } as never,
      'acme',
      { kind: 'ticket', ticket: 'T-1' },
      0,
    );

  it('has what came of it with whoever the person joined since, and was told apart from them', async () => {
    const { entries, isWhole } = await historyOf([]);
    expect(entries.map(({ about, ticket }) => [about, ticket])).toEqual([
      ['apart', 'T-1'],
      ['into', 'T-1'],
      ['asked', 'T-1'],
    ]);
    expect(isWhole).toBe(true);
  });

  it('is not whole where that cannot be read', async () => {
    const { entries, isWhole } = await historyOf(['into']);
    expect([entries.map(({ about }) => about), isWhole]).toEqual([['asked'], false]);
  });
});
