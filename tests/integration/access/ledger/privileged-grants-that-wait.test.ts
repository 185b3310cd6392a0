import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import { DAY_MS, decide, groupsOf, record } from '../desk/joined-by-mistake';
import { HOUR_MS } from '../live-through-time';
import { ANA, BEN, DAN, useWorlds } from '../world';
import { asks, lookUp, POLICY, replace } from './replaced-world';

const start = useWorlds();
const STARK = 'ben.stark@acme.example';

describe('a privileged grant that waits for somebody to say whose an account is', () => {
  it('keeps out what may not go together with it', async () => {
    const world = await start({ policy: { ...POLICY, separationOfDuties: [['Treasury', 'Finance']] } });
    await world.joins(ANA, record('7'));
    await asks(world, 'T1', 'Treasury');
    await world.settle();
    const second = replace(world, world.id(ANA));
    await lookUp(world, { department: 'Legal' });
    expect(groupsOf(world, second)).toEqual([]);
    await asks(world, 'F1', 'Finance');
    await world.settle();
    await decide(world, 'account-theirs');
    await world.settle();
    await world.pass(HOUR_MS);
    expect(groupsOf(world, second)).toEqual(['Treasury']);
  });

  it('is not given to whoever approved it under another address of theirs', async () => {
    const world = await start({
      policy: POLICY,
      seed: { users: ['olga.admin@acme.example', ANA, BEN, DAN, STARK] },
    });
    const { principals } = world.engine.uipath.organization(world.alias);
    const user = principals.get(world.id(ANA));
    if (user?.kind !== 'user') throw new Error('There is no such account');
    await world.joins(BEN, record('1'));
    principals.remove(world.id(BEN));
    await world.settle();
    await world.pass(DAY_MS);
    await world.joins(STARK, record('5'));
    await asks(world, 'T1', 'Treasury', STARK);
    await world.settle();
    const first = world.id(STARK);
    expect(groupsOf(world, first)).toContain('Treasury');
    const now = { ...user, id: randomUUID() };
    principals.put({ ...now, email: STARK, userName: STARK });
    principals.remove(first);
    await lookUp(world, { email: STARK, workerId: '5', department: 'Finance' });
    expect(groupsOf(world, now.id)).toEqual(['Users', 'Finance']);
    principals.put({ ...now, email: BEN, userName: BEN });
    await lookUp(world, { email: BEN, workerId: '1', department: 'Finance' });
    await world.pass(DAY_MS);
    expect((await world.ledger(STARK))?.joined).toMatchObject({ into: personKey(BEN) });
    await decide(world, 'account-theirs', personKey(BEN));
    await world.settle();
    await world.pass(HOUR_MS);
    expect(groupsOf(world, now.id)).not.toContain('Treasury');
  });
});
