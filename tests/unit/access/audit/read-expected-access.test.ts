import { describe, expect, it } from '@jest/globals';
import type { SubjectKind } from '../../../../shared/domain/ledger/subject';
import {
  readBeginning,
  readExpectedAccess,
  readRuleIds,
  withChangedPeoplePending,
} from '../../../../shared/access/audit/read-expected-access';
import type { RuleLedger } from '../../../../shared/domain/ledger/rule-and-entity-ledgers';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import type { Mark } from '../../../../shared/storage/marks-attempts-and-bookings';
import type { LedgerOf, LedgerStore } from '../../../../shared/storage/ledger';
import { DAY_MS, NOW_MS } from '../../../fixtures/builders/audits';
import { aBirthrightLine, aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger, aRevocation } from '../../../fixtures/builders/person-ledgers';

const organization = anOrganization({ groups: groupsOf(aGroup('Developers'), aGroup('Finance')) });
const resolved = (id: string): PersonLedger['identity'] => ({ kind: 'resolved', id, checkedAtMs: 0 });
const member = (id: string, more: Partial<PersonLedger> = {}): PersonLedger =>
  aPersonLedger({ email: `${id}@acme.example`, identity: resolved(id), grants: [aGrant()], ...more });
const left: PersonLedger['timeline'] = [
  { id: 's', kind: 'leaver', occurredAtMs: 1, effectiveAtMs: NOW_MS - DAY_MS, attributes: {} },
];

function aLedger(
  people: Readonly<Record<string, PersonLedger>>,
  rules: Readonly<Record<string, RuleLedger>> = {},
): Pick<LedgerStore, 'list'> {
  const kept: Readonly<Partial<Record<SubjectKind, object>>> = { person: people, rule: rules };
  return {
    list: async function* <K extends SubjectKind>(_organization: string, kind: K) {
      for (const [key, value] of Object.entries(kept[kind] ?? {})) yield { key, value: value as LedgerOf[K] };
    },
  };
}

const reading = { marks: [], nowMs: NOW_MS, leaverIds: new Map<string, string>() };
const marked = (key: string): Mark =>
  ({ subject: { organization: 'acme', kind: 'person', key }, lane: 'normal', sinceMs: 0, etag: '' }) as Mark;

describe('what an audit keeps of the beginning', () => {
  it('is a fingerprint of everybody and the ids of those who had left, and nothing else of them', async () => {
    const people = {
      p1: member('m1'),
      p2: member('m2', { timeline: left }),
      p3: member('m3', { timeline: left, identity: undefined }),
    };
    const beginning = await readBeginning(aLedger(people), organization, reading);
    expect(beginning).toEqual({
      leavers: ['m2'],
      fingerprints: {
        p1: expect.stringMatching(/^[0-9a-f]{12}$/),
        p2: expect.stringMatching(/^[0-9a-f]{12}$/),
        p3: expect.stringMatching(/^[0-9a-f]{12}$/),
      },
    });
  });

  it.each<[string, Readonly<Record<string, PersonLedger>>, readonly Mark[], boolean]>([
    ['is as before', { p1: member('m1') }, [], false],
    [
      'has the same group by another grant',
      { p1: member('m1', { grants: [aGrant({ requestId: 'R' })] }) },
      [],
      false,
    ],
    [
      'has one group more',
      { p1: member('m1', { grants: [aGrant(), aGrant({ group: 'Finance' })] }) },
      [],
      true,
    ],
    ['has lost a group', { p1: member('m1', { revocations: [aRevocation()] }) }, [], true],
    ['has left', { p1: member('m1', { timeline: left }) }, [], true],
    ['waits for a change', { p1: member('m1') }, [marked('p1')], true],
  ])('somebody who %s is pending at the end: %#', async (_what, people, marks, pending) => {
    const began = await readBeginning(aLedger({ p1: member('m1') }), organization, reading);
    const last = withChangedPeoplePending(
      await readExpectedAccess(aLedger(people), organization, { ...reading, marks }),
      began,
    );
    expect(last.people.map((person) => person.pending)).toEqual([pending]);
  });

  it('does not hold somebody who came meanwhile, who is pending', async () => {
    const began = await readBeginning(aLedger({}), organization, reading);
    const last = withChangedPeoplePending(
      await readExpectedAccess(aLedger({ p1: member('m1') }), organization, reading),
      began,
    );
    expect(last.people[0]?.pending).toBe(true);
  });
});

