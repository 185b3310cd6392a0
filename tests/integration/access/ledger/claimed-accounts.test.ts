import { describe, expect, it } from '@jest/globals';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { personKey } from '../../../../shared/domain/person-key';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import { entraUser, patchOf, scimClient } from '../../../fixtures/scim-client';
import { addAccount, DAY_MS, decide, groupsOf, leaving, NEW, record } from '../desk/joined-by-mistake';
import { HISTORY_POLICY } from '../histories/say-in-contract';
import { live, MINUTE_MS } from '../live-through-time';
import { ANA, useWorlds, type World } from '../world';

const start = useWorlds();
const OWN = ['Developers', 'Users'];

/** Ana at work, and an account that an identity provider posted under an address that HR does not know yet. */
async function posted(): Promise<Readonly<{ world: World; first: string; second: string; userId: string }>> {
  const world = await start({ policy: HISTORY_POLICY });
  await world.joins(ANA, record('7'));
  await world.settle();
  const second = addAccount(world, NEW);
  const { body } = await scimClient(world).send('POST', '/Users', entraUser(NEW));
  await world.settle();
  await world.pass(DAY_MS);
  return { world, first: world.id(ANA), second, userId: String(body['id']) };
}

/** HR says that Ana's record has the new address, and no writer comes to it yet. */
async function tells(world: World): Promise<void> {
  await world.moves(NEW, record('7'));
  await world.engine.work({ ...world.engine.app, leases: { acquire: async () => undefined } });
}

describe('an account that was posted under an address before a record came under it', () => {
  it('is the person’s, whatever step the process dies at', async () => {
    let steps = 0;
    for (let died = true; died;) {
      steps += 1;
      const { world, first, second } = await posted();
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
    const { world, first, second } = await posted();
    await tells(world);
    await world.leaves(NEW, leaving('7'));
    await world.settle();
    await world.pass(DAY_MS);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([[], []]);
  });

  it('stays whose it is, once a named person told the two apart', async () => {
    const { world, first, second } = await posted();
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
    const { world, first, second, userId } = await posted();
    const off = patchOf({ op: 'Replace', path: 'active', value: false });
    await scimClient(world).send('PATCH', `/Users/${userId}`, off);
    await world.settle();
    await world.pass(DAY_MS);
    await tells(world);
    await world.settle();
    await world.pass(DAY_MS);
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([OWN, []]);
  });

  it('stays a colleague’s who has a record of their own', async () => {
    const { world, first, second } = await posted();
    await world.joins(NEW, record('8'));
    await world.settle();
    await tells(world);
    await world.settle();
    await world.pass(DAY_MS);
    expect((await world.ledger(NEW))?.joined).toBeUndefined();
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([OWN, OWN]);
  });
});
