import { describe, expect, it } from '@jest/globals';
import { listRequests } from '../../../../shared/access/desk/list-requests';
import { parseRequestListQuery } from '../../../../shared/access/desk/parse-request-list-query';
import { readPeopleOfRequest } from '../../../../shared/access/ledger/read-people-of-request';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { AppError, errorCodeOf } from '../../../../shared/errors';
import { createEvidenceLog } from '../../../../shared/storage/evidence/evidence-log';
import { createLedgerStore } from '../../../../shared/storage/ledger';
import { createPeopleIndex } from '../../../../shared/storage/people-index';
import { sandboxEvidenceKeys } from '../../../../sandbox/evidence-key';
import { openDyingStorage, type Death } from '../../../fixtures/dying-storage';
import { keyHolder } from '../../../fixtures/key-holder';
import { personPage } from '../../../fixtures/person-page';
import { rename } from '../ledger/renamed-world';
import { lookUp, POLICY, replace } from '../ledger/replaced-world';
import { withoutFaults } from '../remediation-world';
import { ANA, CARA, useWorlds } from '../world';
import { erase, faults, joinedAndLeftLongAgo, kept, leftLongAgo } from './erased-world';
import { beforeWriteOf, DAY_MS, decide, NEW, record } from './joined-by-mistake';

const begin = useWorlds();

describe('somebody who is erased while', () => {
  it('a run of the writer is on its way is not stored again by it', async () => {
    const world = await leftLongAgo(begin);
    const subject = personSubject(world.alias, personKey(ANA));
    const { app } = world.engine;
    const late = { ...app, changes: { ...app.changes, listMarks: async () => [] } };
    let isOver = false;
    const stop = world.engine.uipath.onRequest(async ({ phase, endpoint }) => {
      if (isOver || phase !== 'before' || endpoint === 'T1') return;
      isOver = true;
      stop();
      await expect(erase(world)).rejects.toMatchObject({ code: 'person-not-erasable' });
      await erase(world, personKey(ANA), { app: late });
    });
    await app.changes.mark(subject, 'normal', world.engine.clock.now(), 'audit');
    await world.pass(DAY_MS);
    expect(isOver).toBe(true);
    expect(await kept(world)).not.toContain(ANA);
    expect((await world.ledger(ANA))?.erased).toBeDefined();
    expect(await faults(world)).toEqual([]);
  });

  it('a mark of theirs waits is not looked for', async () => {
    const world = await leftLongAgo(begin);
    await erase(world);
    const evidence = await world.kinds(ANA);
    const subject = personSubject(world.alias, personKey(ANA));
    await world.engine.app.changes.mark(subject, 'normal', world.engine.clock.now(), 'audit');
    world.calls();
    await world.pass(DAY_MS);
    expect(world.calls()).toEqual({});
    expect(await world.kinds(ANA)).toEqual(evidence);
    expect(await world.engine.app.changes.listMarks(world.alias, 10)).toEqual([]);
  });

  it.each(['before', 'after'] as const)(
    'they are hired again is found by their record %s what led to them is removed',
    async (when) => {
      const world = await leftLongAgo(begin);
      const { app } = world.engine;
      const forgetPerson: typeof app.accounts.forgetPerson = async (...args) => {
        const hire = async (): Promise<void> => {
          await world.joins(ANA, record('9'));
          await world.settle();
        };
        if (when === 'before') await hire();
        await app.accounts.forgetPerson(...args);
        if (when === 'after') await hire();
      };
      await erase(world, personKey(ANA), { app: { ...app, accounts: { ...app.accounts, forgetPerson } } });
      await world.joins(NEW, record('9'));
      await world.settle();
      expect(await world.ledger(NEW)).toBeUndefined();
      expect((await world.ledger(ANA))?.email).toBe(NEW);
      expect(await faults(world)).toEqual([]);
    },
  );
});

describe('somebody who is erased right before a word about them is stored', () => {
  it('is found by what the word names', async () => {
    const world = await leftLongAgo(begin);
    await world.joins(ANA, record('9'));
    await world.engine.work(beforeWriteOf(world, personKey(ANA), async () => erase(world)));
    await world.settle();
    await world.joins(NEW, record('9'));
    await world.settle();
    expect(await world.ledger(NEW)).toBeUndefined();
    expect((await world.ledger(ANA))?.email).toBe(NEW);
  });
});

