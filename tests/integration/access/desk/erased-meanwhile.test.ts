import { describe, expect, it } from '@jest/globals';
import { explainPerson } from '../../../../shared/access/desk/explain-person';
import { listRequests } from '../../../../shared/access/desk/list-requests';
import { parseRequestListQuery } from '../../../../shared/access/desk/parse-request-list-query';
import { readPeopleOfRequest } from '../../../../shared/access/ledger/read-people-of-request';
import type { PageLayout } from '../../../../shared/console/page-layout';
import { renderPeople } from '../../../../shared/console/pages/people-page';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey, workerRecordKey } from '../../../../shared/domain/person-key';
import { AppError, errorCodeOf } from '../../../../shared/errors';
import { createEvidenceLog } from '../../../../shared/storage/evidence/evidence-log';
import { createLedgerStore } from '../../../../shared/storage/ledger';
import { createPeopleIndex } from '../../../../shared/storage/people-index';
import { sandboxEvidenceKeys } from '../../../../sandbox/evidence-key';
import { openDyingStorage, type Death } from '../../../fixtures/dying-storage';
import { keyHolder } from '../../../fixtures/key-holder';
import { rename } from '../ledger/renamed-world';
import { lookUp, POLICY, replace } from '../ledger/replaced-world';
import { withoutFaults } from '../remediation-world';
import { ANA, CARA, useWorlds } from '../world';
import { erase, faults, joinedAndLeftLongAgo, kept, leftLongAgo } from './erased-world';
import { beforeWriteOf, DAY_MS, decide, NEW, record, setAddress } from './joined-by-mistake';

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

