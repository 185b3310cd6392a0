import { describe, expect, it } from '@jest/globals';
import { memoizeAccounts } from '../../../shared/access/ledger/memoize-accounts';
import type { PeopleIndex } from '../../../shared/storage/people-index';

type Accounts = Pick<PeopleIndex, 'list' | 'note'>;

function indexOf(people: Map<string, readonly string[]>): Readonly<{ index: Accounts; asked: string[] }> {
  const asked: string[] = [];
  return {
    asked,
    index: {
      list: async (organization, memberId) => {
        asked.push(`${organization}/${memberId}`);
        const found = people.get(memberId);
        if (found === undefined) throw new Error('unavailable');
        return found;
      },
      note: async (_, found) => {
        for (const { memberId, personKey } of found)
          people.set(memberId, [...(people.get(memberId) ?? []), personKey]);
      },
    },
  };
}

describe('who has an account', () => {
  it('is read once in a run', async () => {
    const { index, asked } = indexOf(new Map([['one', ['ann']]]));
    const accounts = memoizeAccounts(index);
    expect(await accounts.list('acme', 'one')).toEqual(['ann']);
    expect(await accounts.list('acme', 'one')).toEqual(['ann']);
    expect(await accounts.list('other', 'one')).toEqual(['ann']);
    expect(asked).toEqual(['acme/one', 'other/one']);
  });

  it('is read again after somebody was noted, also where that was said to have failed', async () => {
    const { index } = indexOf(new Map([['one', ['ann']]]));
    const accounts = memoizeAccounts({
      ...index,
      note: async (organization, found, atMs) => {
        await index.note(organization, found, atMs);
        throw new Error('unavailable');
      },
    });
    await accounts.list('acme', 'one');
    await expect(accounts.note('acme', [{ memberId: 'one', personKey: 'bob' }], 1)).rejects.toThrow(
      'unavailable',
    );
    expect(await accounts.list('acme', 'one')).toEqual(['ann', 'bob']);
  });

  it('is not taken from a read that began before somebody was noted', async () => {
    const people = new Map<string, readonly string[]>([['one', ['ann']]]);
    const { index } = indexOf(people);
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let reads = 0;
    const accounts = memoizeAccounts({
      ...index,
      list: async (organization, memberId) => {
        reads += 1;
        const found = await index.list(organization, memberId);
        if (reads === 1) await gate;
        return found;
      },
    });
    const early = accounts.list('acme', 'one');
    await accounts.note('acme', [{ memberId: 'one', personKey: 'bob' }], 1);
    open();
    expect(await early).toEqual(['ann']);
    expect(await accounts.list('acme', 'one')).toEqual(['ann', 'bob']);
  });

  it('is read again where it could not be read', async () => {
    const people = new Map<string, readonly string[]>();
    const accounts = memoizeAccounts(indexOf(people).index);
    await expect(accounts.list('acme', 'one')).rejects.toThrow('unavailable');
    people.set('one', ['ann']);
    expect(await accounts.list('acme', 'one')).toEqual(['ann']);
  });
});