describe('erasing goes to its end', () => {
  it('where a process died before it removed what leads to them', async () => {
    const world = await leftLongAgo(begin);
    const { app } = world.engine;
    const forgetPerson = async (): Promise<never> => {
      throw new Error('The process ends here');
    };
    const dying = { ...app, accounts: { ...app.accounts, forgetPerson } };
    await expect(erase(world, personKey(ANA), { app: dying })).rejects.toThrow('ends');
    await erase(world);
    const texts = await kept(world);
    expect([texts.includes(ANA), texts.includes(world.id(ANA))]).toEqual([false, false]);
  });

  it('at whichever write a process died, and twice at once', async () => {
    const world = await withoutFaults(begin)();
    const { app, storage } = world.engine;
    const leaveAgain = async (): Promise<void> => {
      await world.joins(ANA, record('7'));
      await world.settle();
      await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
      await world.settle();
      await world.pass(31 * DAY_MS);
    };
    const dyingAt = async (death?: Death): Promise<number> => {
      await leaveAgain();
      const dying = openDyingStorage(storage, death);
      const on = {
        ...app,
        ledger: createLedgerStore(dying),
        accounts: createPeopleIndex(dying),
        evidenceLog: createEvidenceLog(dying, async () => sandboxEvidenceKeys),
      };
      await Promise.allSettled([erase(world, personKey(ANA), { app: on })]);
      await Promise.allSettled([erase(world), erase(world)]);
      await erase(world);
      const texts = await kept(world);
      expect([death, texts.includes(ANA), texts.includes(world.id(ANA)), await faults(world)]).toEqual([
        death,
        false,
        false,
        [],
      ]);
      return dying.calls.writes;
    };
    const writes = await dyingAt();
    expect(writes).toBe(5);
    for (let at = 1; at <= writes; at += 1) for (const isDone of [true, false]) await dyingAt({ at, isDone });
  });

  it('where a process died before it came to the records, and they work here again', async () => {
    const world = await leftLongAgo(begin);
    const { app } = world.engine;
    const redact = async (): Promise<never> => {
      throw new Error('The process ends here');
    };
    await expect(
      erase(world, personKey(ANA), { app: { ...app, ledger: { ...app.ledger, redact } } }),
    ).rejects.toThrow('ends');
    await world.joins(ANA, record('9'));
    await world.settle();
    const page = async (): Promise<string> => personPage(app, world.alias, ANA);
    expect(await page()).toContain('Erase for good');
    await expect(erase(world)).rejects.toMatchObject({ code: 'person-not-erasable' });
    expect(await page()).toContain('Not now');
    const records = await world.evidence(ANA);
    const at = records.findIndex(({ kind }) => kind === 'person-erased');
    expect(records.map(({ erased = false }) => erased)).toEqual(records.map((_record, index) => index < at));
    expect(world.members('Developers')).toEqual([ANA]);
    expect(await faults(world)).toEqual([]);
  });

  it('with every account that was theirs before', async () => {
    const world = await withoutFaults(begin)({ policy: POLICY });
    await world.joins(ANA, record('7'));
    await world.settle();
    const ids = [world.id(ANA)];
    for (const again of ['Finance', 'Automation']) {
      ids.push(replace(world, ids.at(-1) ?? ''));
      await lookUp(world, { department: again });
      await decide(world, 'account-theirs');
      await world.settle();
    }
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.settle();
    await world.pass(40 * DAY_MS);
    expect((await kept(world)).match(/former/g)?.length).toBeGreaterThan(0);
    await erase(world);
    const texts = await kept(world);
    expect([ANA, ...ids].map((text) => texts.includes(text))).toEqual([false, false, false, false]);
    expect(await faults(world)).toEqual([]);
  });
});

describe('after two people were erased', () => {
  it('they are two still, and anybody else', async () => {
    const world = await withoutFaults(begin)();
    for (const email of [ANA, CARA]) {
      await world.joins(email);
      await world.settle();
      await world.leaves(email);
    }
    await world.settle();
    await world.pass(40 * DAY_MS);
    for (const email of [ANA, CARA]) await erase(world, personKey(email));
    const { app } = world.engine;
    const people = await readPeopleOfRequest(app, world.alias, [ANA, CARA]);
    expect([ANA, CARA].map((email) => people.personOf(email))).toEqual([ANA, CARA]);
    expect([ANA, CARA].map((email) => people.addressesOf(email))).toEqual([[ANA], [CARA]]);
    await erase(world, personKey(CARA), { by: keyHolder(ANA) });
  });

  it('an address of theirs that a record of somebody else is under joins nobody', async () => {
    const world = await leftLongAgo(begin);
    await world.joins(CARA, record('8'));
    await world.settle();
    await world.moves(ANA, record('8', 'Finance'));
    await world.settle();
    expect((await world.ledger(CARA))?.claimed).toEqual([ANA]);
    await erase(world);
    const { changes, clock } = world.engine.app;
    await changes.mark(personSubject(world.alias, personKey(CARA)), 'normal', clock.now());
    await world.pass(DAY_MS);
    expect((await world.ledger(CARA))?.claimed).toEqual([ANA]);
    expect(await world.kinds(ANA)).not.toContain('person-joined-to');
    expect((await world.ledger(ANA))?.erased).toBeDefined();
    expect(world.members('Finance')).toEqual([CARA]);
    await world.moves(ANA, record('8'));
    await world.settle();
    expect((await world.ledger(CARA))?.email).toBe(ANA);
    expect(await faults(world)).toEqual([]);
  });

  it('their requests name nobody', async () => {
    const world = await leftLongAgo(begin);
    await world.asks('T-2', { kind: 'revoke', person: ANA, group: 'Finance' });
    await world.settle();
    await erase(world);
    const query = parseRequestListQuery(new URLSearchParams());
    const { requests } = await listRequests(world.engine.app, world.alias, query);
    expect(requests.map(({ person }) => person)).toEqual([undefined]);
  });
});