describe('what was said before somebody was erased', () => {
  it('gives nothing when it comes again, and stores nothing of them', async () => {
    const world = await leftLongAgo(begin);
    const { clock } = world.engine;
    const saidAtMs = clock.now() - 40 * DAY_MS;
    await erase(world);
    const kinds = await world.kinds(ANA);
    await world.joins(ANA, { ...record('7'), saidAtMs });
    await world.asks(
      'T-1',
      { kind: 'grant', person: ANA, group: 'Finance', duration: 'P300D' },
      { saidAtMs },
    );
    await world.settle();
    expect([world.members('Developers'), world.members('Finance')]).toEqual([[], []]);
    expect(await world.kinds(ANA)).toEqual(kinds);
    expect(await kept(world)).not.toContain(ANA);
    expect(await kept(world)).not.toContain(workerRecordKey('standard', '7'));
  });

  it('gives nothing to whoever was hired under their address since, also once both were erased', async () => {
    const world = await leftLongAgo(begin);
    const saidAtMs = world.engine.clock.now() - 40 * DAY_MS;
    const comesAgain = async (): Promise<void> => {
      await world.joins(ANA, { ...record('7'), saidAtMs });
      const grant = { kind: 'grant', person: ANA, group: 'Developers', duration: 'P300D' };
      await world.asks('T-1', grant, { saidAtMs });
      await world.settle();
    };
    await erase(world);
    await world.joins(ANA, record('9', 'Finance'));
    await world.settle();
    const kinds = await world.kinds(ANA);
    await comesAgain();
    expect([world.members('Developers'), world.members('Finance')]).toEqual([[], [ANA]]);
    expect(await world.kinds(ANA)).toEqual(kinds);
    await world.leaves(ANA, { worker: { workerId: '9' }, immediate: true });
    await world.pass(31 * DAY_MS);
    await erase(world);
    await comesAgain();
    expect([await kept(world), await faults(world)]).toEqual([expect.not.stringContaining(ANA), []]);
  });

  it.each([
    ['of later', false],
    ['of a ledger that joined theirs', true],
  ])('gives nothing when it comes again under an address %s', async (_what, joins) => {
    const world = await withoutFaults(begin)();
    const word = joins ? { attributes: { department: 'Finance' }, source: 'standard' } : record('7');
    await world.joins(ANA, record('7'));
    await world.settle();
    rename(world, ANA, NEW);
    for (let day = 0; day < 3; day += 1) {
      if (day < 2) await world.joins(NEW, word);
      await world.pass(DAY_MS);
    }
    const saidAtMs = world.engine.clock.now() - DAY_MS;
    const joined = (await world.ledger(NEW))?.joined?.into;
    expect(joined).toBe(joins ? personKey(ANA) : undefined);
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    if (joins) await world.leaves(NEW);
    await world.pass(31 * DAY_MS);
    await erase(world);
    const kinds = await world.kinds(NEW);
    await world.joins(NEW, { ...word, saidAtMs });
    await world.settle();
    const ids = ['Developers', 'Finance'].map((group) =>
      world.engine.uipath.memberIds(world.alias, group).has(world.id(NEW)),
    );
    expect([ids, await world.kinds(NEW)]).toEqual([[false, false], kinds]);
    expect([(await kept(world)).includes(NEW), await faults(world)]).toEqual([false, []]);
    // Whoever is spoken of there later begins anew.
    await world.joins(NEW, word);
    await world.settle();
    expect((await world.ledger(NEW))?.email).toBe(NEW);
    expect(await faults(world)).toEqual([]);
  });

  it('counts where it was said after they had left', async () => {
    const world = await leftLongAgo(begin);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await erase(world);
    await world.joins(ANA, { ...record('9'), saidAtMs });
    await world.settle();
    expect(world.members('Developers')).toEqual([ANA]);
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
    const layout = { organization: world.alias, token: 't', may: { operate: true } } as PageLayout;
    const page = async (): Promise<string> =>
      renderPeople(layout, ANA, await explainPerson(app, world.alias, ANA)).html;
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

describe('an old word of somebody who was erased', () => {
  it('gives nothing to a colleague who has their address by now, whose own words count', async () => {
    const world = await withoutFaults(begin)();
    await world.joins(CARA, record('8', 'Finance'));
    await world.joins(ANA, record('7'));
    await world.settle();
    const [ana, cara] = [world.id(ANA), world.id(CARA)];
    setAddress(world, ana, NEW);
    await world.pass(DAY_MS);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await world.moves(NEW, { ...record('7'), saidAtMs });
    await world.settle();
    await world.leaves(NEW, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    setAddress(world, ana, 'gone@acme.example');
    setAddress(world, cara, NEW);
    await world.moves(NEW, record('8', 'Finance'));
    await world.pass(DAY_MS);
    await erase(world);
    await world.joins(NEW, { ...record('7'), saidAtMs });
    await world.moves(NEW, { ...record('8', 'Sales'), saidAtMs });
    await world.settle();
    const words = (await world.ledger(CARA))?.timeline.map(({ workerId, kind }) => `${workerId} ${kind}`);
    expect(words?.toSorted()).toEqual(['8 joiner', '8 mover', '8 mover']);
    expect(world.engine.uipath.memberIds(world.alias, 'Developers').has(cara)).toBe(false);
    expect([await kept(world), await faults(world)]).toEqual([expect.not.stringContaining(ANA), []]);
  });

  it('gives nothing to a colleague under whose address it came by mistake', async () => {
    const world = await withoutFaults(begin)();
    await world.joins(CARA, record('8', 'Finance'));
    await world.joins(ANA, record('7'));
    await world.settle();
    await world.pass(DAY_MS);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await world.moves(CARA, { ...record('7'), saidAtMs });
    await world.settle();
    await world.moves(ANA, record('7'));
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    await erase(world);
    await world.joins(CARA, { ...record('7'), saidAtMs });
    await world.moves(CARA, { ...record('8', 'Sales'), saidAtMs });
    await world.settle();
    const words = (await world.ledger(CARA))?.timeline.map(({ workerId, kind }) => `${workerId} ${kind}`);
    expect(words?.toSorted()).toEqual(['8 joiner', '8 mover']);
    expect(world.members('Developers')).toEqual([]);
    expect([await kept(world), await faults(world)]).toEqual([expect.not.stringContaining(ANA), []]);
  });

  it('gives nothing to such a colleague once they were found to be one with another', async () => {
    const world = await withoutFaults(begin)();
    await world.joins(NEW, { attributes: { department: 'Finance' } });
    await world.pass(60_000);
    await world.joins(CARA, record('8', 'Finance'));
    await world.joins(ANA, record('7'));
    await world.settle();
    await world.pass(DAY_MS);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await world.moves(CARA, { ...record('7'), saidAtMs });
    await world.settle();
    await world.moves(ANA, record('7'));
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    await erase(world);
    rename(world, CARA, NEW);
    await world.moves(NEW, { attributes: { department: 'Finance' } });
    await world.moves(CARA, record('8', 'Finance'));
    await world.pass(DAY_MS);
    expect((await world.ledger(CARA))?.joined?.into).toBe(personKey(NEW));
    await world.joins(CARA, { ...record('7'), saidAtMs });
    await world.settle();
    const { timeline = [], unconfirmed } = (await world.ledger(NEW)) ?? {};
    expect([...timeline, ...(unconfirmed?.words ?? [])].map(({ workerId }) => workerId)).not.toContain('7');
    expect(world.engine.uipath.memberIds(world.alias, 'Developers').size).toBe(0);
  });

  it("is the colleague's where the source says that the record is theirs", async () => {
    const world = await withoutFaults(begin)();
    const ofCara = (workerId: string, department: string) => ({
      worker: { workerId, personId: 'P-8' },
      attributes: { department },
    });
    await world.joins(CARA, ofCara('8', 'Finance'));
    await world.joins(ANA, record('7'));
    await world.settle();
    await world.pass(DAY_MS);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await world.moves(CARA, { ...record('7'), saidAtMs });
    await world.settle();
    await world.moves(ANA, record('7'));
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    await erase(world);
    await world.joins(CARA, { ...ofCara('12', 'Automation'), saidAtMs });
    await world.settle();
    expect(world.members('Developers')).toEqual([CARA]);
  });

  it.each([
    ['another record of the same human', '20'],
    ['a later word of its record', '7'],
  ])('is not kept for the colleague beside %s that is in doubt there', async (_what, again) => {
    const world = await withoutFaults(begin)();
    const ofAna = (workerId: string) => {
      const { worker, attributes } = record(workerId);
      return { worker: { ...worker, personId: 'P-7' }, attributes };
    };
    await world.joins(CARA, record('8', 'Finance'));
    await world.joins(ANA, ofAna('7'));
    await world.settle();
    await world.pass(DAY_MS);
    const saidAtMs = world.engine.clock.now() - 60_000;
    await world.moves(CARA, { ...ofAna('7'), saidAtMs });
    await world.settle();
    await world.moves(ANA, ofAna('7'));
    await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
    await world.pass(31 * DAY_MS);
    await erase(world);
    rename(world, CARA, NEW);
    await world.joins(CARA, ofAna(again));
    await world.settle();
    await world.joins(CARA, { ...ofAna('7'), saidAtMs });
    await world.settle();
    const { unconfirmed } = (await world.ledger(CARA)) ?? {};
    const words = unconfirmed?.words ?? [];
    expect(words.map(({ workerId }) => workerId)).toEqual([again]);
    expect(words.every(({ occurredAtMs }) => occurredAtMs > saidAtMs)).toBe(true);
  });

  it("is nobody else's where whoever was hired under their address since joined another", async () => {
    const world = await leftLongAgo(begin);
    const saidAtMs = world.engine.clock.now() - 40 * DAY_MS;
    await erase(world);
    await world.joins(NEW, { attributes: { department: 'Finance' } });
    await world.settle();
    await world.joins(ANA, record('9', 'Finance'));
    await world.settle();
    rename(world, ANA, NEW);
    await world.moves(ANA, record('9', 'Finance'));
    await world.pass(DAY_MS);
    expect((await world.ledger(ANA))?.joined?.into).toBe(personKey(NEW));
    const before = await world.ledger(NEW);
    await world.joins(ANA, { ...record('7'), saidAtMs });
    await world.settle();
    expect((await world.ledger(NEW))?.timeline).toEqual(before?.timeline);
    expect((await world.ledger(NEW))?.unconfirmed).toBeUndefined();
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
