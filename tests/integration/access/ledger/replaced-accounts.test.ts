import { describe, expect, it } from '@jest/globals';
import { decideWhoIsWho, questionOf } from '../../../../shared/access/desk/decide-who-is-who';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { emptyPersonLedger, type DirectoryIdentity } from '../../../../shared/domain/ledger/person-ledger';
import { personKey } from '../../../../shared/domain/person-key';
import { addAccount, DAY_MS, decide, groupsOf, NEW, record, setAddress } from '../desk/joined-by-mistake';
import { HOUR_MS, live } from '../live-through-time';
import { ANA, BEN, useWorlds, type World } from '../world';
import { asks, lookUp, POLICY, replace } from './replaced-world';
import { record as processWords, rewrite } from './renamed-world';
import { keyHolder } from '../../../fixtures/key-holder';
import { personPage } from '../../../fixtures/person-page';

const start = useWorlds();

describe('an account that took the place of one that took the place of another', () => {
  it('does not get what was privileged on the one before', async () => {
    const world = await start({ policy: POLICY });
    await world.joins(ANA, record('7'));
    await world.settle();
    const second = replace(world, world.id(ANA));
    await lookUp(world, { department: 'Finance' });
    expect((await world.ledger(ANA))?.replaced).toBeDefined();
    await asks(world, 'T1', 'Treasury');
    await world.settle();
    expect(groupsOf(world, second)).toContain('Treasury');
    await world.pass(DAY_MS);
    const third = replace(world, second);
    await lookUp(world);
    expect((await world.ledger(ANA))?.identity).toMatchObject({ id: third });
    expect(groupsOf(world, third)).toEqual(['Developers', 'Users']);
    await decide(world, 'account-theirs');
    await world.settle();
    expect(groupsOf(world, third)).toEqual(['Developers', 'Users', 'Treasury']);
  });

  it('is not confirmed by an answer that was given about the one before', async () => {
    const world = await start({ policy: POLICY });
    await world.joins(ANA, record('7'));
    await asks(world, 'T1', 'Treasury');
    await world.settle();
    const second = replace(world, world.id(ANA));
    await lookUp(world, { department: 'Finance' });
    expect(groupsOf(world, second)).toEqual(['Users', 'Finance']);
    const question = questionOf((await world.ledger(ANA)) ?? emptyPersonLedger(ANA)) ?? '';
    const third = replace(world, second);
    await lookUp(world);
    expect((await world.ledger(ANA))?.identity).toMatchObject({ id: third });
    const said = {
      decision: 'account-theirs',
      by: keyHolder('olga'),
      reason: 'It is hers',
      question,
    } as const;
    await expect(
      decideWhoIsWho(world.engine.app, world.alias, { ...said, key: personKey(ANA) }),
    ).rejects.toMatchObject({ code: 'decision-obsolete' });
    await world.settle();
    await world.pass(HOUR_MS);
    expect(groupsOf(world, third)).toEqual(['Developers', 'Users']);
  });
});

describe('an account that took the place of another', () => {
  it.each([
    [
      'once it was found',
      (account: string): DirectoryIdentity => ({ kind: 'resolved', id: account, checkedAtMs: 1 }),
      true,
    ],
    ['not before', () => undefined, false],
  ])('is shown to whoever says whose it is, %s', async (_when, identityOf, isShown) => {
    const world = await start({ policy: POLICY });
    await world.joins(ANA, record('7'));
    await world.settle();
    const account = replace(world, world.id(ANA));
    const replaced = { accountId: world.id(BEN), atMs: 1 };
    await rewrite(world, ANA, (ledger) => ({ ...ledger, replaced, identity: identityOf(account) }));
    const page = await personPage(world.engine.app, world.alias, ANA);
    expect(page).toContain('<h2>Another account</h2>');
    expect([
      page.includes(`the account <code>${account}</code>`),
      page.includes('The account is theirs'),
    ]).toEqual([isShown, isShown]);
    const outcome = await decide(world, 'account-theirs').then(
      () => 'counts',
      ({ code }: { code: string }) => code,
    );
    expect(outcome).toBe(isShown ? 'counts' : 'decision-obsolete');
  });

  it('is not confirmed by what is said of a record that came under another account', async () => {
    const world = await start({ policy: POLICY });
    await world.joins(ANA, record('7'));
    await asks(world, 'T1', 'Treasury');
    await world.settle();
    const first = world.id(ANA);
    setAddress(world, first, NEW);
    await world.moves(NEW, record('7'));
    await world.settle();
    const others = addAccount(world, ANA);
    const second = replace(world, first, NEW);
    await lookUp(world, { email: NEW, department: 'Finance' });
    expect(groupsOf(world, second)).toEqual(['Users', 'Finance']);
    await world.joins(ANA, { ...record('8', 'Finance'), saidAtMs: world.engine.clock.now() - 30 * DAY_MS });
    await world.settle();
    expect((await world.ledger(ANA))?.unconfirmed?.accountId).toBe(others);
    await decide(world, 'same-person');
    await world.settle();
    await world.pass(HOUR_MS);
    expect((await world.ledger(ANA))?.identity).toMatchObject({ id: second });
    expect(groupsOf(world, second)).toEqual(['Users', 'Finance']);
  });
});

/** Lets the writer run until a ledger says that another account took the place of the one before, and dies right after. */
async function dieWhenReplaced(world: World): Promise<void> {
  const { app } = world.engine;
  let isDead = false;
  const write: typeof app.ledger.write = async (...args) => {
    if (isDead) throw new Error('The process is dead');
    await app.ledger.write(...args);
    isDead = (await world.ledger(ANA))?.applied.length === 0;
    if (isDead) throw new Error('The process died');
  };
  const dying = { ...app, ledger: { ...app.ledger, write } };
  await applyChanges(dying, { organization: world.alias }).catch(() => undefined);
  expect(isDead).toBe(true);
}

describe('another worker id under an address of which another account has just taken the place', () => {
  it.each([false, true])('is in doubt, also before the next run (confirmed: %s)', async (isConfirmed) => {
    const world = await start({ policy: POLICY });
    await world.joins(ANA, record('7'));
    await world.settle();
    setAddress(world, world.id(ANA), 'old@acme.example');
    const second = addAccount(world, ANA);
    await world.pass(8 * DAY_MS);
    if (isConfirmed) {
      await world.joins(ANA, record('6'));
      await world.settle();
      await decide(world, 'same-person');
    } else {
      await world.moves(ANA, { worker: { workerId: '7' }, attributes: { department: 'Legal', title: 'x' } });
      await processWords(world);
    }
    await dieWhenReplaced(world);
    const third = replace(world, second);
    await world.joins(ANA, record('8', 'Finance'));
    await processWords(world);
    expect((await world.ledger(ANA))?.unconfirmed?.words).toHaveLength(1);
    await live(world, HOUR_MS);
    expect([groupsOf(world, second), groupsOf(world, third)]).toEqual([[], []]);
  });
});
