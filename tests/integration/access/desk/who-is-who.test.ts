import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import {
  decideWhoIsWho,
  questionOf,
  type WhoDecision,
} from '../../../../shared/access/desk/decide-who-is-who';
import { AppError } from '../../../../shared/errors';
import { carryOutDecision } from '../../../../shared/console/carry-out-decision';
import { explainPerson } from '../../../../shared/access/desk/explain-person';
import { emptyPersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey, workerRecordKey } from '../../../../shared/domain/person-key';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import { live, MINUTE_MS } from '../live-through-time';
import { ANA, useWorlds, type World } from '../world';
import { keyHolder } from '../../../fixtures/key-holder';
import { personPage } from '../../../fixtures/person-page';

const start = useWorlds();
const DAY_MS = 86_400_000;
const NEW = 'ana.neu@acme.example';
const GROUPS = ['Developers', 'Users', 'Finance', 'Treasury'];
const HOLDER = workerRecordKey('standard', '8');

const attributes = { department: 'Automation' };
const record = (workerId: string) => ({ worker: { workerId }, attributes });
const leaving = (workerId: string) => ({ worker: { workerId }, immediate: true });

const groupsOf = (world: World, id: string): readonly string[] =>
  GROUPS.filter((group) => world.engine.uipath.memberIds(world.alias, group).has(id));

async function ledgerOf(world: World, key: string) {
  return (await world.engine.app.ledger.read(personSubject(world.alias, key)))?.value;
}

async function decide(
  world: World,
  decision: WhoDecision,
  key = personKey(ANA),
  app = world.engine.app,
): Promise<void> {
  const ledger = await ledgerOf(world, key);
  const question = (ledger === undefined ? undefined : questionOf(ledger)) ?? 'none';
  await decideWhoIsWho(app, world.alias, {
    key,
    decision,
    by: keyHolder('olga'),
    reason: 'Asked HR',
    question,
  });
}

