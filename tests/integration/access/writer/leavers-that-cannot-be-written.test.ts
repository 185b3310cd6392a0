import { describe, expect, it } from '@jest/globals';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey, formerAccountKey } from '../../../../shared/domain/person-key';
import { DANS, liveAs, refusing, replaced, withDan } from '../leavers-world';
import { failing, HOUR_MS, damage } from '../live-through-time';
import {
  DAY_MS,
  NEW,
  THIRD,
  addAccount,
  groupsOf,
  handedOn,
  leaving,
  record,
  setAddress,
  decide,
  HOLDER,
  ledgerAt,
} from '../desk/joined-by-mistake';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import { renameGroup } from '../rename-group';
import { ANA, BEN, byHand, CARA, DAN, OLGA, useWorlds } from '../world';
import { OWN, posted, tells } from '../ledger/claimed-world';
import { record as processWords } from '../ledger/renamed-world';

const start = useWorlds();
const requests = { approvers: [BEN] };
const ACCOUNTANT = { attributes: { department: 'Accounting' } };
type Fields = Readonly<Record<string, unknown>>;
function policyWith(names: readonly string[], more: Fields = {}): Fields {
  return {
    mover: { graceDays: 0 },
    groups: Object.fromEntries(names.map((name) => [name, { mode: 'additive', requests }])),
    birthright: [],
    ...more,
  };
}
const seed = {
  saml: true,
  groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [], Treasury: [] },
};

