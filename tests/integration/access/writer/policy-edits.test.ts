import { describe, expect, it } from '@jest/globals';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { keyHolder } from '../../../fixtures/key-holder';
import { HOUR_MS, live, MINUTE_MS } from '../live-through-time';
import { AUTOMATION, edit, FINANCE, followed, GROUPS, held, line, staffed } from '../policy-edits-world';
import { ANA, byHand, CARA, DAN, OLGA, useWorlds } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;

describe('an edit of the policy', () => {
  it('gives whom it concerns their groups within a tick, and tells in the evidence whom', async () => {
    const world = await staffed(start);
    const hash = await edit(world, { birthright: [AUTOMATION, line('finance', 'Finance', ['Treasury'])] });
    await live(world, MINUTE_MS);
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    expect(await followed(world)).toEqual([
      {
        from: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
        to: hash,
        people: 2,
        groups: [
          { group: 'finance', gains: 0, loses: 2 },
          { group: 'treasury', gains: 2, loses: 0 },
          { group: 'users', gains: 0, loses: 2 },
        ],
        emptied: { groups: ['finance'], lines: [] },
      },
    ]);
  });

  it('costs no call to UiPath where it changes nobody', async () => {
    const world = await staffed(start);
    await edit(world, { notify: [], planExpiryDays: 5 });
    await live(world, 10 * MINUTE_MS);
    expect([world.calls(), await followed(world)]).toEqual([{}, []]);
    const own = await world.engine.app.ledger.read(organizationSubject(world.alias));
    expect(own?.value.policyFollowed).toBe(own?.value.policyHash);
  });

  it('looks at nobody but those whom it changes', async () => {
    const world = await staffed(start);
    await edit(world, {
      birthright: [AUTOMATION, line('finance', 'Finance', ['Finance', 'Users', 'Treasury'])],
    });
    await live(world, 10 * MINUTE_MS);
    const changed = world.engine.log.filter(({ event }) => event === 'memberships-applied');
    expect(changed.at(-1)).toMatchObject({ groupId: world.groupId('Treasury'), added: 2, removed: 0 });
    expect(await world.kinds(ANA)).not.toContain('policy-followed');
    expect(world.calls()).toEqual({ G1: 1, G4: 1, G7: 2, G8: 1 });
  });

  it('that empties a birthright line is held however few it concerns, with the edit by name', async () => {
    const world = await staffed(start);
    const hash = await edit(world, {
      birthright: [line('automation', 'Automaton', ['Developers', 'Users']), FINANCE],
    });
    await live(world, HOUR_MS);
    expect([world.members('Developers'), world.members('Users')]).toEqual([
      [ANA, CARA],
      [ANA, CARA, DAN, OLGA],
    ]);
    const [hold, ...others] = await held(world);
    expect(others).toEqual([]);
    expect(hold?.removals).toHaveLength(4);
    expect(hold?.guards).toEqual([
      { guard: 'batch', scope: `emptying edit of the policy ${hash.slice(0, 8)}`, removals: 4, whole: 4 },
    ]);
    expect(await followed(world)).toMatchObject([
      {
        people: 2,
        emptied: { groups: ['developers'], lines: ['automation'] },
        conditionsOfNobody: [{ line: 'automation', attribute: 'department', values: ['automaton'] }],
      },
    ]);
    await releaseHold(world.engine.app, world.alias, hold?.hash ?? '', keyHolder('Ben'));
    await live(world, MINUTE_MS);
    expect([world.members('Developers'), world.members('Users')]).toEqual([[], [DAN, OLGA]]);
  });

  it('that gives nobody anything, as its condition is misspelt, is told in the evidence', async () => {
    const world = await staffed(start);
    const misspelt = { name: 'treasury', when: { departement: 'Finance' }, groups: ['Treasury'] };
    await edit(world, { birthright: [AUTOMATION, FINANCE, misspelt] });
    await live(world, 10 * MINUTE_MS);
    const [told, ...more] = await followed(world);
    expect(told).toMatchObject({
      people: 0,
      conditionsOfNobody: [{ line: 'treasury', attribute: 'departement', meant: 'department' }],
    });
    expect([more, world.calls()]).toEqual([[], {}]);
  });

  it('that is corrected before anybody released it takes nobody out', async () => {
    const world = await staffed(start);
    await edit(world, { birthright: [line('automation', 'Automaton', ['Developers']), FINANCE] });
    await live(world, HOUR_MS);
    await edit(world, {});
    await live(world, HOUR_MS);
    const [hold] = await held(world);
    if (hold !== undefined) await releaseHold(world.engine.app, world.alias, hold.hash, keyHolder('Ben'));
    await live(world, HOUR_MS);
    expect([world.members('Developers'), world.members('Users')]).toEqual([
      [ANA, CARA],
      [ANA, CARA, DAN, OLGA],
    ]);
  });

  it('that takes a few people out of a group which keeps others is not held', async () => {
    const world = await staffed(start);
    await world.moves(CARA, { attributes: { department: 'Operations' } });
    await edit(world, {
      birthright: [AUTOMATION, FINANCE, line('ops', 'Operations', ['Developers', 'Users'])],
    });
    await live(world, MINUTE_MS);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    await edit(world, { birthright: [AUTOMATION, FINANCE, line('ops', 'Operations', ['Users'])] });
    await live(world, MINUTE_MS);
    expect([world.members('Developers'), await held(world)]).toEqual([[ANA], []]);
  });

  it('that lets a group be written gives it whom it could not', async () => {
    const observed = { ...GROUPS, Treasury: { ...GROUPS['Treasury'], mode: 'observe' } };
    const birthright = [AUTOMATION, line('finance', 'Finance', ['Finance', 'Users', 'Treasury'])];
    const world = await staffed(start);
    await edit(world, { groups: observed, birthright });
    await live(world, MINUTE_MS);
    expect(world.members('Treasury')).toEqual([]);
    await edit(world, { birthright });
    await live(world, MINUTE_MS);
    expect(world.members('Treasury')).toEqual([DAN, OLGA]);
  });

  it('that shortens the time after a move ends what was kept by the longer one', async () => {
    const world = await staffed(start);
    await edit(world, { mover: { graceDays: 30 } });
    await live(world, MINUTE_MS);
    await world.moves(CARA, { attributes: { department: 'Finance' } });
    await world.pass(5 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    await edit(world, { mover: { graceDays: 10 } });
    await live(world, MINUTE_MS);
    expect(world.members('Developers')).toEqual([ANA, CARA]);
    await world.pass(6 * DAY_MS);
    expect(world.members('Developers')).toEqual([ANA]);
  });

  it('leaves a member alone whom somebody else put there', async () => {
    const world = await staffed(start);
    byHand(world, 'Developers', [DAN]);
    await edit(world, { birthright: [line('automation', 'Automation', ['Users']), FINANCE] });
    await live(world, HOUR_MS);
    for (const { hash } of await held(world))
      await releaseHold(world.engine.app, world.alias, hash, keyHolder('Ben'));
    await live(world, HOUR_MS);
    expect(world.members('Developers')).toEqual([DAN]);
  });
});
