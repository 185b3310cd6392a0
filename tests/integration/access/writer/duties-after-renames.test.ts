import { describe, expect, it } from '@jest/globals';
import { decide } from '../desk/joined-by-mistake';
import { asks, lookUp, replace } from '../ledger/replaced-world';
import { ACCOUNTANT, apart, DAY_MS, hearOf, policyWith, renameInBoth, SEED } from '../renamed-groups-world';
import { ANA, BEN, useWorlds, type World } from '../world';

const start = useWorlds();
const grant = (group: string, more: object = {}) => ({
  kind: 'grant' as const,
  person: ANA,
  group,
  duration: 'P30D',
  ...more,
});

async function developer(isRenamed: boolean): Promise<Readonly<{ world: World; name: string }>> {
  const world = await start({
    seed: SEED,
    policy: policyWith(['Developers', 'Finance'], apart('Developers')),
  });
  await world.joins(ANA, ACCOUNTANT);
  await world.asks('G1', grant('Developers', { duration: 'P90D' }));
  await world.settle();
  const name = isRenamed ? 'Engineers' : 'Developers';
  if (isRenamed) renameInBoth(world, 'Developers', name, policyWith([name, 'Finance'], apart(name)));
  await world.pass(DAY_MS);
  return { world, name };
}

describe('what was asked for between a rename and the next word, beside what the policy keeps apart from it', () => {
  it.each([false, true])('does not begin later (renamed: %p)', async (isRenamed) => {
    const { world, name } = await developer(isRenamed);
    const validFrom = new Date(world.engine.clock.now() + 5 * DAY_MS).toISOString();
    await world.asks('G2', grant('Finance', { validFrom }));
    await hearOf(world);
    await world.pass(7 * DAY_MS);
    expect([world.members(name), world.members('Finance')]).toEqual([[ANA], []]);
  });

  it('begins where the other has ended by then', async () => {
    const { world } = await developer(true);
    const validFrom = new Date(world.engine.clock.now() + 100 * DAY_MS).toISOString();
    await world.asks('G2', grant('Finance', { validFrom }));
    await world.pass(DAY_MS);
    await world.pass(100 * DAY_MS);
    expect([world.members('Engineers'), world.members('Finance')]).toEqual([[], [ANA]]);
  });

  it.each([false, true])(
    'does not act beside a privileged grant that waits for an account (renamed: %p)',
    async (isRenamed) => {
      const requests = { approvers: [BEN] };
      const policy = (privileged: string) => ({
        groups: {
          Developers: { requests },
          Users: { requests },
          Finance: { requests },
          [privileged]: { requests, privileged: true },
        },
        ...apart(privileged),
      });
      const world = await start({ seed: SEED, policy: policy('Treasury') });
      await world.joins(ANA, { worker: { workerId: '7' }, attributes: { department: 'Automation' } });
      await asks(world, 'T1', 'Treasury');
      await world.settle();
      const second = replace(world, world.id(ANA));
      await lookUp(world, { department: 'Legal' });
      expect((await world.ledger(ANA))?.replaced).toBeDefined();
      const name = isRenamed ? 'Gold' : 'Treasury';
      if (isRenamed) renameInBoth(world, 'Treasury', 'Gold', policy('Gold'));
      await asks(world, 'F1', 'Finance');
      await world.pass(DAY_MS);
      await decide(world, 'account-theirs');
      await world.pass(DAY_MS);
      const has = (group: string) => world.engine.uipath.memberIds(world.alias, group).has(second);
      expect([has(name), has('Finance')]).toEqual([true, false]);
    },
  );

  it.each([false, true])(
    'acts once nothing is in the way and it is asked for again under its id (renamed: %p)',
    async (isRenamed) => {
      const { world, name } = await developer(isRenamed);
      await world.asks('G2', grant('Finance'));
      await world.pass(DAY_MS);
      expect(world.members('Finance')).toEqual([]);
      await world.asks('R1', { kind: 'revoke', person: ANA, group: name });
      await world.pass(DAY_MS);
      await world.asks('G2', grant('Finance'));
      await world.pass(DAY_MS);
      expect([world.members(name), world.members('Finance')]).toEqual([[], [ANA]]);
    },
  );
});
