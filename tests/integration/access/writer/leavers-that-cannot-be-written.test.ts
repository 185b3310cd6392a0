import { describe, expect, it } from '@jest/globals';
import { personKey, formerAccountKey } from '../../../../shared/domain/person-key';
import { AppError } from '../../../../shared/errors';
import { failing, HOUR_MS, MINUTE_MS, TICK_MS, damage } from '../live-through-time';
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
import { ANA, BEN, byHand, CARA, OLGA, useWorlds, type World } from '../world';
import { FOUR_GROUPS, OWN, posted, tells } from '../ledger/claimed-world';
import { replace } from '../ledger/replaced-world';
import { record as processWords } from '../ledger/renamed-world';

const start = useWorlds();
type Instance = ReturnType<World['engine']['newInstance']>;
type Write = Parameters<Instance['ledger']['write']>;
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

function refusing(world: World, refuses: (subject: Write[0], kinds: readonly string[]) => boolean): Instance {
  const own = world.engine.newInstance();
  const write: typeof own.ledger.write = async (subject, next, read, evidence) => {
    if (
      refuses(
        subject,
        evidence.map(({ kind }) => kind),
      )
    )
      throw new AppError('record-too-large', 'Full');
    await own.ledger.write(subject, next, read, evidence);
  };
  return { ...own, ledger: { ...own.ledger, write } };
}
async function liveAs({ engine }: World, instance: Instance, ms: number): Promise<void> {
  for (const endsAtMs = engine.clock.now() + ms; engine.clock.now() < endsAtMs;) {
    await engine.tick();
    await engine.work(instance);
    engine.clock.advance(TICK_MS);
  }
}

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

  it('is out of the account of theirs, where the one that was replaced cannot get its ledger', async () => {
    const world = await start({});
    await world.joins(ANA, record('7'));
    await world.settle();
    const first = world.id(ANA);
    setAddress(world, first, 'old@acme.example');
    const now = addAccount(world, ANA);
    await world.leaves(ANA, leaving('7'));
    await processWords(world);
    const bad = refusing(world, ({ key }) => key === formerAccountKey(first));
    await liveAs(world, bad, 2 * HOUR_MS);
    expect([await failing(world), groupsOf(world, first), groupsOf(world, now)]).toEqual([
      expect.anything(),
      [],
      [],
    ]);
  });

  it('is out of the known account, where the decision fails and so does the verdict', async () => {
    const { world, first } = await handedOn(start);
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
    expect([await failing(world), groupsOf(world, first)]).toEqual([expect.anything(), []]);
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
void FOUR_GROUPS;
void replace;
void MINUTE_MS;
