import { describe, expect, it } from '@jest/globals';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { joinedLedger } from '../../../../shared/domain/ledger/join-ledgers';
import { formerAccountKey, personKey } from '../../../../shared/domain/person-key';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import {
  addAccount,
  beforeWriteOf,
  DAY_MS,
  groupsOf,
  NEW,
  record,
  THIRD,
  wordsOf,
} from '../desk/joined-by-mistake';
import { HOUR_MS, live } from '../live-through-time';
import { ANA, CARA, useWorlds, type World } from '../world';
import { asksFor, FOUR_GROUPS, OWN, posted, tells } from './claimed-world';
import { record as processWords, rewrite } from './renamed-world';

const start = useWorlds();

/** A colleague's record comes under the address. */
async function colleagueJoins(world: World): Promise<void> {
  await world.joins(NEW, record('8', 'Finance'));
  await processWords(world);
}

describe('an address that is claimed while something else is said of it', () => {
  it('is one of two that the person claims: one account has all, the others nothing', async () => {
    const world = await start({ policy: FOUR_GROUPS });
    for (const workerId of ['7', '9']) {
      await world.joins(ANA, record(workerId));
      await world.settle();
    }
    const [first, second, third] = [world.id(ANA), addAccount(world, NEW), addAccount(world, THIRD)];
    await asksFor(world, 'R1', 'Finance', NEW);
    await asksFor(world, 'R2', 'Treasury', THIRD);
    await world.settle();
    expect([groupsOf(world, second), groupsOf(world, third)]).toEqual([['Finance'], ['Treasury']]);
    await world.moves(NEW, record('7'));
    await world.moves(THIRD, record('9'));
    await processWords(world);
    expect((await world.ledger(ANA))?.claimed).toEqual([NEW, THIRD]);
    await live(world, HOUR_MS);
    for (let days = 0; days < 10; days += 1) await world.pass(DAY_MS);
    expect([first, second, third].map((id) => groupsOf(world, id))).toEqual([
      [],
      [],
      [...OWN, 'Finance', 'Treasury'],
    ]);
    expect((await world.ledger(ANA))?.claimed).toBeUndefined();
  }, 60_000);

  it.each<[string, (first: string) => string]>([
    ['the account of before is emptied', formerAccountKey],
    ['the person has the address', () => personKey(ANA)],
    ['the address says whose it is', () => personKey(NEW)],
  ])('stays a colleague’s whose record comes right before %s', async (_what, keyOf) => {
    const { world, first, second } = await posted(start, FOUR_GROUPS);
    await tells(world);
    const app = beforeWriteOf(world, keyOf(first), async () => colleagueJoins(world));
    await applyChanges(app, { organization: world.alias });
    await live(world, HOUR_MS);
    for (let days = 0; days < 3; days += 1) await world.pass(DAY_MS);
    expect(await wordsOf(world, personKey(ANA))).toEqual(['7:joiner', '7:mover']);
    expect((await world.ledger(NEW))?.joined).toBeUndefined();
    expect([groupsOf(world, first), groupsOf(world, second)]).toEqual([OWN, ['Users', 'Finance']]);
    expect(await world.ledger(ANA)).toMatchObject({ email: ANA });
  });

  it('stays somebody else’s whom another instance joined it to meanwhile', async () => {
    const { world, first } = await posted(start, FOUR_GROUPS);
    await world.joins(CARA, record('11'));
    await world.settle();
    await tells(world);
    const app = beforeWriteOf(world, personKey(NEW), async () => {
      await rewrite(world, NEW, (ledger) => joinedLedger(ledger, personKey(CARA)));
    });
    await applyChanges(app, { organization: world.alias });
    await live(world, HOUR_MS);
    expect((await world.ledger(ANA))?.timeline).toHaveLength(2);
    expect(groupsOf(world, first)).toEqual(OWN);
    const found = await world.engine.app.accounts.personOf(world.alias, {
      kind: 'address',
      hash: personKey(NEW),
    });
    expect(found).toBe(personKey(CARA));
  });

  it('is a colleague’s, or their record is in doubt, whatever step the process died at', async () => {
    for (let steps = 1, died = true; died; steps += 1) {
      const { world, first, second } = await posted(start, FOUR_GROUPS);
      await tells(world);
      const dying = dyingAfter(world.engine.app, countdown(steps));
      died = (await applyChanges(dying, { organization: world.alias }).catch(() => 'died')) === 'died';
      await colleagueJoins(world);
      await live(world, HOUR_MS);
      for (let days = 0; days < 3; days += 1) await world.pass(DAY_MS);
      const groups = [groupsOf(world, first), groupsOf(world, second)];
      const isInDoubt = (await world.ledger(ANA))?.unconfirmed?.words[0]?.workerId === '8';
      const expected = isInDoubt ? [OWN, []] : [OWN, ['Users', 'Finance']];
      expect([steps, ...groups]).toEqual([steps, ...expected]);
      expect([steps, await wordsOf(world, personKey(ANA))]).toEqual([
        steps,
        ['7:joiner', '7:mover', ...(isInDoubt ? [':joiner'] : [])].toSorted(),
      ]);
    }
  }, 240_000);

  it('is of one of two people who claim it in one run', async () => {
    const { world, first, second } = await posted(start, FOUR_GROUPS);
    await world.joins(CARA, record('11'));
    await world.settle();
    await tells(world);
    await world.moves(NEW, record('11'));
    await live(world, HOUR_MS);
    await world.pass(DAY_MS);
    const [ana, cara] = [await world.ledger(ANA), await world.ledger(CARA)];
    expect([ana?.joined, cara?.joined]).toEqual([undefined, undefined]);
    const isAnas = (await world.ledger(NEW))?.joined?.into === personKey(ANA);
    expect([first, second, world.id(CARA)].map((id) => groupsOf(world, id))).toEqual(
      isAnas ? [[], OWN, OWN] : [OWN, OWN, []],
    );
  });
});
