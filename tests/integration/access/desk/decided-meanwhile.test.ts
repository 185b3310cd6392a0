import { describe, expect, it } from '@jest/globals';
import { useWorlds, ANA } from '../world';
import { emptyPersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import {
  beforeWriteOf,
  DAY_MS,
  decide,
  groupsOf,
  handedOn,
  HOLDER,
  ledgerAt,
  record,
  THIRD,
  wordsOf,
} from './joined-by-mistake';

const start = useWorlds();

describe('a decision while a run of the writer is on its way', () => {
  it('stands: the run does not write over whose the account is, nor takes what it saw for the first holder’s', async () => {
    const { world, first, now } = await handedOn(start, { isReplaced: true });
    let isOver = false;
    const stop = world.engine.uipath.onRequest(async ({ phase, endpoint }) => {
      if (isOver || phase !== 'before' || endpoint !== 'G4') return;
      isOver = true;
      stop();
      await decide(world, 'another-person');
    });
    await world.moves(ANA, record('7', 'Automation'));
    await world.settle();
    await world.pass(DAY_MS);
    expect(isOver).toBe(true);
    expect((await world.ledger(ANA))?.identity).toMatchObject({ kind: 'resolved', id: first });
    await world.pass(8 * DAY_MS);
    const groups = ['Developers', 'Users'];
    expect([groupsOf(world, first), groupsOf(world, now)]).toEqual([groups, groups]);
    expect(await world.fault(ANA)).toBeUndefined();
  });
});

describe('two decisions about one record at once', () => {
  it.each([false, true])(
    'count once, and who comes later is told (account replaced: %s)',
    async (isReplaced) => {
      const { world, first, now } = await handedOn(start, { isReplaced });
      const said: unknown[] = [];
      const racing = beforeWriteOf(world, HOLDER, async () => {
        said.push(await decide(world, 'same-person').catch(({ code }: { code: string }) => code));
      });
      await decide(world, 'another-person', personKey(ANA), racing);
      expect(said).toEqual(['decision-obsolete']);
      await world.settle();
      await world.pass(8 * DAY_MS);
      expect([groupsOf(world, first), groupsOf(world, now)]).toEqual([
        ['Users', 'Finance'],
        ['Developers', 'Users'],
      ]);
      const kinds = await world.kinds(ANA);
      expect(kinds.filter((kind) => kind === 'person-told-apart')).toHaveLength(1);
      expect(kinds).not.toContain('records-confirmed');
    },
  );

  it('count once where the other way is stored first', async () => {
    const { world } = await handedOn(start);
    const racing = beforeWriteOf(world, personKey(ANA), async () => decide(world, 'same-person'));
    await expect(decide(world, 'another-person', personKey(ANA), racing)).rejects.toMatchObject({
      code: 'decision-obsolete',
    });
    expect(await ledgerAt(world, HOLDER)).toBeUndefined();
    expect(await wordsOf(world, personKey(ANA))).toEqual(['7:joiner', '8:joiner']);
  });
});

describe('a decision that an address was handed on', () => {
  it('counts where the new holder is being told apart from somebody else', async () => {
    const { world } = await handedOn(start);
    const separating = { from: personKey(THIRD), by: 'max', reason: 'Asked HR' };
    const subject = personSubject(world.alias, HOLDER);
    await world.engine.app.ledger.write(subject, { ...emptyPersonLedger(ANA), separating }, undefined, []);
    await decide(world, 'another-person');
    await world.settle();
    expect((await world.ledger(ANA))?.unconfirmed).toBeUndefined();
    const holder = await ledgerAt(world, HOLDER);
    expect(holder?.toldApart).toEqual([personKey(THIRD), personKey(ANA)]);
    expect(holder?.separating).toBeUndefined();
    expect(await wordsOf(world, HOLDER)).toEqual(['8:joiner']);
  });

  it('says nothing of the account while a record is in doubt', async () => {
    const { world } = await handedOn(start, { isReplaced: true });
    await expect(decide(world, 'account-theirs')).rejects.toMatchObject({ code: 'decision-obsolete' });
    await decide(world, 'another-person');
    expect(await wordsOf(world, HOLDER)).toEqual(['8:joiner']);
  });

  it('is refused where what is in doubt names no record', async () => {
    const { world } = await handedOn(start);
    const subject = personSubject(world.alias, personKey(ANA));
    const stored = await world.engine.app.ledger.read(subject);
    const { unconfirmed, ...ledger } = stored?.value ?? emptyPersonLedger(ANA);
    const words = (unconfirmed?.words ?? []).map(({ workerId: _workerId, ...word }) => word);
    const unnamed = { addresses: [ANA], sinceMs: 1, ...unconfirmed, words };
    await world.engine.app.ledger.write(subject, { ...ledger, unconfirmed: unnamed }, stored, []);
    await expect(decide(world, 'another-person')).rejects.toMatchObject({ code: 'decision-obsolete' });
    expect(await ledgerAt(world, '')).toBeUndefined();
  });
});

describe('somebody who is to be told apart from themselves', () => {
  it('is nobody else, and waits for nothing', async () => {
    const { world } = await handedOn(start);
    const subject = personSubject(world.alias, personKey(ANA));
    const stored = await world.engine.app.ledger.read(subject);
    const separating = { from: personKey(ANA), by: 'max', reason: 'Asked HR' };
    const ledger = stored?.value ?? emptyPersonLedger(ANA);
    await world.engine.app.ledger.write(subject, { ...ledger, separating }, stored, []);
    await decide(world, 'apart');
    expect((await world.ledger(ANA))?.separating).toBeUndefined();
    expect(await wordsOf(world, personKey(ANA))).toEqual(['7:joiner']);
  });
});
