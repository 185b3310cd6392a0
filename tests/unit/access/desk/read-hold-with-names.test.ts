import { describe, expect, it } from '@jest/globals';
import { readHoldWithNames } from '../../../../shared/access/desk/read-hold-with-names';
import { emptyPersonLedger, type PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { AppError, errorCodeOf } from '../../../../shared/errors';

const removal = (personKey: string) => ({
  groupId: 'g',
  groupName: 'Users',
  personKey,
  memberId: 'id',
  why: [],
});

function depsOf(keys: readonly string[], ledgers: Readonly<Record<string, PersonLedger | AppError>>) {
  const reads: string[] = [];
  const deps = {
    policy: async () => ({ organizations: new Map([['acme', {}]]) }),
    holds: { get: async () => ({ hash: 'h', state: 'held', removals: keys.map(removal) }) },
    ledger: {
      read: async ({ key }: Readonly<{ key: string }>) => {
        reads.push(key);
        const value = ledgers[key];
        if (value instanceof AppError) throw value;
        return value === undefined ? undefined : { value, etag: '1' };
      },
    },
  } as unknown as Parameters<typeof readHoldWithNames>[0];
  return { deps, reads };
}

describe('a hold as somebody looks at it', () => {
  it('names people by their address, as far as that is known', async () => {
    const first = {
      ...emptyPersonLedger('ana@acme.example'),
      formerEmails: ['ana.old@acme.example'],
      handedOn: ['ana@acme.example'],
    };
    const { deps } = depsOf(['ana', 'first', 'joined', 'none', 'gone', 'edited', 'nobody'], {
      ana: emptyPersonLedger('ana@acme.example'),
      first,
      joined: { ...emptyPersonLedger('ana@acme.example'), joined: { into: 'ana', before: first } },
      none: { ...first, formerEmails: [] },
      gone: { ...emptyPersonLedger(''), erased: { atMs: 1, saidToMs: 1 } },
      edited: new AppError('record-unreadable', 'x'),
    });
    const { removals } = await readHoldWithNames(deps, 'acme', 'h');
    expect(removals.map(({ person }) => person)).toEqual([
      'ana@acme.example',
      'ana.old@acme.example',
      'ana.old@acme.example',
      null,
      null,
      null,
      null,
    ]);
  });

  it('reads each of the first five hundred people once', async () => {
    const keys = Array.from({ length: 1_200 }, (_, at) => `p-${Math.floor(at / 2)}`);
    const { deps, reads } = depsOf(keys, {});
    expect((await readHoldWithNames(deps, 'acme', 'h')).removals).toHaveLength(1_200);
    expect([reads.length, new Set(reads).size]).toEqual([500, 500]);
  });

  it('tells where storage fails', async () => {
    const { deps } = depsOf(['ana'], { ana: new AppError('storage-unavailable', 'x') });
    expect(await readHoldWithNames(deps, 'acme', 'h').catch(errorCodeOf)).toBe('storage-unavailable');
  });
});
