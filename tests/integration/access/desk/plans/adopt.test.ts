import { describe, expect, it } from '@jest/globals';
import { showPlan } from '../../../../../shared/access/desk/plans/show-plan';
import { keyHolder } from '../../../../fixtures/key-holder';
import { auditNight, organizationOf, withoutFaults } from '../../remediation-world';
import { ANA, BEN, byHand, CARA, DAN, OLGA, useWorlds, type World } from '../../world';
import { apply, linesIn, openMembers, plan, SAID } from './plan-world';

const begin = withoutFaults(useWorlds());
const DAY_MS = 86_400_000;

/** Ana is a developer by her work; Cara and Dan are in groups by hand, and an audit has seen it. */
async function withMembersByHand(policy: Readonly<Record<string, unknown>> = {}): Promise<World> {
  const world = await begin({ policy });
  await world.joins(ANA);
  await world.settle();
  byHand(world, 'Finance', [CARA, DAN]);
  byHand(world, 'Users', [CARA]);
  await auditNight(world);
  return world;
}

describe('access adopt', () => {
  it('makes reasons of what nothing explains, and the audit is green', async () => {
    const world = await withMembersByHand();
    const proposed = await plan(world, 'adopt', SAID);
    expect(linesIn(proposed, world)).toEqual([
      `add-reason Finance: ${CARA}`,
      `add-reason Finance: ${DAN}`,
      `add-reason Users: ${CARA}`,
    ]);
    expect(proposed.counts).toMatchObject({ changes: 3, people: 2, groups: 2, removals: 0 });
    const { app } = world.engine;
    expect(await showPlan(app, world.alias, proposed.hash, 0)).toMatchObject({
      changes: [{ person: CARA }, { person: DAN }, { person: CARA }],
      state: 'proposed',
      next: null,
    });
    expect(await world.ledger(CARA)).toBeUndefined();

    expect(await apply(world, proposed.hash)).toMatchObject({ left: 0, isRepeated: false });
    world.calls();
    await world.settle();
    expect(Object.keys(world.calls()).filter((endpoint) => endpoint.startsWith('G4'))).toEqual([]);
    expect(await openMembers(world)).toEqual([]);
    expect(world.members('Finance')).toEqual([CARA, DAN]);
    const cara = await world.ledger(CARA);
    expect(cara?.grants).toMatchObject([
      {
        group: 'Finance',
        ticketId: 'GOV-12',
        requester: 'Olga Admin',
        approvals: [{ approver: 'Maria Lead' }],
      },
      { group: 'Users' },
    ]);
    expect(cara?.applied.map(({ groupName, origin }) => `${groupName} ${origin}`).toSorted()).toEqual([
      'Finance standing',
      'Users standing',
    ]);
    expect(await world.kinds(CARA)).toEqual(expect.arrayContaining(['membership-adopted']));
    expect(await world.fault(CARA)).toBeUndefined();
  });

  it('ends after ninety days where nobody names a day, and with a day that somebody names', async () => {
    const world = await withMembersByHand();
    const review = await plan(world, 'adopt', { ...SAID, group: 'finance' });
    const { clock } = world.engine;
    const [change] = review.changes;
    expect(Math.round(((change?.untilMs ?? 0) - clock.now()) / DAY_MS)).toBe(91);
    expect(review.notes.join(' ')).toContain('review date of 90 days');
    const named = await plan(world, 'adopt', { ...SAID, person: CARA.toUpperCase(), until: '2026-12-31' });
    expect(linesIn(named, world)).toEqual([`add-reason Finance: ${CARA}`, `add-reason Users: ${CARA}`]);
    expect(named.changes.map(({ untilMs }) => new Date(untilMs ?? 0).toISOString())).toEqual([
      '2027-01-01T00:00:00.000Z',
      '2027-01-01T00:00:00.000Z',
    ]);
    await apply(world, named.hash);
    await world.settle();
    clock.advance(400 * DAY_MS);
    expect(await openMembers(world)).toEqual(expect.arrayContaining([`member-after-grant finance: ${CARA}`]));
  });

  it('grants no longer than a grant of the group may last', async () => {
    const requests = { approvers: [BEN], longestDays: 30 };
    const world = await withMembersByHand({ groups: { Developers: {}, Users: {}, Finance: { requests } } });
    const short = await plan(world, 'adopt', { ...SAID, group: 'Finance' });
    const days = short.changes.map(({ untilMs = 0 }) => (untilMs - world.engine.clock.now()) / DAY_MS);
    expect(days.every((one) => one > 29 && one <= 30)).toBe(true);
    const long = await plan(world, 'adopt', { ...SAID, group: 'Finance', until: '2026-12-31' });
    expect(long.changes).toEqual([]);
    expect(long.leftOut.map(({ why }) => why)).toEqual([
      'grants of the group may last 30 days at most: name an earlier day',
      'grants of the group may last 30 days at most: name an earlier day',
    ]);
  });

  it('leaves out whoever is no person, has left, is oneself, or has two duties that are kept apart', async () => {
    const world = await begin({
      seed: {
        robots: [{ name: 'invoices@acme.example' }],
        groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [], Treasury: [] },
      },
      policy: {
        separationOfDuties: [['Finance', 'Treasury']],
        groups: { Developers: {}, Users: {}, Finance: {}, Treasury: {} },
      },
    });
    await world.joins(DAN);
    await world.settle();
    byHand(world, 'Finance', [CARA, BEN, 'invoices@acme.example']);
    byHand(world, 'Treasury', [CARA]);
    byHand(world, 'Users', [ANA]);
    await auditNight(world);
    const proposed = await plan(world, 'adopt', SAID, { by: keyHolder(BEN) });
    expect(linesIn(proposed, world)).toEqual([`add-reason Users: ${ANA}`]);
    const why = new Map(proposed.leftOut.map((one) => [`${one.at} ${one.memberId ?? ''}`, one.why]));
    expect(why.get(`Finance ${world.id(CARA)}`)).toContain(
      'separation of duties keeps it apart from treasury',
    );
    expect(why.get(`Treasury ${world.id(CARA)}`)).toContain('separation of duties');
    expect(why.get(`Finance ${world.id(BEN)}`)).toContain('somebody else decides it');
    expect(why.get(`Finance ${world.id('invoices@acme.example')}`)).toContain('robot');
    expect(proposed.leftOut).toHaveLength(4);
  });

  it.each([
    [{ ticket: 'GOV-12' }, 'body-invalid'],
    [{ owner: 'Olga Admin' }, 'body-invalid'],
    [{ ...SAID, owner: 'policy' }, 'body-invalid'],
    [{ ...SAID, until: '2026-02-30' }, 'body-invalid'],
    [{ ...SAID, until: '2020-01-01' }, 'body-invalid'],
    [{ ...SAID, until: 'tomorrow' }, 'body-invalid'],
    [{ ...SAID, group: 'Nowhere' }, 'group-unknown'],
  ])('is not planned of %j', async (said, code) => {
    const world = await begin();
    await auditNight(world);
    await expect(plan(world, 'adopt', said)).rejects.toMatchObject({ code });
  });

  it('says so before the first audit', async () => {
    const world = await begin();
    await expect(plan(world, 'adopt', SAID)).rejects.toMatchObject({ code: 'report-unknown' });
  });

  it('is done in an organization that is observed, as it writes nothing to UiPath', async () => {
    const world = await withMembersByHand({ mode: 'observe' });
    const { hash } = await plan(world, 'adopt', SAID);
    await apply(world, hash);
    await world.settle();
    expect(await openMembers(world)).toEqual([
      `member-missing developers: ${ANA}`,
      `member-missing users: ${ANA}`,
    ]);
    const kinds = await world.kinds(organizationOf(world));
    expect(kinds.filter((kind) => kind.startsWith('proposed-plan'))).toEqual([
      'proposed-plan-applied',
      'proposed-plan-done',
    ]);
  });
});