describe('a leaver whose row the writer cannot write', () => {
  it.each([false, true])('is out of the group (renamed: %p)', async (isRenamed) => {
    const world = await start({ seed, policy: policyWith(['Developers', 'Finance']) });
    await world.joins(ANA, ACCOUNTANT);
    await world.asks('G1', { kind: 'grant', person: ANA, group: 'Developers', duration: 'P90D' });
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
    if (isRenamed) {
      renameGroup(world, 'Developers', 'Engineers');
      world.setPolicy(policyWith(['Engineers', 'Finance']));
    }
    await world.leaves(ANA);
    await processWords(world);
    const bad = refusing(world, ({ key }) => key === personKey(ANA));
    await liveAs(world, bad, 2 * HOUR_MS);
    expect([await failing(world), world.members(isRenamed ? 'Engineers' : 'Developers')]).toEqual([
      expect.anything(),
      [],
    ]);
  });

  it.each(['person', 'account of before', 'account of now'])(
    'is out of every account, where the ledger of the %s cannot be written',
    async (what) => {
      const { world, first, now, dans } = await replaced(start);
      await world.leaves(ANA, leaving('7'));
      await processWords(world);
      const keys = {
        person: personKey(ANA),
        'account of before': formerAccountKey(first),
        'account of now': formerAccountKey(now),
      };
      const bad = refusing(world, ({ key }) => key === keys[what as keyof typeof keys]);
      await liveAs(world, bad, 2 * HOUR_MS);
      const told = async () => [
        ...(await world.kinds(ANA)),
        ...(await world.kinds(personSubject(world.alias, keys['account of before']))),
        ...(await world.kinds(personSubject(world.alias, keys['account of now']))),
      ];
      const before = await told();
      await liveAs(world, bad, 2 * HOUR_MS);
      expect([groupsOf(world, first), groupsOf(world, now), dans()]).toEqual([[], [], DANS]);
      expect(await told()).toEqual(before);
      await liveAs(world, world.engine.app, HOUR_MS);
      expect([await failing(world), (await world.ledger(ANA))?.identity]).toEqual([
        [],
        expect.objectContaining({ id: now }),
      ]);
    },
  );

  it.each([
    [2, 2_000],
    [3, 2_000],
    [3, 1],
  ])(
    'counts once for the guards, though each of %p has two accounts: %p at a time',
    async (howMany, together) => {
      const world = await start({});
      const one = { peoplePerPass: together };
      const leavers = [ANA, CARA, DAN].slice(0, howMany);
      for (const [index, email] of leavers.entries()) await world.joins(email, record(String(index + 7)));
      await world.settle();
      const firsts = leavers.map((email) => world.id(email));
      const others = Array.from({ length: 8 }, (_, index) => addAccount(world, `o${index}@acme.example`));
      byHand(world, 'Developers', others);
      await world.pass(8 * DAY_MS);
      const nows = leavers.map((email, index) => {
        setAddress(world, firsts[index] ?? '', `old${index}@acme.example`);
        return addAccount(world, email);
      });
      byHand(world, 'Treasury', nows);
      for (const [index, email] of leavers.entries()) await world.leaves(email, leaving(String(index + 7)));
      await processWords(world);
      const keys = new Set(leavers.map(personKey));
      const bad = { ...refusing(world, ({ key }) => keys.has(key)), ...one };
      await liveAs(world, bad, 4 * HOUR_MS);
      expect([...firsts, ...nows].map((id) => groupsOf(world, id))).toEqual(
        [...firsts, ...nows].map(() => []),
      );
      expect(await world.engine.app.holds.heads(world.alias)).toEqual([]);
      expect(others.map((id) => groupsOf(world, id))).toEqual(others.map(() => ['Developers']));
    },
  );

  it.each([ANA, NEW])('is out with another of the same account who left, row of %s', async (email) => {
    const world = await start({});
    await world.joins(ANA, record('7'));
    const dans = await withDan(world);
    const first = world.id(ANA);
    await world.pass(8 * DAY_MS);
    setAddress(world, first, NEW);
    await world.joins(NEW, record('8'));
    await processWords(world);
    await world.leaves(ANA, leaving('7'));
    await world.leaves(NEW, leaving('8'));
    await processWords(world);
    await liveAs(
      world,
      refusing(world, ({ key }) => key === personKey(email)),
      6 * HOUR_MS,
    );
    expect([groupsOf(world, first), dans()]).toEqual([[], DANS]);
  });

  it('is out of the known account, where the decision fails and so does the verdict', async () => {
    const { world, first, now } = await handedOn(start);
    await world.moves(NEW, record('7', 'Finance'));
    await liveAs(world, world.engine.app, HOUR_MS);
    setAddress(world, first, NEW);
    await world.pass(DAY_MS);
    setAddress(world, first, THIRD);
    const next = addAccount(world, NEW);
    byHand(world, 'Treasury', [next]);
    await world.pass(8 * DAY_MS);
    const { app } = world.engine;
    for (let steps = 1; (await ledgerAt(world, HOLDER)) === undefined; steps += 1)
      await decide(world, 'another-person', personKey(ANA), dyingAfter(app, countdown(steps))).catch(
        () => 'died',
      );
    const table = await world.engine.storage.table('ledger');
    await table.updateEntity(
      { partitionKey: `${world.alias}:person:${HOLDER}`, rowKey: 'state', json0: '{"kind":"planet"}' },
      'Merge',
    );
    await world.leaves(NEW, leaving('7'));
    await processWords(world);
    const bad = refusing(
      world,
      ({ key }) => key === formerAccountKey(first) || key === formerAccountKey(next),
    );
    await liveAs(world, bad, 6 * HOUR_MS);
    expect([await failing(world), groupsOf(world, first), groupsOf(world, now)]).toEqual([
      expect.anything(),
      [],
      [],
    ]);
  });
});

describe('somebody who claims an address and leaves', () => {
  it('is out of their account although the row of the address is damaged', async () => {
    const { world, first } = await posted(start);
    await tells(world);
    await damage(world, NEW, { json0: '{"kind":"planet"}' });
    await world.leaves(ANA, leaving('7'));
    await liveAs(world, world.engine.app, 6 * HOUR_MS);
    expect([await failing(world), groupsOf(world, first)]).toEqual([expect.anything(), []]);
  });
  it('does not keep another claimant from leaving', async () => {
    const { world, first } = await posted(start);
    await world.joins(CARA, record('11'));
    await world.settle();
    await tells(world);
    await world.moves(NEW, record('11'));
    await processWords(world);
    await damage(world, NEW, { json0: '{"kind":"planet"}' });
    await world.leaves(CARA, leaving('11'));
    await world.asks('G9', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P90D' });
    await liveAs(world, world.engine.app, 6 * HOUR_MS);
    expect([await failing(world), groupsOf(world, first), groupsOf(world, world.id(CARA))]).toEqual([
      expect.anything(),
      OWN,
      [],
    ]);
  });
});
