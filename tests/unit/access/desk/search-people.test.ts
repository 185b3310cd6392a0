import { describe, expect, it } from '@jest/globals';
import { searchPeople, type SearchPeopleDeps } from '../../../../shared/access/desk/search-people';
import { renderFound } from '../../../../shared/console/pages/people-page';
import { emptyPersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { AppError } from '../../../../shared/errors';
import type { NewestNight } from '../../../../shared/access/ledger/newest-night';

const ACME = {
  alias: 'acme',
  absence: { access: 'keep' },
  leaver: { lockoutDays: 30 },
  mover: { graceDays: 0 },
  birthright: [],
  groups: new Map(),
} as never;
const night: NewestNight = {
  night: '202612010200',
  startedAtMs: 4,
  takenAtMs: 5,
  isListed: true,
  groups: [{ groupId: 'g', name: 'G', isBuiltIn: false, members: [['r1', 'robot-account']] }],
  names: new Map([
    ['u1', 'Ana.Pop@acme.example'],
    ['u2', 'mallory@acme.example'],
    ['r1', 'Mallory Robot'],
  ]),
  lastUsedMs: new Map(),
  rules: [],
};
const ANA = { key: 'k-ana', addresses: ['ana.neu@acme.example', 'ana.pop@acme.example'], memberId: 'u1' };

const deps = (more: Partial<SearchPeopleDeps> = {}): SearchPeopleDeps => ({
  newestNight: async () => night,
  peopleOfLedger: { read: async () => ({ atMs: 0, value: [ANA] }) },
  ledger: { read: async () => ({ value: emptyPersonLedger(ANA.addresses[0] ?? '') }) as never },
  accounts: { list: async () => [] },
  clock: { now: () => 0 },
  ...more,
});
const names = async (text: string, more: Partial<SearchPeopleDeps> = {}) =>
  (await searchPeople(deps(more), ACME, { text, skip: 0 })).people.map(({ name, key }) => [name, key]);

describe('a search for people', () => {
  it('finds somebody once, by today’s address and those of before, and no robot', async () => {
    expect(await names('ANA')).toEqual([['ana.neu@acme.example', 'k-ana']]);
    expect(await names('pop@')).toEqual([['ana.neu@acme.example', 'k-ana']]);
    expect(await names('mallory')).toEqual([['mallory@acme.example', undefined]]);
    expect(await names('nobody')).toEqual([]);
  });

  it('looks through the accounts alone while the ledger is being read, and says so', async () => {
    const found = await searchPeople(deps({ peopleOfLedger: { read: async () => undefined } }), ACME, {
      text: 'pop',
      skip: 0,
    });
    expect(found).toMatchObject({
      isWhole: false,
      people: [{ name: 'Ana.Pop@acme.example', key: undefined }],
    });
  });

  it('knows by what is noted of an account whose it is, while the ledger is being read', async () => {
    const reading: Partial<SearchPeopleDeps> = {
      peopleOfLedger: { read: async () => undefined },
      accounts: { list: async (_organization, memberId) => (memberId === 'u1' ? ['k-ana'] : []) },
    };
    const of = async (text: string, more: Partial<SearchPeopleDeps> = {}) => {
      const found = await searchPeople(deps({ ...reading, ...more }), ACME, { text, skip: 0 });
      const layout = { organization: 'acme' } as never;
      return { people: found.people, html: renderFound(layout, { text, skip: 0 }, found).html };
    };
    const ana = await of('pop');
    expect(ana.people).toMatchObject([{ key: 'k-ana', employment: 'unknown' }]);
    expect(ana.html).toContain('?person=k-ana');
    const mallory = await of('mallory');
    expect(mallory.html).toContain('not known yet');
    expect(mallory.html).not.toContain('only UiPath knows them');
    const unreadable = async () => {
      throw new AppError('record-unreadable', 'x');
    };
    expect((await of('pop', { ledger: { read: unreadable } })).html).toContain('cannot be read');
    const other = {
      ...emptyPersonLedger('eva@acme.example'),
      identity: { kind: 'resolved', id: 'aaaaaaaa-0000-4000-8000-000000000009', checkedAtMs: 0 },
    };
    const outOfDate = { read: async () => ({ value: other }) as never };
    expect((await of('pop', { ledger: outOfDate })).people).toMatchObject([{ key: undefined }]);
  });

  it('does not tell whoever was erased since, and tells whose ledger cannot be read', async () => {
    const erased = { value: { ...emptyPersonLedger(''), erased: { atMs: 1, saidToMs: 1 } } } as never;
    expect(await names('ana', { ledger: { read: async () => erased } })).toEqual([]);
    const read = async () => {
      throw new AppError('record-unreadable', 'x');
    };
    expect(await names('ana', { ledger: { read } })).toEqual([['ana.neu@acme.example', 'k-ana']]);
  });

  it('knows nobody of an organization of which nothing is stored', async () => {
    const none = {
      newestNight: async () => undefined,
      peopleOfLedger: { read: async () => ({ atMs: 0, value: [] }) },
    };
    expect(await names('a', none)).toEqual([]);
  });
});
