import { describe, expect, it } from '@jest/globals';
import { HOUR_MS } from '../live-through-time';
import { ANA } from '../world';
import { audit, linesOf, useWatchedWorlds } from '../audit-world';
import { NEW, rename } from '../ledger/renamed-world';

const start = useWatchedWorlds();
const CHECKS = {
  empty: { each: 'person', when: '!left && size(groups) == 0', title: 'Idle', why: 'None.', mend: 'Ask.' },
};

describe('somebody who joined another, in an audit', () => {
  it('is no person of their own: no check finds them, and nobody is there twice', async () => {
    const world = await start({ audit: { checks: CHECKS } });
    const before = linesOf(await audit(world)).map((line) => line.split(':')[0]);
    rename(world, ANA, NEW);
    await world.joins(NEW);
    await world.settle();
    const soon = linesOf(await audit(world)).filter((line) => line.endsWith(': new'));
    await world.pass(HOUR_MS);
    const later = linesOf(await audit(world)).map((line) => line.split(':')[0]);
    expect([soon, later]).toEqual([[], before]);
  });
});
