import { describe, expect, it } from '@jest/globals';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { personKey } from '../../../../shared/domain/person-key';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import { patchOf, scimClient } from '../../../fixtures/scim-client';
import { DAY_MS, decide, groupsOf, leaving, NEW, record } from '../desk/joined-by-mistake';
import { HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { ANA, useWorlds } from '../world';
import { asksFor, FOUR_GROUPS, OWN, posted, tells } from './claimed-world';

const start = useWorlds();

describe('an account that was posted under an address before a record came under it', () => {
  it('is the person’s, whatever step the process dies at', async () => {
    let steps = 0;
    for (let died = true; died;) {
      steps += 1;
      const { world, first, second } = await posted(start);
      await tells(world);
      const dying = dyingAfter(world.engine.app, countdown(steps));
      died = (await applyChanges(dying, { organization: world.alias }).catch(() => 'died')) === 'died';
      await live(world, 2 * MINUTE_MS);
      expect([steps, groupsOf(world, first), groupsOf(world, second)]).toEqual([steps, [], OWN]);
      expect((await world.ledger(NEW))?.joined?.into).toBe(personKey(ANA));
      expect(await world.ledger(ANA)).toMatchObject({ email: NEW, replaced: { accountId: first } });
      expect((await world.ledger(ANA))?.claimed).toBeUndefined();
      expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    }
    expect(steps).toBeGreaterThan(9);
  }, 240_000);

  it('is out with the person, when they leave right then', async () => {
    const { world, first, second } = await posted(start);
    await tells(world);
    await world.leaves(NEW, leaving('7'));
    await world.settle();
    await world.pass(DAY_MS);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[], []]);
  });

  it('is out with the person, when they leave under the address of before right then', async () => {
    const { world, first, second } = await posted(start, FOUR_GROUPS);
    await asksFor(world, 'R1', 'Finance', NEW);
    await world.settle();
    await tells(world);
    await world.leaves(ANA, leaving('7'));
    await world.settle();
    await world.pass(DAY_MS);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[], []]);
  });

  it('is not the person’s account any more, once a named person told the two apart: their own is', async () => {
    const { world, first, second } = await posted(start, FOUR_GROUPS);
    await asksFor(world, 'R1', 'Finance', ANA);
    await world.settle();
    await tells(world);
    await live(world, HOUR_MS);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[], [...OWN, 'Finance']]);
    await decide(world, 'apart', personKey(NEW));
    await live(world, HOUR_MS);
    for (let days = 0; days < 6; days += 1) await world.pass(DAY_MS);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[...OWN, 'Finance'], OWN]);
  });

  it('stays whose it is, once a named person told the two apart', async () => {
    const { world, first, second } = await posted(start);
    await tells(world);
    await world.settle();
    await decide(world, 'apart', personKey(NEW));
    await world.settle();
    await world.pass(DAY_MS);
    await world.moves(NEW, record('7'));
    await world.settle();
    await world.pass(DAY_MS);
    expect((await world.ledger(NEW))?.joined).toBeUndefined();
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([OWN, OWN]);
  });

  it('says nothing of the person while it is switched off: it may be of somebody who left long ago', async () => {
    const { world, first, second, userId } = await posted(start);
    const off = patchOf({ op: 'Replace', path: 'active', value: false });
    await scimClient(world).send('PATCH', `/Users/${userId}`, off);
    await world.settle();
    await world.pass(DAY_MS);
    await tells(world);
    await world.settle();
    await world.pass(DAY_MS);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([OWN, []]);
  });

  it.each([
    ['the person’s, once it is on again', false],
    ['out with a person who left meanwhile, once it is on again', true],
  ])('is %s', async (_what, isLeaving) => {
    const { world, first, second, userId } = await posted(start, FOUR_GROUPS);
    const turn = async (value: boolean): Promise<void> => {
      await scimClient(world).send(
        'PATCH',
        `/Users/${userId}`,
        patchOf({ op: 'Replace', path: 'active', value }),
      );
      await world.settle();
      await world.pass(HOUR_MS);
    };
    await turn(false);
    await tells(world);
    await world.settle();
    await world.pass(HOUR_MS);
    if (isLeaving) await world.leaves(NEW, leaving('7'));
    await world.settle();
    await world.pass(HOUR_MS);
    await turn(true);
    await world.pass(DAY_MS);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[], isLeaving ? [] : OWN]);
  });

  it('stays a colleague’s who has a record of their own', async () => {
    const { world, first, second } = await posted(start);
    await world.joins(NEW, record('8'));
    await world.settle();
    await tells(world);
    await world.settle();
    await world.pass(DAY_MS);
    expect((await world.ledger(NEW))?.joined).toBeUndefined();
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([OWN, OWN]);
  });
});
