import { describe, expect, it } from '@jest/globals';
import { readRequestStatus } from '../../../../shared/access/desk/read-request-status';
import { errorOf } from '../../../fakes/error-of';
import { personKey } from '../../../../shared/domain/person-key';
import { ANA, BEN, useWorlds, type World } from '../world';
import {
  addAccount,
  DAY_MS,
  decide,
  groupsOf,
  handedOn,
  HOLDER,
  joinedByMistake,
  ledgerAt,
  NEW,
  setAddress,
} from './joined-by-mistake';

const start = useWorlds();
const HOUR_MS = 3_600_000;
const grant = (more = {}) => ({ kind: 'grant', person: ANA, group: 'Finance', ...more });

const stateOf = async (world: World, id = 'REQ-1') =>
  (await readRequestStatus(world.engine.app, world.alias, id)).state;

describe('the state of a request', () => {
  it('goes from pending to applied to ending to ended', async () => {
    const world = await start();
    const states: string[] = [];
    await world.asks('REQ-1', grant({ duration: 'PT2H' }));
    await world.engine.work();
    states.push(await stateOf(world));
    await world.settle();
    states.push(await stateOf(world));
    world.engine.clock.advance(2 * HOUR_MS);
    states.push(await stateOf(world));
    await world.pass(0);
    states.push(await stateOf(world));
    expect(states).toEqual(['pending', 'applied', 'ending', 'ended']);
    expect(await readRequestStatus(world.engine.app, world.alias, 'REQ-1')).toEqual({
      requestId: 'REQ-1',
      organization: 'acme',
      action: 'grant',
      state: 'ended',
      refusal: undefined,
      group: 'Finance',
      validFrom: '2026-03-02T08:00:00.000Z',
      validUntil: '2026-03-02T10:00:00.000Z',
      requester: ANA,
      approvers: [BEN],
      ticket: 'REQ-1',
      words: 'its time is over, it was revoked, or a later request replaced it',
    });
  });

  it('is waiting until it begins', async () => {
    const world = await start();
    await world.asks('REQ-1', grant({ validFrom: '2026-03-02T09:00:00Z' }));
    await world.settle();
    expect(await stateOf(world)).toBe('waiting');
    await world.pass(HOUR_MS);
    expect(await stateOf(world)).toBe('applied');
  });

  it('is blocked while UiPath does not know the address, and after the person left', async () => {
    const world = await start();
    await world.asks('REQ-1', grant({ person: 'nobody@acme.example' }));
    await world.asks('REQ-2', grant());
    await world.settle();
    world.engine.clock.advance(1);
    await world.leaves(ANA);
    await world.settle();
    expect([await stateOf(world), await stateOf(world, 'REQ-2')]).toEqual(['blocked', 'blocked']);
  });

  it('of a grant that was revoked is ended, and of the revocation pending, then applied', async () => {
    const world = await start();
    await world.asks('REQ-1', grant());
    await world.settle();
    await world.asks('REQ-2', { kind: 'revoke', person: ANA, group: 'Finance' });
    const lease = await world.engine.app.leases.acquire(world.alias);
    await world.engine.work();
    expect([await stateOf(world), await stateOf(world, 'REQ-2')]).toEqual(['ending', 'pending']);
    await lease?.release();
    await world.settle();
    expect([await stateOf(world), await stateOf(world, 'REQ-2')]).toEqual(['ended', 'applied']);
  });

  it('of a refused one says why', async () => {
    const world = await start();
    await world.asks('REQ-1', grant(), { approvals: [{ approver: ANA }] });
    await world.engine.work();
    expect(await readRequestStatus(world.engine.app, world.alias, 'REQ-1')).toMatchObject({
      state: 'refused',
      refusal: 'approvals-missing',
    });
  });

  it.each([
    ['a request that nobody made', 'acme', 'REQ-9'],
    ['an organization that the policy does not name', 'other', 'REQ-1'],
  ])('is unknown for %s', async (_what, alias, id) => {
    const world = await start();
    await world.asks('REQ-1', grant({ person: BEN }));
    await world.settle();
    expect((await errorOf(async () => readRequestStatus(world.engine.app, alias, id))).code).toBe(
      'request-unknown',
    );
  });
});

describe('the state of a grant that goes with its person', () => {
  const treasury = (person: string) => ({ kind: 'grant', person, group: 'Treasury', duration: 'P300D' });

  it('is applied when two are told apart', async () => {
    const { world, account } = await joinedByMistake(start);
    await world.asks('REQ-1', treasury(NEW));
    await world.settle();
    setAddress(world, account, ANA);
    const theirs = addAccount(world, NEW);
    await decide(world, 'apart', personKey(NEW));
    await world.settle();
    await world.pass(DAY_MS);
    expect(groupsOf(world, theirs)).toContain('Treasury');
    expect(await readRequestStatus(world.engine.app, world.alias, 'REQ-1')).toMatchObject({
      state: 'applied',
      group: 'Treasury',
    });
  });

  it('is applied when the address is another person’s', async () => {
    const { world, now } = await handedOn(start);
    // The request comes before the address was looked up.
    const { ledger } = world.engine.app;
    const subject = { organization: world.alias, kind: 'person', key: personKey(ANA) } as const;
    const stored = await ledger.read(subject);
    if (stored?.value.unconfirmed === undefined) throw new Error('Nothing is in doubt');
    const { accountId: _accountId, ...unconfirmed } = stored.value.unconfirmed;
    await ledger.write(subject, { ...stored.value, unconfirmed }, stored, []);
    world.engine.clock.advance(1_000);
    await world.asks('REQ-1', treasury(ANA));
    await world.settle();
    await decide(world, 'another-person');
    await world.settle();
    await world.pass(DAY_MS);
    expect((await ledgerAt(world, HOLDER))?.grants).toHaveLength(1);
    expect(groupsOf(world, now)).toContain('Treasury');
    expect(await stateOf(world)).toBe('applied');
  });
});
