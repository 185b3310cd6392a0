import { describe, expect, it } from '@jest/globals';
import { personKey } from '../../../../shared/domain/person-key';
import type { DirectoryIdentity } from '../../../../shared/domain/ledger/person-ledger';
import { audit, linesOf } from '../audit-world';
import { fatesOf, release } from '../remediation-world';
import { BEN, byHand, OLGA, useWorlds, type World } from '../world';

const begin = useWorlds();
const DAY_MS = 86_400_000;
const STALE_MS = 8 * DAY_MS;
/** The address under which UiPath has Ben when his own is not found any more. */
const ELSEWHERE = 'ben@elsewhere.example';

/** Ben has left, and somebody put him into `group`: the first night finds him there. */
async function start(group: string): Promise<World> {
  const world = await begin({
    seed: {
      groups: { Administrators: [OLGA], Developers: [], Users: [], Finance: [], Treasury: [] },
      accessPolicy: ['Administrators'],
    },
    policy: { audit: { dormantDays: 3650, everyHours: 744 } },
  });
  await world.joins(BEN);
  await world.settle();
  await world.leaves(BEN);
  await world.settle();
  byHand(world, group, [BEN]);
  expect(await leaversIn(world)).toEqual([`leaver-present ${group.toLowerCase()}: new`]);
  return world;
}

async function leaversIn(world: World): Promise<readonly string[]> {
  return linesOf(await audit(world)).filter(
    (line) => !/^(group-unlisted|approver-has-left|condition-for-nobody)/.test(line),
  );
}

function rename(world: World, from: string, to: string): void {
  const { principals } = world.engine.uipath.organization(world.alias);
  const person = principals.get(world.id(from));
  if (person?.kind === 'user') principals.put({ ...person, email: to, userName: to });
}

async function setIdentity(world: World, identity: DirectoryIdentity): Promise<void> {
  const { ledger } = world.engine.app;
  const subject = { organization: world.alias, kind: 'person', key: personKey(BEN) } as const;
  const read = await ledger.read(subject);
  if (read !== undefined) await ledger.write(subject, { ...read.value, identity }, read, []);
}

/** Ben was looked up in vain before anybody said that he left, or by an earlier version: the writer takes a leaver out by himself. */
async function getsLost(world: World): Promise<void> {
  const lastKnownId = world.id(BEN);
  rename(world, BEN, ELSEWHERE);
  world.engine.clock.advance(STALE_MS);
  const nowMs = world.engine.clock.now();
  await setIdentity(world, { kind: 'missing', sinceMs: nowMs, attempts: 1, checkedAtMs: nowMs, lastKnownId });
}

describe('a leaver whose address the directory does not find any more', () => {
  it.each(['Treasury', 'Developers'])('is present in %s until seen to be gone', async (group) => {
    const world = await start(group);
    const line = `leaver-present ${group.toLowerCase()}`;
    const id = world.id(BEN);
    await getsLost(world);
    expect((await world.ledger(BEN))?.identity).toMatchObject({ kind: 'missing', lastKnownId: id });
    expect(await leaversIn(world)).toEqual([`${line}: open`]);
    byHand(world, group, [], [ELSEWHERE]);
    expect(await leaversIn(world)).toEqual([`${line}: fixed`]);
  });

  it('is looked for in groups that nobody put them into before', async () => {
    const world = await start('Developers');
    await getsLost(world);
    byHand(world, 'Treasury', [ELSEWHERE]);
    expect(await leaversIn(world)).toEqual([
      'leaver-present developers: open',
      'leaver-present treasury: new',
    ]);
  });

  it.each(['Treasury', 'Developers'])('is taken out of %s by the plan of the finding', async (group) => {
    const world = await start(group);
    await getsLost(world);
    await audit(world);
    const [finding] = (await world.engine.app.findings.list(world.alias)).filter(
      ({ check }) => check === 'leaver-present',
    );
    if (finding === undefined) throw new Error('He is not found');
    await release(world, finding);
    await world.settle();
    expect(world.engine.uipath.memberIds(world.alias, group).size).toBe(0);
    expect(await fatesOf(world)).toEqual(['done']);
    expect(await leaversIn(world)).toEqual([`leaver-present ${group.toLowerCase()}: fixed`]);
  });

  it('stays who is back at work, although the address is still not found', async () => {
    const world = await start('Developers');
    await getsLost(world);
    await audit(world);
    const [finding] = (await world.engine.app.findings.list(world.alias)).filter(
      ({ check }) => check === 'leaver-present',
    );
    await world.joins(BEN);
    await world.settle();
    if (finding !== undefined) await release(world, finding);
    await world.settle();
    expect(world.engine.uipath.memberIds(world.alias, 'Developers').size).toBe(1);
    expect(await fatesOf(world)).toEqual(['stale: in-place']);
  });

  it('is known by the open finding where the ledger kept no id', async () => {
    const world = await start('Treasury');
    rename(world, BEN, ELSEWHERE);
    const atMs = world.engine.clock.now();
    await setIdentity(world, { kind: 'missing', sinceMs: atMs, attempts: 1, checkedAtMs: atMs });
    expect(await leaversIn(world)).toEqual(['leaver-present treasury: open']);
    byHand(world, 'Treasury', [], [ELSEWHERE]);
    expect(await leaversIn(world)).toEqual(['leaver-present treasury: fixed']);
  });

  it.each([404, 400])('is looked for in each group when UiPath answers %i for their id', async (status) => {
    const world = await start('Treasury');
    await getsLost(world);
    world.engine.uipath.inject({ kind: 'answer', status, match: { endpoint: 'D6' }, times: 'always' });
    const report = await audit(world);
    expect(report.unknown).toEqual([]);
    expect(linesOf(report)).toContain('leaver-present treasury: open');
  });

  it('is a leaver no more when somebody else has the id, as after a change of name', async () => {
    const world = await start('Treasury');
    await getsLost(world);
    await world.joins(ELSEWHERE, { attributes: { department: 'None' } });
    await world.asks('R1', { kind: 'grant', person: ELSEWHERE, group: 'Finance', duration: 'P30D' });
    await world.settle();
    expect(await leaversIn(world)).toEqual(['leaver-present treasury: fixed']);
  });
});

describe('a leaver whom UiPath refuses to remove', () => {
  it('is present all the same', async () => {
    const world = await start('Treasury');
    world.engine.uipath.inject({ kind: 'answer', status: 400, match: { endpoint: 'G4' }, times: 'always' });
    await world.leaves(BEN);
    await world.settle();
    expect(await world.kinds(BEN)).toContain('change-refused');
    expect((await world.ledger(BEN))?.identity).toEqual({
      kind: 'resolved',
      id: world.id(BEN),
      checkedAtMs: 0,
    });
    expect(await leaversIn(world)).toContain('leaver-present treasury: open');
  });
});

describe('a leaver whose change is on its way', () => {
  it.each(['Treasury', 'Developers'])('is still in %s: neither confirmed nor fixed', async (group) => {
    const world = await start(group);
    const [first] = (await world.engine.app.findings.list(world.alias)).filter(
      ({ check }) => check === 'leaver-present',
    );
    const subject = { organization: world.alias, kind: 'person', key: personKey(BEN) } as const;
    await world.engine.app.changes.mark(subject, 'urgent', world.engine.clock.now(), 'test');
    const report = await audit(world);
    expect(report.result).toBe('red');
    expect(report.findings.find(({ id }) => id === first?.id)).toMatchObject({
      state: 'new',
      lastSeenMs: first?.lastSeenMs,
    });
  });
});
