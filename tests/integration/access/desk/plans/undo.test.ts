import { describe, expect, it } from '@jest/globals';
import { releaseHold } from '../../../../../shared/access/desk/release-hold';
import { keyHolder } from '../../../../fixtures/key-holder';
import { auditNight, withoutFaults } from '../../remediation-world';
import { BEN, byHand, CARA, DAN, useWorlds } from '../../world';
import { apply, DESK, linesIn, openMembers, plan, SAID } from './plan-world';
import { undoHistories } from './undo-histories';

const begin = withoutFaults(useWorlds());
describe('access undo', () => {
  it('brings UiPath back in random histories', async () => {
    const { before, after } = await undoHistories(await begin(), 12, 7);
    expect(before).toHaveLength(12);
    expect(after).toEqual(before);
  });

  it('gives back what a release took, with a reason that is permitted still, and undoes that too', async () => {
    const world = await begin({ policy: { guards: { group: { count: 1, percent: 10, floor: 1 } } } });
    await auditNight(world);
    for (const [at, email] of [CARA, DAN].entries())
      await world.asks(`G-${at}`, { kind: 'grant', person: email, group: 'Finance' });
    await world.settle();
    for (const [at, email] of [CARA, DAN].entries())
      await world.asks(`R-${at}`, { kind: 'revoke', person: email, group: 'Finance' });
    await world.settle();
    const { app } = world.engine;
    const [hold] = await app.holds.list(world.alias, 'held');
    const hash = hold?.hash ?? '';
    await expect(plan(world, 'undo', { id: hash, ...SAID })).rejects.toMatchObject({ code: 'plan-not-held' });
    await releaseHold(app, world.alias, hash, DESK);
    await world.settle();
    expect(world.members('Finance')).toEqual([]);
    const without = await plan(world, 'undo', { id: hash });
    expect(without.changes).toEqual([]);
    expect(without.leftOut.map(({ why }) => why)[0]).toContain('name its owner and ticket');
    await auditNight(world);
    const back = await plan(world, 'undo', { id: hash, ...SAID }, { by: keyHolder(CARA) });
    expect(linesIn(back, world)).toEqual([`give-back Finance: ${DAN}`]);
    const both = await plan(world, 'undo', { id: hash, ...SAID });
    await apply(world, both.hash);
    await world.settle();
    expect(world.members('Finance')).toEqual([CARA, DAN]);
    expect(await openMembers(world)).toEqual([]);
    expect((await world.ledger(DAN))?.grants.at(-1)).toMatchObject({
      requester: 'Olga Admin',
      ticketId: 'GOV-12',
    });
    const again = await plan(world, 'undo', { id: both.hash });
    expect(again.counts.removals).toBe(2);
    await apply(world, again.hash);
    await world.settle();
    // The guard holds them as it would anybody's.
    expect(world.members('Finance')).toEqual([CARA, DAN]);
    expect(await app.holds.list(world.alias, 'held')).toHaveLength(1);
  });

  it('is refused in observe where it is written, and not where a reason is forgotten', async () => {
    const world = await begin();
    byHand(world, 'Finance', [CARA]);
    await auditNight(world);
    const { hash } = await plan(world, 'adopt', SAID);
    await apply(world, hash);
    await world.asks('REQ-1', { kind: 'grant', person: DAN, group: 'Finance' });
    await world.settle();
    world.setPolicy({ mode: 'observe' });
    const request = await plan(world, 'undo', { id: 'standard/REQ-1' });
    await expect(apply(world, request.hash)).rejects.toMatchObject({ code: 'organization-observed' });
    const forget = await plan(world, 'undo', { id: hash });
    expect(linesIn(forget, world)).toEqual([`forget-reason Finance: ${CARA}`]);
    await apply(world, forget.hash);
    expect((await world.ledger(CARA))?.grants).toEqual([]);
    expect(await openMembers(world)).toContain(`member-without-reason finance: ${CARA}`);
  });

  it.each([
    ['f'.repeat(64), 'plan-unknown'],
    ['standard/REQ-404', 'request-unknown'],
    ['', 'request-unknown'],
    ['../plans', 'request-unknown'],
  ])('is not planned of %j', async (id, code) => {
    const world = await begin();
    await auditNight(world);
    await expect(plan(world, 'undo', { id, ...SAID })).rejects.toMatchObject({ code });
    expect(await world.ledger(BEN)).toBeUndefined();
  });
});
