import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { decideWhoIsWho, questionOf } from '../../../../shared/access/desk/decide-who-is-who';
import { formerAccountKey, personKey } from '../../../../shared/domain/person-key';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import { live, MINUTE_MS } from '../live-through-time';
import { ANA, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';

const start = useWorlds();
const DAY_MS = 86_400_000;
const OTHER = 'ana.other@acme.example';
const GROUPS = ['Developers', 'Users', 'Finance'];
const AUTOMATION = { attributes: { department: 'Automation' } };

const record = (workerId: string) => ({ worker: { workerId }, ...AUTOMATION });
const leaving = (workerId: string) => ({ worker: { workerId }, immediate: true });

function accountOf(world: World, id: string) {
  const user = world.engine.uipath.organization(world.alias).principals.get(id);
  if (user?.kind !== 'user') throw new Error('There is no such account');
  return user;
}

/** The address answers with another account from now on; the one before is gone, or has an address that nobody knows. */
function replaceAccount(
  world: World,
  { isGone = true, email = ANA }: { isGone?: boolean; email?: string } = {},
) {
  const { principals } = world.engine.uipath.organization(world.alias);
  const before = accountOf(world, world.id(ANA));
  if (isGone) principals.remove(before.id);
  else if (email === ANA)
    principals.put({ ...before, email: 'old@acme.example', userName: 'old@acme.example', active: false });
  const now = { ...before, id: randomUUID(), email, userName: email };
  principals.put(now);
  return { before: before.id, now: now.id };
}

/** In which groups an account is. */
const groupsOf = (world: World, id: string): readonly string[] =>
  GROUPS.filter((group) => world.engine.uipath.memberIds(world.alias, group).has(id));

async function hired(): Promise<Readonly<{ world: World; account: string }>> {
  const world = await start();
  await world.joins(ANA, record('7'));
  await world.asks('R1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
  await world.settle();
  const account = world.id(ANA);
  expect(groupsOf(world, account)).toEqual(GROUPS);
  return { world, account };
}

describe('another worker id under a known address', () => {
  it.each([false, true])(
    'is the same person where the account is the same (left before: %s)',
    async (hasLeft) => {
      const { world, account } = await hired();
      if (hasLeft) await world.leaves(ANA, leaving('7'));
      await world.pass(DAY_MS);
      await world.joins(ANA, record('8'));
      await world.settle();
      expect(groupsOf(world, account)).toEqual(hasLeft ? ['Developers', 'Users'] : GROUPS);
      expect(await world.ledger(ANA)).not.toHaveProperty('unconfirmed');
      expect(await world.kinds(ANA)).toContain('records-confirmed');
      await world.leaves(ANA, leaving('8'));
      if (!hasLeft) await world.leaves(ANA, leaving('7'));
      await world.settle();
      expect(groupsOf(world, account)).toEqual([]);
      expect(await world.fault(ANA)).toBeUndefined();
    },
  );

  it('gives nothing where another account answers, and the first holder keeps theirs (history 16)', async () => {
    const { world } = await hired();
    const { before, now } = replaceAccount(world, { isGone: false });
    await world.joins(ANA, record('8'));
    await world.settle();
    await world.pass(DAY_MS);
    expect([groupsOf(world, before), groupsOf(world, now)]).toEqual([GROUPS, []]);
    expect(await world.kinds(ANA)).toContain('address-handed-on');
    expect((await world.ledger(ANA))?.unconfirmed).toMatchObject({ accountId: now, addresses: [ANA] });
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });

  it.each([
    ['in that order', ['leaves', 'joins']],
    ['the joining first', ['joins', 'leaves']],
  ])('gives nothing where the first holder left, who is out: %s (history 15)', async (_order, words) => {
    const { world } = await hired();
    const { before, now } = replaceAccount(world, { isGone: false });
    for (const word of words)
      if (word === 'leaves') await world.leaves(ANA, leaving('7'));
      else await world.joins(ANA, record('8'));
    await world.settle();
    await world.pass(DAY_MS);
    expect([groupsOf(world, before), groupsOf(world, now)]).toEqual([[], []]);
    expect((await world.ledger(ANA))?.unconfirmed?.accountId).toBe(now);
  });

  it('waits while the address has no account, for whoever gets it then', async () => {
    const { world } = await hired();
    const { principals } = world.engine.uipath.organization(world.alias);
    const user = accountOf(world, world.id(ANA));
    principals.remove(user.id);
    await world.leaves(ANA, leaving('7'));
    await world.pass(60 * DAY_MS);
    await world.joins(ANA, record('8'));
    await world.settle();
    const id = randomUUID();
    principals.put({ ...user, id });
    await world.pass(DAY_MS);
    await world.pass(DAY_MS);
    expect((await world.ledger(ANA))?.unconfirmed?.accountId).toBe(id);
    expect(groupsOf(world, id)).toEqual([]);
  });

  it('is refused a grant while nobody said whose the address is', async () => {
    const { world } = await hired();
    const { before, now } = replaceAccount(world, { isGone: false });
    await world.joins(ANA, record('8'));
    await world.settle();
    await world.asks('R2', { kind: 'grant', person: ANA, group: 'Treasury', duration: 'P9D' });
    await world.asks('R3', { kind: 'revoke', person: ANA, group: 'Finance' });
    await world.settle();
    expect((await world.ledger(ANA))?.grants.map(({ requestId }) => requestId)).toHaveLength(1);
    expect([groupsOf(world, before), groupsOf(world, now)]).toEqual([['Developers', 'Users'], []]);
  });

  it('is not the person that an old record of before still describes under another address', async () => {
    const { world } = await hired();
    await world.leaves(ANA, leaving('7'));
    await world.settle();
    const { before, now } = replaceAccount(world, { isGone: false });
    await world.moves('ana.pop_x1y2z@acme.example', {
      worker: { workerId: '7' },
      attributes: { title: 'x' },
    });
    await world.joins(ANA, record('8'));
    await world.settle();
    expect([groupsOf(world, before), groupsOf(world, now)]).toEqual([[], []]);
    expect((await world.ledger(ANA))?.unconfirmed?.accountId).toBe(now);
  });
});

describe('an account that another took the place of', () => {
  it.each<[string, { isGone: boolean; email?: string }, readonly string[]]>([
    // The sandbox lists whoever is gone as a member still.
    ['under the same address', { isGone: true }, GROUPS],
    ['under the same address, and the first is there', { isGone: false }, []],
    ['under a new address that HR tells of', { isGone: false, email: OTHER }, []],
  ])('%s: access follows, and the first is emptied (histories 13, 14)', async (_what, how, left) => {
    const { world } = await hired();
    const { before, now } = replaceAccount(world, how);
    if (how.email === undefined) {
      await world.pass(8 * DAY_MS);
      await world.asks('R2', { kind: 'grant', person: ANA, group: 'Users', duration: 'P9D' });
      await world.moves(ANA, { worker: { workerId: '7' }, attributes: { department: 'Finance' } });
    } else await world.moves(how.email, record('7'));
    await world.settle();
    await world.pass(MINUTE_MS);
    expect(groupsOf(world, now)).toEqual(how.email === undefined ? ['Users', 'Finance'] : GROUPS);
    expect(groupsOf(world, before)).toEqual(left);
    expect(await world.kinds(ANA)).toContain('account-replaced');
    const former = personSubject(world.alias, formerAccountKey(before));
    expect(await world.kinds(former)).toContain('account-to-empty');
    expect([await world.fault(ANA), await world.fault(former)]).toEqual([undefined, undefined]);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });

  it('of somebody who leaves is emptied as well as the new one (history 18)', async () => {
    const { world } = await hired();
    const { before, now } = replaceAccount(world, { isGone: false, email: OTHER });
    await world.moves(OTHER, record('7'));
    await world.engine.work({ ...world.engine.app, leases: { acquire: async () => undefined } });
    await world.leaves(ANA, leaving('7'));
    await world.settle();
    await world.pass(MINUTE_MS);
    expect([groupsOf(world, before), groupsOf(world, now)]).toEqual([[], []]);
  });

  it('does not get what is privileged before somebody says that it is theirs (history 13)', async () => {
    const { world } = await hired();
    const requests = { approvers: ['ben.lead@acme.example'] };
    const groups = { Developers: {}, Users: {}, Finance: { requests, privileged: true } };
    world.setPolicy({ groups });
    const { before, now } = replaceAccount(world, { isGone: false, email: OTHER });
    await world.moves(OTHER, record('7'));
    await world.settle();
    await world.pass(MINUTE_MS);
    expect([groupsOf(world, before), groupsOf(world, now)]).toEqual([[], ['Developers', 'Users']]);
    const ledger = await world.ledger(ANA);
    const question = ledger === undefined ? undefined : questionOf(ledger);
    const said = {
      key: personKey(ANA),
      decision: 'account-theirs',
      by: keyHolder('olga'),
      reason: 'Asked her',
    } as const;
    await decideWhoIsWho(world.engine.app, world.alias, { ...said, question: question ?? '' });
    await world.settle();
    expect(groupsOf(world, now)).toEqual(GROUPS);
    expect(await world.kinds(ANA)).toContain('account-confirmed');
  });

  it('is followed whatever step the process dies at', async () => {
    let steps = 0;
    for (let died = true; died;) {
      steps += 1;
      const { world } = await hired();
      const { before, now } = replaceAccount(world, { isGone: false, email: OTHER });
      await world.moves(OTHER, record('7'));
      await world.engine.work({ ...world.engine.app, leases: { acquire: async () => undefined } });
      const dying = dyingAfter(world.engine.app, countdown(steps));
      died = (await applyChanges(dying, { organization: world.alias }).catch(() => 'died')) === 'died';
      await live(world, 2 * MINUTE_MS);
      expect([steps, groupsOf(world, before), groupsOf(world, now)]).toEqual([steps, [], GROUPS]);
      expect(await world.fault(ANA)).toBeUndefined();
      expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    }
    expect(steps).toBeGreaterThan(9);
  }, 240_000);
});

describe('a leaver whose address is of two accounts (history 18)', () => {
  it('is out with both of them', async () => {
    const { world, account } = await hired();
    const { principals } = world.engine.uipath.organization(world.alias);
    const user = accountOf(world, account);
    const twin = randomUUID();
    principals.put({ ...user, email: 'Ana.Pop@acme.example', userName: 'Ana.Pop@acme.example' });
    principals.put({ ...user, id: twin, email: 'ANA.POP@acme.example', userName: 'ANA.POP@acme.example' });
    world.engine.uipath.actAsPerson(world.alias, {
      kind: 'change-members',
      actor: { name: 'Max', email: 'max@acme.example' },
      group: 'Treasury',
      add: [twin],
      remove: [],
    });
    await world.pass(8 * DAY_MS);
    await world.leaves(ANA, leaving('7'));
    await world.settle();
    await world.pass(MINUTE_MS);
    const treasury = world.engine.uipath.memberIds(world.alias, 'Treasury');
    expect([groupsOf(world, account), treasury.has(twin)]).toEqual([[], false]);
    expect(await world.kinds(ANA)).toContain('leaver-accounts');
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });
});
