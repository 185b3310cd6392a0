import { describe, expect, it } from '@jest/globals';
import { explainPerson } from '../../../../shared/access/desk/explain-person';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { personPage } from '../../../fixtures/person-page';
import { ANA, BEN, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds('emulator');
const AGENCY = { sources: { agency: { secret: 'agency' } } };
const AUTOMATION = { attributes: { department: 'Automation' } };
const FINANCE = { attributes: { department: 'Finance' } };
const DAY_MS = 86_400_000;

const record = (workerId: string) => ({ worker: { workerId } });
const groupsOf = (world: World, email: string): readonly string[] =>
  ['Developers', 'Finance', 'Treasury', 'Users'].filter((group) => world.members(group).includes(email));

/** The ledger as an earlier version left it: it did not note who said what, and knew one worker id of each person. */
async function asBefore(world: World, email: string, workerId: string | undefined): Promise<void> {
  const subject = personSubject(world.alias, personKey(email));
  const { ledger } = world.engine.app;
  const stored = await ledger.read(subject);
  if (stored === undefined) throw new Error('There is no ledger');
  const { timeline, ...rest } = stored.value;
  const words = timeline.map(({ source: _source, workerId: _workerId, of: _of, ...word }) => word);
  await ledger.write(subject, { ...rest, workerId, timeline: words }, stored, []);
}

describe('somebody with two worker records', () => {
  it('keeps what the second gives when the first ends, and loses what was asked for under the first (incident 29)', async () => {
    const world = await start();
    await world.joins(ANA, { ...record('7'), ...AUTOMATION });
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
    await world.pass(DAY_MS);
    expect(groupsOf(world, ANA)).toEqual(['Developers', 'Finance', 'Users']);
    await world.joins(ANA, { ...record('8'), ...AUTOMATION });
    await world.pass(DAY_MS);
    await world.leaves(ANA, { ...record('7'), immediate: true });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Developers', 'Users']);
    await world.leaves(ANA, { ...record('8'), immediate: true });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual([]);
  });

  it('of two sources has what both give, and the leaving of one leaves the other alone', async () => {
    const world = await start({ policy: AGENCY });
    await world.joins(ANA, { ...record('7'), ...AUTOMATION });
    await world.joins(ANA, { ...record('7'), ...FINANCE, source: 'agency' });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Developers', 'Finance', 'Users']);
    await world.leaves(ANA, { ...record('7'), immediate: true });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Finance', 'Users']);
  });

  it('is out at once when a source says so whose leaving means the person', async () => {
    const world = await start({ policy: { sources: { agency: { secret: 'agency', leaving: 'person' } } } });
    await world.joins(ANA, { ...record('7'), ...AUTOMATION });
    await world.joins(ANA, { ...record('7'), ...FINANCE, source: 'agency' });
    await world.leaves(ANA, { ...record('7'), immediate: true, source: 'agency' });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual([]);
  });

  it('is in the evidence with the id of the record', async () => {
    const world = await start();
    await world.joins(ANA, { ...record('7'), ...AUTOMATION });
    await world.settle();
    const words = (await world.evidence(ANA)).filter(({ kind }) => kind === 'worker-event');
    expect(words.map(({ facts }) => facts['workerId'])).toEqual(['7']);
  });
});

describe('an old record that is edited or ended long after', () => {
  it.each([
    ['a leaving of it', async (world: World) => world.leaves(ANA, { ...record('7'), immediate: true })],
    ['a change of it', async (world: World) => world.moves(ANA, { ...record('7'), ...FINANCE })],
    [
      'the end of one that nobody knew',
      async (world: World) => world.leaves(ANA, { ...record('1'), immediate: true }),
    ],
  ])('changes nothing for whoever works under another: %s', async (_what, say) => {
    const world = await start();
    await world.joins(ANA, { ...record('7'), ...AUTOMATION });
    await world.leaves(ANA, { ...record('7'), immediate: true });
    await world.joins(ANA, { ...record('8'), ...AUTOMATION });
    await world.pass(300 * DAY_MS);
    await say(world);
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Developers', 'Users']);
  });
});

describe('a ledger of an earlier version', () => {
  it('learns on the next word whose words it has, and the record they are of ends', async () => {
    const world = await start();
    await world.joins(ANA, { ...record('7'), ...AUTOMATION });
    await world.settle();
    await asBefore(world, ANA, '7');
    await world.joins(ANA, { ...record('8'), ...AUTOMATION });
    await world.leaves(ANA, { ...record('7'), immediate: true });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Developers', 'Users']);
    await world.leaves(ANA, { ...record('8'), immediate: true });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual([]);
  });

  it.each([
    ['a worker id', record('7')],
    ['another worker id than it knew', record('9')],
    ['no worker id', {}],
  ])('of several sources ends with a leaving that names %s', async (_what, about) => {
    const world = await start({ policy: AGENCY });
    await world.joins(BEN, { ...record('7'), ...AUTOMATION });
    await world.moves(BEN, { ...AUTOMATION, source: 'agency' });
    await world.settle();
    await asBefore(world, BEN, '7');
    await world.leaves(BEN, { ...about, immediate: true });
    await world.settle();
    expect(groupsOf(world, BEN)).toEqual([]);
  });
});

describe('somebody whose address HR changed, and whose record has an id', () => {
  const NEW = 'ana.stan@acme.example';
  const seed = { users: [OLGA, ANA, BEN, CARA, DAN, NEW] };

  it('keeps what they have, and is out when they leave under the new address only', async () => {
    const world = await start();
    await world.joins(ANA, { ...record('7'), ...AUTOMATION });
    await world.asks('R1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
    await world.settle();
    await world.moves(NEW, { ...record('7'), attributes: { title: 'Lead' } });
    await world.pass(30 * DAY_MS);
    expect(groupsOf(world, ANA)).toEqual(['Developers', 'Finance', 'Users']);
    await world.leaves(NEW, { ...record('7'), immediate: true });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual([]);
  });

  it('is one person for tickets under either address', async () => {
    const world = await start();
    await world.joins(ANA, { ...record('7'), ...AUTOMATION });
    await world.moves(NEW, { ...record('7'), attributes: { title: 'Lead' } });
    await world.asks('R1', { kind: 'grant', person: NEW, group: 'Finance', duration: 'P90D' });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual(['Developers', 'Finance', 'Users']);
    expect((await world.ledger(ANA))?.grants).toHaveLength(1);
  });

  it('is out when the first word under the new address is that they left, whatever it came before', async () => {
    const world = await start();
    await world.joins(ANA, { ...record('7'), ...AUTOMATION });
    await world.settle();
    await world.leaves(NEW, { ...record('7'), immediate: true });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual([]);
    expect((await world.ledger(ANA))?.formerEmails).toEqual([ANA]);
  });

  it('takes nothing from whoever has that address already, and ends with its record all the same', async () => {
    const world = await start({ seed });
    await world.joins(ANA, { ...record('7'), ...AUTOMATION });
    await world.joins(NEW, { ...record('8'), ...FINANCE });
    await world.settle();
    await world.leaves(NEW, { ...record('7'), immediate: true });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual([]);
    expect(world.members('Finance')).toHaveLength(1);
  });

  it('is found under the new address by the record of a ledger of an earlier version', async () => {
    const world = await start();
    await world.joins(ANA, { ...record('7'), ...AUTOMATION });
    await world.settle();
    await asBefore(world, ANA, '7');
    await world.moves(ANA, { ...record('7'), attributes: { title: 'Lead' } });
    await world.leaves(NEW, { ...record('7'), immediate: true });
    await world.settle();
    expect(groupsOf(world, ANA)).toEqual([]);
  });
});

describe('somebody with two addresses', () => {
  const NEW = 'ben.stark@acme.example';

  it.each([
    ['asks under one for the other', { person: NEW, requester: BEN }],
    ['asks under one, and approves under the other', { person: ANA, requester: NEW }],
    ['is given what they approve under the other', { person: NEW, requester: ANA }],
  ])('approves nothing of their own when they are who %s', async (_what, { person, requester }) => {
    const world = await start();
    await world.joins(BEN, { ...record('7'), ...AUTOMATION });
    await world.moves(NEW, { ...record('7'), attributes: { title: 'Lead' } });
    await world.settle();
    await world.asks('R1', { kind: 'grant', person, group: 'Finance', duration: 'P9D' }, { requester });
    await world.settle();
    expect(world.members('Finance')).toEqual([]);
    expect((await world.kinds(person === ANA ? ANA : BEN)).at(-1)).toBe('access-request');
  });

  it('is explained under either, with each worker record', async () => {
    const world = await start();
    await world.joins(BEN, { ...record('7'), ...AUTOMATION });
    await world.joins(NEW, { ...record('8'), ...AUTOMATION });
    await world.moves(NEW, { ...record('7'), attributes: { title: 'Lead' } });
    await world.leaves(BEN, { ...record('7'), immediate: true });
    await world.settle();
    const { app } = world.engine;
    const [old, now] = [await explainPerson(app, 'acme', BEN), await explainPerson(app, 'acme', NEW)];
    expect(old?.ledger.timeline.map(({ workerId }) => workerId)).toEqual(['7', '7', '7']);
    expect(now?.ledger.timeline.map(({ workerId }) => workerId)).toEqual(['8']);
    expect(await personPage(app, 'acme', BEN)).toContain('standard 7');
  });

  it('approves under an address that the policy does not name, once it names another of theirs', async () => {
    const world = await start();
    await world.joins(BEN, { ...record('7'), ...AUTOMATION });
    await world.moves(NEW, { ...record('7'), attributes: { title: 'Lead' } });
    const approvals = [{ approver: NEW }];
    await world.asks(
      'R1',
      { kind: 'grant', person: ANA, group: 'Finance', duration: 'P9D' },
      { requester: CARA, approvals },
    );
    await world.settle();
    expect(world.members('Finance')).toEqual([ANA]);
  });
});
