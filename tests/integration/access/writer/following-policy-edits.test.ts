import { describe, expect, it } from '@jest/globals';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { damage, failing, HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { edit, FIRST, followed, staffed, TREASURY } from '../policy-edits-world';
import { ANA, DAN, OLGA, policyOfWorld, useWorlds } from '../world';

const start = useWorlds();

describe('following an edit of the policy', () => {
  it('is done by the next tick where the process dies before it is noted', async () => {
    const world = await staffed(start);
    const { app } = world.engine;
    await edit(world, TREASURY);
    await world.engine.tick();
    const broken = {
      ...app,
      ledger: {
        ...app.ledger,
        write: async () => {
          throw new Error('The process died');
        },
      },
    };
    await world.engine.work(broken).catch(() => undefined);
    await live(world, 20 * MINUTE_MS);
    expect([world.members('Treasury'), await failing(world)]).toEqual([[DAN, OLGA], []]);
    expect(await followed(world)).toHaveLength(1);
  });

  it('keeps nobody else waiting while the version before cannot be read', async () => {
    const world = await staffed(start);
    const { app } = world.engine;
    await edit(world, TREASURY);
    await world.engine.tick();
    const unread = async () => {
      throw new Error('Storage is away');
    };
    await world.moves(ANA, { attributes: { department: 'Finance' } });
    await world.engine.work({ ...app, policyOfVersion: unread });
    await world.engine
      .finish({
        instances: [{ ...app, policyOfVersion: unread }],
        withinMs: MINUTE_MS,
      })
      .catch(() => undefined);
    expect(world.members('Finance')).toEqual([ANA, DAN, OLGA]);
    await live(world, HOUR_MS);
    expect([world.members('Treasury'), await failing(world)]).toEqual([[ANA, DAN, OLGA], []]);
  });

  it('goes by what everybody has where the version before is not kept any more', async () => {
    const world = await staffed(start);
    await edit(world, TREASURY);
    await world.engine.tick();
    const { app } = world.engine;
    const gone = { ...app, policyOfVersion: async () => undefined };
    await world.engine.work(gone);
    await live(world, MINUTE_MS);
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
  });

  it('waits where another version is on record than the run works under', async () => {
    const world = await staffed(start);
    const hash = await edit(world, TREASURY);
    world.engine.setPolicy(policyOfWorld(world.engine.uipath.identityBaseUrl(world.alias), FIRST));
    await live(world, MINUTE_MS);
    const own = await world.engine.app.ledger.read(organizationSubject(world.alias));
    expect([own?.value.policyFollowed === hash, world.members('Treasury')]).toEqual([false, []]);
    await edit(world, TREASURY);
    await live(world, MINUTE_MS);
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
  });

  it('looks at somebody whose ledger cannot be read once it can be', async () => {
    const world = await staffed(start);
    const repair = await damage(world, DAN, { json0: '{"kind":"planet"}' });
    await edit(world, TREASURY);
    await live(world, 10 * MINUTE_MS);
    expect(world.members('Treasury')).toEqual([OLGA]);
    await repair();
    await live(world, 2 * HOUR_MS);
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
  });

  it('comes after a leaver who is said meanwhile', async () => {
    const world = await staffed(start);
    await edit(world, TREASURY);
    await world.leaves(DAN);
    await live(world, MINUTE_MS);
    expect([world.members('Treasury'), world.members('Finance')]).toEqual([[OLGA], [OLGA]]);
  });
});