/** Ana's address was handed on: her account has another name, and a new account answers. */
async function handedOn({ hasLeft = false } = {}) {
  const world = await start();
  await world.joins(ANA, record('7'));
  await world.asks('R1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
  await world.settle();
  const { principals } = world.engine.uipath.organization(world.alias);
  const user = principals.get(world.id(ANA));
  if (user?.kind !== 'user') throw new Error('She has no account');
  principals.put({ ...user, email: 'old@acme.example', userName: 'old@acme.example' });
  const now = randomUUID();
  principals.put({ ...user, id: now });
  if (hasLeft) await world.leaves(ANA, leaving('7'));
  await world.joins(ANA, record('8'));
  await world.settle();
  return { world, before: user.id, now };
}

const states = (world: World, { before, now }: { before: string; now: string }) => [
  groupsOf(world, before),
  groupsOf(world, now),
];

describe('an address that was handed on', () => {
  it.each([false, true])('to another person: each has their own (first holder left: %s)', async (hasLeft) => {
    const { world, ...accounts } = await handedOn({ hasLeft });
    await decide(world, 'another-person');
    await world.settle();
    const theirs = hasLeft ? [] : ['Developers', 'Users', 'Finance'];
    expect(states(world, accounts)).toEqual([theirs, ['Developers', 'Users']]);
    await world.asks('R2', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
    await world.moves(ANA, {
      worker: { workerId: '8' },
      attributes: { department: 'Automation', title: 'x' },
    });
    await world.settle();
    expect(states(world, accounts)).toEqual([theirs, ['Developers', 'Users', 'Finance']]);
    await world.leaves(ANA, leaving('7'));
    await world.settle();
    expect(states(world, accounts)).toEqual([[], ['Developers', 'Users', 'Finance']]);
    await world.leaves(ANA, leaving('8'));
    await world.settle();
    expect(states(world, accounts)).toEqual([[], []]);
    expect(await world.kinds(ANA)).toContain('person-told-apart');
    expect(await world.kinds(personSubject(world.alias, HOLDER))).toContain('person-told-apart');
    expect([await world.fault(ANA), await world.fault(personSubject(world.alias, HOLDER))]).toEqual([
      undefined,
      undefined,
    ]);
    expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
  });

  it('is found by the page of whoever has it now, and the first holder from there', async () => {
    const { world } = await handedOn();
    await decide(world, 'another-person');
    await world.settle();
    const found = await explainPerson(world.engine.app, world.alias, ANA);
    expect(found).toMatchObject({ key: HOLDER, others: [{ key: personKey(ANA), kind: 'told-apart' }] });
    const first = await explainPerson(world.engine.app, world.alias, { key: personKey(ANA) });
    expect(first).toMatchObject({ access: { employment: 'active' }, others: [{ key: HOLDER }] });
  });

  it('to the same person: the access is on the new account, and the first is emptied', async () => {
    const { world, ...accounts } = await handedOn();
    await decide(world, 'same-person');
    await world.settle();
    await world.pass(MINUTE_MS);
    expect(states(world, accounts)).toEqual([[], ['Developers', 'Users', 'Finance']]);
    const ledger = await world.ledger(ANA);
    expect([ledger?.unconfirmed, ledger?.replaced]).toEqual([undefined, undefined]);
    await world.leaves(ANA, leaving('8'));
    await world.settle();
    expect(groupsOf(world, accounts.now)).toEqual(['Developers', 'Users', 'Finance']);
    await world.leaves(ANA, leaving('7'));
    await world.settle();
    expect(states(world, accounts)).toEqual([[], []]);
  });

  it.each<[string, (world: World) => Promise<unknown>, string]>([
    ['twice', async (world) => decide(world, 'another-person'), 'decision-obsolete'],
    ['in the other way afterwards', async (world) => decide(world, 'same-person'), 'decision-obsolete'],
    ['of what never was', async (world) => decide(world, 'account-theirs'), 'decision-obsolete'],
    ['of nobody', async (world) => decide(world, 'apart', 'f'.repeat(32)), 'person-unknown'],
    [
      'of no key',
      async ({ engine, alias }) => {
        const said = { by: keyHolder('olga'), reason: 'x', question: 'x', decision: 'apart' } as const;
        return decideWhoIsWho(engine.app, alias, { ...said, key: '../x' });
      },
      'person-unknown',
    ],
  ])('is not decided %s', async (_what, again, code) => {
    const { world } = await handedOn();
    await decide(world, 'another-person');
    await expect(again(world)).rejects.toMatchObject({ code });
  });

  it('is not decided without a reason, nor of another record than was shown', async () => {
    const { world } = await handedOn();
    const { app } = world.engine;
    const question = questionOf((await world.ledger(ANA)) ?? emptyPersonLedger(ANA)) ?? '';
    const said = {
      key: personKey(ANA),
      decision: 'another-person',
      by: keyHolder('olga'),
      question,
    } as const;
    await expect(decideWhoIsWho(app, world.alias, { ...said, reason: ' ' })).rejects.toMatchObject({
      code: 'body-invalid',
    });
    await world.joins(ANA, record('9'));
    await world.settle();
    await expect(decideWhoIsWho(app, world.alias, { ...said, reason: 'x' })).rejects.toMatchObject({
      code: 'decision-obsolete',
    });
  });

  it('is told apart once by two who decide at the same time', async () => {
    const { world, ...accounts } = await handedOn();
    const question = questionOf((await world.ledger(ANA)) ?? emptyPersonLedger(ANA)) ?? '';
    const said = { key: personKey(ANA), decision: 'another-person', reason: 'x', question } as const;
    await Promise.allSettled(
      ['olga', 'max']
        .map(keyHolder)
        .map(async (by) => decideWhoIsWho(world.engine.app, world.alias, { ...said, by })),
    );
    await world.settle();
    await live(world, MINUTE_MS);
    expect(states(world, accounts)).toEqual([
      ['Developers', 'Users', 'Finance'],
      ['Developers', 'Users'],
    ]);
    expect((await ledgerOf(world, HOLDER))?.separating).toBeUndefined();
    expect((await world.kinds(ANA)).filter((kind) => kind === 'person-told-apart')).toHaveLength(1);
  });
});

/** Ana's account got another address, and what HR said of it was taken for hers. */
async function joined() {
  const world = await start();
  await world.joins(ANA, record('7'));
  await world.asks('R1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
  await world.settle();
  const { principals } = world.engine.uipath.organization(world.alias);
  const user = principals.get(world.id(ANA));
  if (user?.kind !== 'user') throw new Error('She has no account');
  principals.put({ ...user, email: NEW, userName: NEW });
  await world.pass(DAY_MS);
  await world.joins(NEW, record('8'));
  await world.settle();
  expect((await world.ledger(NEW))?.joined).toMatchObject({ into: personKey(ANA) });
  await world.asks('R2', { kind: 'grant', person: NEW, group: 'Treasury', duration: 'P90D' });
  await world.settle();
  return { world, account: user.id, user };
}

describe('two people who were joined by mistake', () => {
  const POLICY = {
    groups: {
      Developers: {},
      Users: {},
      Finance: { requests: { approvers: ['ben.lead@acme.example'] } },
      Treasury: { requests: { approvers: ['ben.lead@acme.example'] } },
    },
  };

  it('get back what is theirs, and are not joined again', async () => {
    const { world, account, user } = await joined();
    world.setPolicy(POLICY);
    await world.asks('R3', { kind: 'grant', person: NEW, group: 'Treasury', duration: 'P90D' });
    await world.leaves(ANA, leaving('7'));
    await world.settle();
    expect(groupsOf(world, account)).toEqual(['Developers', 'Users', 'Treasury']);
    await decide(world, 'apart', personKey(NEW));
    await world.settle();
    await world.pass(DAY_MS);
    const [ana, other] = [await world.ledger(ANA), await world.ledger(NEW)];
    expect(ana?.timeline.map(({ workerId }) => workerId)).toEqual(['7', '7']);
    expect(other?.timeline.map(({ workerId }) => workerId)).toEqual(['8']);
    expect([ana, other].map((one) => one?.grants.map(({ ticketId }) => ticketId))).toEqual([['R1'], ['R3']]);
    expect([ana?.toldApart, other?.toldApart]).toEqual([[personKey(NEW)], [personKey(ANA)]]);
    expect([ana?.joined, other?.joined, other?.separating]).toEqual([undefined, undefined, undefined]);
    expect(groupsOf(world, account)).toEqual(['Developers', 'Users', 'Treasury']);
    // The account is named for one of them again: what is the other's goes.
    const { principals } = world.engine.uipath.organization(world.alias);
    principals.put({ ...user, id: randomUUID(), email: NEW, userName: NEW });
    principals.put({ ...user, email: ANA, userName: ANA });
    await world.pass(8 * DAY_MS);
    await world.leaves(NEW, leaving('8'));
    await world.leaves(ANA, leaving('7'));
    await world.settle();
    await world.pass(DAY_MS);
    expect(groupsOf(world, account)).toEqual([]);
    expect([await world.fault(ANA), await world.fault(NEW)]).toEqual([undefined, undefined]);
  });

  it('are told apart where whom the one joined has joined another since', async () => {
    const { world, user } = await joined();
    const { principals } = world.engine.uipath.organization(world.alias);
    const third = 'ana.dritte@acme.example';
    principals.put({ ...user, email: third, userName: third });
    // Spoken of before the others are: they join this one.
    await world.joins(third, { ...record('3'), saidAtMs: world.engine.clock.now() - 30 * DAY_MS });
    await world.settle();
    expect((await world.ledger(ANA))?.joined).toMatchObject({ into: personKey(third) });
    await decide(world, 'apart', personKey(NEW));
    await world.settle();
    const workers = async (email: string) =>
      (await world.ledger(email))?.timeline.map(({ workerId }) => workerId).toSorted();
    expect([await workers(third), await workers(NEW)]).toEqual([['3', '7'], ['8']]);
    expect((await world.ledger(NEW))?.toldApart).toEqual([personKey(ANA), personKey(third)]);
  });

  it('stay as they are while the ledger of one of them cannot be read, and are two once it can', async () => {
    const { world } = await joined();
    const { app } = world.engine;
    const unreadable: typeof app.ledger.read = async (subject) => {
      if (subject.key === personKey(ANA)) throw new AppError('record-unreadable', 'It is damaged');
      return app.ledger.read(subject);
    };
    const damaged = { ...app, ledger: { ...app.ledger, read: unreadable } };
    await expect(decide(world, 'apart', personKey(NEW), damaged)).rejects.toMatchObject({
      code: 'record-unreadable',
    });
    expect((await world.ledger(NEW))?.joined).toMatchObject({ into: personKey(ANA) });
    await decide(world, 'apart', personKey(NEW));
    expect((await world.ledger(NEW))?.timeline).toHaveLength(1);
  });

  it('are asked about on the page of the one, to whoever may decide', async () => {
    const { world, account } = await joined();
    const page = await personPage(world.engine.app, world.alias, ANA);
    expect(page).toContain('They are two people');
    expect(page).toContain(`action="/api/console/${world.alias}/people/${personKey(NEW)}"`);
    expect(
      await personPage(world.engine.app, world.alias, ANA, { read: true, operate: false, release: false }),
    ).not.toContain('<button name=');
    const question = /name="question" value="([0-9a-f]+)"/.exec(page)?.[1] ?? '';
    const fields = new URLSearchParams({ decision: 'apart', reason: 'Two people', question });
    const form = { organization: world.alias, page: 'people', id: personKey(NEW), by: keyHolder('olga') };
    const said = { ...form, fields, mayDecide: () => true };
    const deps = world.engine.app as unknown as Parameters<typeof carryOutDecision>[0];
    await expect(carryOutDecision(deps, said)).resolves.toBe('told');
    await expect(carryOutDecision(deps, said)).rejects.toMatchObject({ code: 'decision-obsolete' });
    await expect(carryOutDecision(deps, { ...said, fields: new URLSearchParams() })).rejects.toMatchObject({
      code: 'page-unknown',
    });
    const told = await explainPerson(world.engine.app, world.alias, NEW);
    expect(told?.evidence.find(({ kind }) => kind === 'person-told-apart')?.facts).toMatchObject({
      by: keyHolder('olga'),
      reason: 'Two people',
      person: personKey(ANA),
    });
    expect(groupsOf(world, account)).toContain('Users');
  });

  it('get nothing more by the account while both lead to it', async () => {
    const { world, account } = await joined();
    await decide(world, 'apart', personKey(NEW));
    await world.settle();
    await world.asks('R4', { kind: 'grant', person: NEW, group: 'Developers', duration: 'P90D' });
    world.setPolicy(POLICY);
    await world.asks('R5', { kind: 'grant', person: NEW, group: 'Treasury', duration: 'P90D' });
    await world.settle();
    await world.pass(DAY_MS);
    expect(groupsOf(world, account)).toEqual(['Developers', 'Users', 'Finance']);
    expect((await world.ledger(NEW))?.joined).toBeUndefined();
  });

  it('are two whatever step the process dies at, and lose no word that comes meanwhile', async () => {
    let steps = 0;
    for (let died = true; died;) {
      steps += 1;
      const { world } = await joined();
      const dying = dyingAfter(world.engine.app, countdown(steps));
      died = (await decide(world, 'apart', personKey(NEW), dying).catch(() => 'died')) === 'died';
      await world.moves(NEW, { worker: { workerId: '8' }, attributes: { department: 'Finance' } });
      await live(world, 2 * MINUTE_MS);
      if ((await world.ledger(NEW))?.joined !== undefined) await decide(world, 'apart', personKey(NEW));
      await live(world, 2 * MINUTE_MS);
      const [ana, other] = [await world.ledger(ANA), await world.ledger(NEW)];
      expect([steps, ana?.timeline.map(({ workerId }) => workerId)]).toEqual([steps, ['7']]);
      expect([steps, other?.timeline.map(({ workerId }) => workerId).toSorted()]).toEqual([
        steps,
        ['8', '8'],
      ]);
      expect([other?.separating, other?.joined]).toEqual([undefined, undefined]);
      expect(ana?.toldApart).toEqual([personKey(NEW)]);
      expect([await world.fault(ANA), await world.fault(NEW)]).toEqual([undefined, undefined]);
      expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    }
    expect(steps).toBeGreaterThan(6);
  }, 240_000);
});

describe('a crash while somebody says that an address was handed on', () => {
  it.each<WhoDecision>(['another-person', 'same-person'])(
    'leaves nothing half decided: %s',
    async (decision) => {
      let steps = 0;
      for (let died = true; died;) {
        steps += 1;
        const { world, ...accounts } = await handedOn();
        const dying = dyingAfter(world.engine.app, countdown(steps));
        died = (await decide(world, decision, personKey(ANA), dying).catch(() => 'died')) === 'died';
        await live(world, 2 * MINUTE_MS);
        if ((await world.ledger(ANA))?.unconfirmed !== undefined) await decide(world, decision);
        await live(world, 2 * MINUTE_MS);
        const own = ['Developers', 'Users', 'Finance'];
        expect([steps, ...states(world, accounts)]).toEqual(
          decision === 'same-person' ? [steps, [], own] : [steps, own, ['Developers', 'Users']],
        );
        expect((await ledgerOf(world, HOLDER))?.separating).toBeUndefined();
        expect(await world.fault(ANA)).toBeUndefined();
        expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
      }
      expect(steps).toBeGreaterThan(3);
    },
    240_000,
  );
});