describe('somebody whose address the directory does not find any more', () => {
  const missing = (
    lastKnownId?: string,
    kind: 'missing' | 'ambiguous' = 'missing',
  ): PersonLedger['identity'] => ({
    kind,
    sinceMs: 0,
    attempts: 1,
    checkedAtMs: 0,
    ...(lastKnownId === undefined ? {} : { lastKnownId }),
  });
  const found = new Map([['p1', 'found']]);

  it.each<[string, Partial<PersonLedger>, string | undefined]>([
    ['has, once they left, the id that was last known', { timeline: left, identity: missing('m1') }, 'm1'],
    ['also when several have it', { timeline: left, identity: missing('m1', 'ambiguous') }, 'm1'],
    [
      'has that of an open finding where the ledger kept none',
      { timeline: left, identity: missing() },
      'found',
    ],
    ['also before a first look-up', { timeline: left, identity: undefined }, 'found'],
    ['has that of the directory while there is one', { timeline: left, identity: resolved('now') }, 'now'],
    ['has it without having left too', { identity: missing('m1') }, 'm1'],
    ['has that of no finding without having left', { identity: missing() }, undefined],
  ])('%s', async (_what, more, memberId) => {
    const ledger = aLedger({ p1: member('x', more), p2: member('m2') });
    const before = { ...reading, leaverIds: found };
    const { people } = await readExpectedAccess(ledger, organization, before);
    expect(people.map((person) => person.memberId)).toEqual([memberId, 'm2']);
    const { leavers } = await readBeginning(ledger, organization, before);
    expect(leavers).toEqual(memberId === undefined || more.timeline === undefined ? [] : [memberId]);
  });

  it.each([['before'], ['after']])('has none that somebody listed %s has by now', async (order) => {
    const [mine, theirs] = [member('old', { timeline: left, identity: missing('m1') }), member('m1')];
    const ledger = aLedger(order === 'before' ? { p2: theirs, p1: mine } : { p1: mine, p2: theirs });
    const { people } = await readExpectedAccess(ledger, organization, reading);
    expect(people.find(({ personKey }) => personKey === 'p1')?.memberId).toBeUndefined();
    expect((await readBeginning(ledger, organization, reading)).leavers).toEqual([]);
  });
});

describe('the expectation at the end', () => {
  it('shares what is equal for many people', async () => {
    const people = { p1: member('m1'), p2: member('m2') };
    const { people: read } = await readExpectedAccess(aLedger(people), organization, reading);
    expect(read.map(({ groups }) => [...groups])).toEqual([['developers'], ['developers']]);
    expect(read[0]?.ended).toBe(read[1]?.ended);
    expect(read[0]?.ended.size).toBe(0);
  });
});

describe('the rules that were made here', () => {
  it('are those that UiPath gave an id', async () => {
    const rules = {
      r1: { name: 'Robots', statements: [], have: { ruleId: 7, contentHash: 'h', sinceMs: 0 } },
      r2: { name: 'Wanted', statements: [], have: undefined },
    };
    expect(await readRuleIds(aLedger({}, rules), 'acme')).toEqual([7]);
  });
});

describe('conditions of birthright lines that nobody meets', () => {
  const worker = (saidMs: number, attributes: Readonly<Record<string, string>>) =>
    member(`at${saidMs}`, {
      timeline: [{ id: 'j', kind: 'joiner', occurredAtMs: saidMs, effectiveAtMs: saidMs, attributes }],
    });
  const policy = anOrganization({
    birthright: [
      aBirthrightLine('it', { departement: 'IT' }, 'Developers'),
      aBirthrightLine('sales', { department: 'Sales' }, 'Finance'),
    ],
  });
  const read = async (...people: readonly PersonLedger[]) => {
    const ledgers = Object.fromEntries(people.map((one, at) => [`p${at}`, one]));
    return (await readExpectedAccess(aLedger(ledgers), policy, reading)).conditionsOfNobody;
  };
  const weekAgo = NOW_MS - 7 * DAY_MS;

  it('are found from the eighth day on after the first word about a worker', async () => {
    const young = worker(NOW_MS - DAY_MS, { department: 'Sales' });
    expect(await read(young, worker(weekAgo + 1, { department: 'Sales' }))).toBeUndefined();
    expect(await read(young, worker(weekAgo, { department: 'Sales' }))).toEqual([
      { line: 'it', attribute: 'departement', meant: 'department' },
    ]);
  });

  it('are none where no worker is known, and where somebody who left met them', async () => {
    expect(await read(member('m1'))).toBeUndefined();
    const gone = { id: 'l', kind: 'leaver', occurredAtMs: 5, effectiveAtMs: 5, attributes: {} } as const;
    const met = worker(1, { department: 'Sales', departement: 'IT' });
    expect(await read({ ...met, timeline: [...met.timeline, gone] })).toBeUndefined();
  });
});

describe('a rule that fills a group which the policy does not name', () => {
  it('is on its way out, so that nothing is found of it', async () => {
    const rule = (groups: readonly string[]): RuleLedger => ({
      name: 'Robots',
      statements: [
        {
          requestId: 'R1',
          occurredAtMs: 1,
          requester: 'r',
          ticketId: 't',
          want: {
            description: '',
            enabled: true,
            definition: { groups, conditions: [] },
            owner: 'o',
            validUntilMs: undefined,
          },
        },
      ],
      have: { ruleId: 1, contentHash: 'h', sinceMs: 0 },
    });
    const rules = { named: rule(['Developers']), gone: rule(['Developers', 'Robots']) };
    const expected = await readExpectedAccess(aLedger({}, rules), organization, reading);
    expect(expected.rules.map(({ pending }) => pending)).toEqual([false, true]);
  });
});
