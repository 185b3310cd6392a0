import { expect, it } from '@jest/globals';
import { recordsOfJoined } from '../../../../shared/access/desk/read-history';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const joinedBy = (person: string) => ({ kind: 'person-joined', facts: { person } }) as never;

/** Into whom each was joined, and of whom their records tell. */
const LEDGERS: Readonly<Record<string, readonly [into: string, tells: readonly string[]]>> = {
  second: ['own', ['first', 'apart']],
  first: ['second', ['own']],
  apart: ['', []],
};

it('the history of somebody has the ledgers that were joined into one that was joined into theirs', async () => {
  const ledger = {
    read: async ({ key }: Readonly<{ key: string }>) => {
      const [into = ''] = LEDGERS[key] ?? [];
      const { joined: _joined, ...before } = aPersonLedger({});
      return { value: into === '' ? before : { ...before, joined: { into, before } } };
    },
    evidence: async ({ key }: Readonly<{ key: string }>) => ({
      records: (LEDGERS[key]?.[1] ?? []).map(joinedBy),
    }),
  };
  const own = { key: 'own', records: [joinedBy('second'), joinedBy('second')] };
  const found = await recordsOfJoined({ ledger } as never, 'acme', own);
  expect(found.map(({ key }) => key)).toEqual(['second', 'first']);
});
