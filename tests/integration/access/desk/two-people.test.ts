import { describe, expect, it } from '@jest/globals';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { retryRefusedChange } from '../../../../shared/access/desk/retry-refused-change';
import { waiveFinding } from '../../../../shared/access/desk/findings/waive-finding';
import { listRefusedChanges } from '../../../../shared/access/ledger/list-refused-changes';
import { keyHolder } from '../../../fixtures/key-holder';
import { signedInPerson } from '../../../fixtures/signed-in-person';
import { auditNight, organizationOf, withoutFaults } from '../remediation-world';
import { ANA, BEN, byHand, CARA, DAN, OLGA, useWorlds, type World } from '../world';

const begin = useWorlds();
const WAITS = { code: 'second-person-needed' };
const RECORD = { worker: { workerId: '1' }, attributes: { department: 'Automation' } };
const DAY_MS = 86_400_000;
const [ben, dan, olga] = [BEN, DAN, OLGA].map((name) => signedInPerson(name)) as [
  ReturnType<typeof signedInPerson>,
  ReturnType<typeof signedInPerson>,
  ReturnType<typeof signedInPerson>,
];

async function withHold(releasesOver: number): Promise<Readonly<{ world: World; hash: string }>> {
  const world = await begin({
    policy: {
      guards: { group: { count: 1, percent: 100, floor: 1 } },
      decisions: { twoPeople: { releasesOver } },
    },
  });
  for (const email of [ANA, CARA]) await world.joins(email);
  await world.settle();
  for (const email of [ANA, CARA]) await world.leaves(email);
  await world.settle();
  const [hold] = await world.engine.app.holds.list(world.alias, 'held');
  return { world, hash: hold?.hash ?? '' };
}

const stateOf = async ({ engine, alias }: World, hash: string) =>
  (await engine.app.holds.get(alias, hash))?.state;

describe('a large release', () => {
  it('takes two people, and the evidence names both', async () => {
    const { world, hash } = await withHold(1);
    const { app } = world.engine;
    for (const by of [ben, ben, { ...ben, name: 'Another Name' }])
      await expect(releaseHold(app, world.alias, hash, by)).rejects.toMatchObject(WAITS);
    expect(await stateOf(world, hash)).toBe('held');
    await releaseHold(app, world.alias, hash, dan);
    expect(await stateOf(world, hash)).toBe('released');
    const records = await world.evidence(organizationOf(world));
    expect(records.filter(({ kind }) => kind === 'decision-begun').map(({ facts }) => facts['by'])).toEqual([
      ben,
    ]);
    expect(records.find(({ kind }) => kind === 'plan-released')?.facts).toEqual({
      planHash: hash,
      by: dan,
      first: ben,
    });
    expect(await app.firstDecisions.list(world.alias)).toEqual([]);
  });

  it('is not made by one person with two accounts, nor by whoever has a key', async () => {
    const { world, hash } = await withHold(1);
    const { app } = world.engine;
    await world.joins(BEN, RECORD);
    await world.settle();
    world.engine.clock.advance(60_000);
    await world.moves('ben.stark@acme.example', RECORD);
    await world.settle();
    await expect(releaseHold(app, world.alias, hash, ben)).rejects.toMatchObject(WAITS);
    const again = signedInPerson('ben.stark@acme.example');
    await expect(releaseHold(app, world.alias, hash, again)).rejects.toMatchObject(WAITS);
    for (const name of ['Dan', BEN])
      await expect(releaseHold(app, world.alias, hash, keyHolder(name))).rejects.toMatchObject({
        code: 'not-permitted',
      });
    expect(await stateOf(world, hash)).toBe('held');
  });

  it('is begun once by two at the same time, and made by the other', async () => {
    const { world, hash } = await withHold(1);
    const { app } = world.engine;
    const outcomes = await Promise.allSettled(
      [ben, dan].map(async (by) => releaseHold(app, world.alias, hash, by)),
    );
    expect(outcomes.some(({ status }) => status === 'rejected')).toBe(true);
    await releaseHold(app, world.alias, hash, olga).catch(() => undefined);
    expect(await stateOf(world, hash)).toBe('released');
  });

  it('is begun anew after a week', async () => {
    const { world, hash } = await withHold(1);
    const { app, clock } = world.engine;
    await expect(releaseHold(app, world.alias, hash, ben)).rejects.toMatchObject(WAITS);
    clock.advance(7 * DAY_MS);
    await expect(releaseHold(app, world.alias, hash, dan)).rejects.toMatchObject(WAITS);
    await releaseHold(app, world.alias, hash, ben);
    expect(await stateOf(world, hash)).toBe('released');
  });

  it('is one of more removals than the policy says', async () => {
    const { world, hash } = await withHold(10);
    await releaseHold(world.engine.app, world.alias, hash, ben);
    expect(await stateOf(world, hash)).toBe('released');
  });
});

describe('a waiver', () => {
  it('of a critical finding takes two who say the same, each with a reason of their own', async () => {
    const world = await withoutFaults(begin)({
      policy: { decisions: { twoPeople: { criticalWaivers: true } } },
    });
    byHand(world, 'Finance', [CARA]);
    const { app, clock } = world.engine;
    const [found] = (await auditNight(world)).findings;
    if (found === undefined) throw new Error('Nothing was found');
    const untilMs = clock.now() + DAY_MS;
    const waiver = { reason: 'Known', owner: 'Operations', ticket: 'GOV-1', untilMs };
    const waive = async (by: typeof ben, more: object = {}) =>
      waiveFinding(app, world.alias, found.id, { by, ...waiver, ...more });
    await app.findings.save(world.alias, [{ ...found, severity: 'critical' }]);
    await expect(waive(ben)).rejects.toMatchObject(WAITS);
    await expect(waive(dan, { untilMs: untilMs + 5 * DAY_MS })).rejects.toMatchObject(WAITS);
    expect(await waive(dan, { reason: 'I asked' })).toMatchObject({ state: 'waived' });
    await app.findings.save(world.alias, [found]);
    expect(await waive(ben)).toMatchObject({ state: 'waived' });
  });
});

describe('a corrected id', () => {
  it('takes two people who name the same one', async () => {
    const world = await begin({ policy: { decisions: { twoPeople: { correctedIds: true } } } });
    const { app, uipath } = world.engine;
    uipath.inject({
      kind: 'answer',
      status: 404,
      family: 'pascal',
      match: { endpoint: 'G4' },
      times: 'always',
    });
    await world.joins(ANA);
    await world.settle();
    const [letter] = await listRefusedChanges(app, world.alias);
    const retry = async (by: typeof ben, memberId?: string) =>
      retryRefusedChange(app, world.alias, letter?.id ?? '', { by, memberId });
    await expect(retry(ben, world.id(ANA))).rejects.toMatchObject(WAITS);
    await expect(retry(dan, world.id(CARA))).rejects.toMatchObject(WAITS);
    await retry(dan, world.id(ANA).toUpperCase());
    await retry(dan);
  });
});