describe('nobody is erased', () => {
  it('to whom a ticket gives something from a later day on', async () => {
    const world = await withoutFaults(begin)();
    const validFrom = new Date(world.engine.clock.now() + 10 * DAY_MS).toISOString();
    await world.asks('T-1', { kind: 'grant', person: ANA, group: 'Finance', validFrom });
    await world.settle();
    expect((await world.ledger(ANA))?.grants).toHaveLength(1);
    await expect(erase(world)).rejects.toMatchObject({ code: 'person-not-erasable' });
  });
});

describe('evidence that was edited', () => {
  it.each([ANA, NEW])('is told to whoever erases, and all else is erased: of %s', async (email) => {
    const world = await joinedAndLeftLongAgo(begin);
    const table = await world.engine.storage.table('ledger');
    const partitionKey = `${world.alias}:person:${personKey(email)}`;
    const rowKey = 'e:0000000001';
    const row = await table.getEntity(partitionKey, rowKey);
    await table.updateEntity({ ...row, partitionKey, rowKey, seal: 'x' }, 'Replace');
    const refused = { code: 'record-unreadable', message: expect.stringContaining(personKey(email)) };
    for (let time = 0; time < 2; time += 1)
      await expect(erase(world, personKey(time === 0 ? ANA : email))).rejects.toMatchObject(refused);
    for (const one of [ANA, NEW]) {
      expect((await world.ledger(one))?.erased).toBeDefined();
      const facts = (await world.evidence(one)).map(({ facts: said }) => Object.keys(said).join());
      expect(facts.filter((names) => names !== '')).toEqual(['by']);
    }
    // Put back from a backup, it is erased by whoever decides about the ledger that was named.
    await table.updateEntity({ ...row, partitionKey, rowKey }, 'Replace');
    await erase(world, personKey(email));
    expect([(await kept(world)).includes(ANA), await faults(world)]).toEqual([false, []]);
  });
});

describe('a record that names a ledger of theirs', () => {
  it.each([
    ['edited', 'record-unreadable'],
    ['removed', undefined],
  ])('hides it from no erasing where it was %s', async (how, code) => {
    const world = await joinedAndLeftLongAgo(begin);
    const table = await world.engine.storage.table('ledger');
    const partitionKey = `${world.alias}:person:${personKey(ANA)}`;
    const { seq = 0 } = (await world.evidence(ANA)).find(({ kind }) => kind === 'person-joined') ?? {};
    const rowKey = `e:${String(seq).padStart(10, '0')}`;
    const row = await table.getEntity(partitionKey, rowKey);
    if (how === 'removed') await table.deleteEntity(partitionKey, rowKey);
    else await table.updateEntity({ ...row, partitionKey, rowKey, seal: 'x' }, 'Replace');
    const told = await erase(world).catch(errorCodeOf);
    expect(told).toBe(code);
    for (const one of [ANA, NEW]) expect((await world.ledger(one))?.erased).toBeDefined();
    expect(await kept(world)).not.toContain(NEW);
  });
});

describe('somebody who is erased beside a ledger of an address of theirs that cannot be read', () => {
  it('is erased, and it is told which ledger that was', async () => {
    const world = await withoutFaults(begin)();
    await world.joins(ANA, record('7'));
    await world.settle();
    rename(world, ANA, NEW);
    await world.joins(NEW, record('7'));
    await world.pass(DAY_MS);
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    const { app } = world.engine;
    const read: typeof app.ledger.read = async (subject) => {
      if (subject.key === personKey(NEW))
        throw new AppError('record-unreadable', 'The row of NEW is damaged');
      return app.ledger.read(subject);
    };
    const damaged = { ...app, ledger: { ...app.ledger, read } };
    await expect(erase(world, personKey(ANA), { app: damaged })).rejects.toMatchObject({
      code: 'record-unreadable',
      message: expect.stringContaining('The row of NEW is damaged') as unknown,
    });
    expect((await world.ledger(ANA))?.erased).toBeDefined();
  });
});
