import { describe, expect, it } from '@jest/globals';
import { pauseOrganization, resumeOrganization } from '../../../../shared/access/desk/pause-organization';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { readShownPause } from '../../../../shared/access/ledger/organization/pause-of-organization';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { idOfPause, type Pause } from '../../../../shared/domain/pause';
import { errorOf } from '../../../fakes/error-of';
import { keyHolder } from '../../../fixtures/key-holder';
import { live, MINUTE_MS, HOUR_MS } from '../live-through-time';
import { editPolicy, mutatingCalls } from '../observed-world';
import { auditNight } from '../remediation-world';
import { ANA, BEN, CARA, DAN, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 24 * HOUR_MS;
const MARIA = keyHolder('Maria Lead');
const OLGA = keyHolder('Olga Admin');
const WHY = 'INC-7: wrong export';
const GRANT = { kind: 'grant', person: CARA, group: 'Finance', duration: 'P2D' };

/** Ana is a developer, Cara has Finance for two days, Dan works in Finance: all of it in UiPath. */
async function staffed(policy: object = {}): Promise<World> {
  const world = await start();
  await editPolicy(world, { ...policy });
  await world.joins(ANA);
  await world.joins(CARA);
  await world.joins(DAN, { attributes: { department: 'Finance' } });
  await world.asks('G-1', GRANT);
  await world.settle();
  await live(world, MINUTE_MS);
  return world;
}

async function pause(world: World, until = '', by = MARIA): Promise<Pause> {
  return pauseOrganization(world.engine.app, world.alias, { by, reason: WHY, until });
}

async function resume(world: World, paused: Pause, by = OLGA): Promise<void> {
  await resumeOrganization(world.engine.app, world.alias, {
    by,
    reason: 'the export is mended',
    pause: idOfPause(paused),
  });
}

const shown = async ({ engine, alias }: World) => readShownPause(engine.app, alias);

async function own({ engine, alias }: World) {
  return (await engine.app.ledger.read(organizationSubject(alias)))?.value;
}

async function ownEvidence(world: World) {
  return (await world.evidence(organizationSubject(world.alias))).filter(({ kind }) =>
    kind.startsWith('organization-'),
  );
}

describe('a paused organization', () => {
  it('is not written, keeps all that waits, and is told with who waits; once resumed all of it is done', async () => {
    const world = await staffed();
    const before = mutatingCalls(world).length;
    const paused = await pause(world);
    const leftAtMs = world.engine.clock.now();
    await world.leaves(ANA);
    await world.joins(BEN);
    await world.asks('G-2', { ...GRANT, person: DAN, group: 'Developers', duration: 'P9D' });
    await world.asks('G-3', { ...GRANT, person: BEN, duration: 'P1D' });
    await live(world, MINUTE_MS);
    world.engine.clock.advance(3 * DAY_MS);
    await live(world, MINUTE_MS);
    expect(mutatingCalls(world)).toHaveLength(before);
    const marks = await world.engine.app.changes.listMarks(world.alias, 10);
    expect(marks.map(({ lane }) => lane).toSorted()).toEqual(['normal', 'normal', 'normal', 'urgent']);
    expect(await world.engine.app.refusedChanges.list(world.alias)).toEqual([]);
    expect(await world.engine.app.backoffs.list(world.alias)).toEqual([]);
    const told = await shown(world);
    expect(told).toMatchObject({ reason: WHY, by: expect.stringContaining('Maria Lead'), urgent: 1 });
    expect(Math.abs((told?.oldestUrgentMs ?? 0) - leftAtMs)).toBeLessThan(MINUTE_MS);

    await resume(world, paused);
    await live(world, MINUTE_MS);
    expect([world.members('Users'), world.members('Finance')]).toEqual([[BEN, CARA, DAN], [DAN]]);
    expect(world.members('Developers')).toEqual([BEN, CARA, DAN]);
    expect(await world.engine.app.changes.listMarks(world.alias, 10)).toEqual([]);
    expect(await shown(world)).toBeUndefined();
  });

  it('has leavers done first once it is resumed, in one run', async () => {
    const world = await staffed();
    const paused = await pause(world);
    await world.joins(BEN);
    await live(world, MINUTE_MS);
    await world.leaves(ANA);
    await live(world, MINUTE_MS);
    const puts: string[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      if (init?.method === 'PUT' && typeof init.body === 'string') puts.push(init.body);
      return globalThis.fetch(input, init);
    };
    await resume(world, paused);
    await world.engine.finish({ instances: [world.engine.newInstance({ fetch })] });
    const [leaver, joiner] = [world.id(ANA), world.id(BEN)].map((id) =>
      puts.findIndex((body) => body.includes(id)),
    );
    expect(leaver).toBeGreaterThanOrEqual(0);
    expect(joiner).toBeGreaterThan(leaver ?? 0);
  });

  it('stops a run that is at work: its call is finished, and no other is begun', async () => {
    const world = await staffed();
    await world.leaves(ANA);
    const before = mutatingCalls(world).length;
    const paused: Pause[] = [];
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const answer = await globalThis.fetch(input, init);
      if (init?.method === 'PUT') {
        paused.push(await pause(world));
        world.engine.clock.advance(1_000);
      }
      return answer;
    };
    await world.engine.finish({ instances: [world.engine.newInstance({ fetch })] }).catch(() => undefined);
    await live(world, 5 * MINUTE_MS);
    expect(mutatingCalls(world)).toHaveLength(before + 1);
    expect(await world.engine.app.changes.listAttempts(world.alias)).toEqual([]);
    const stopped = world.engine.log.filter(({ code }) => code === 'organization-paused');
    expect(stopped).toHaveLength(1);
    expect(await world.engine.app.backoffs.list(world.alias)).toEqual([]);
    const [first] = paused;
    if (first === undefined) throw new Error('Nothing was paused');
    await resume(world, first);
    await live(world, MINUTE_MS);
    expect([world.members('Users'), world.members('Developers')]).toEqual([[CARA, DAN], [CARA]]);
  });

  it('has a call whose answer was lost asked about, and not made again', async () => {
    const world = await staffed();
    world.engine.uipath.inject({
      kind: 'answer-lost',
      match: { method: 'PUT', path: world.groupId('Users') },
      times: 'always',
    } as never);
    await world.joins(BEN);
    await world.settle().catch(() => undefined);
    const before = mutatingCalls(world).length;
    await pause(world);
    await live(world, HOUR_MS);
    expect(mutatingCalls(world)).toHaveLength(before);
    expect(await world.engine.app.changes.listAttempts(world.alias)).toEqual([]);
    expect(await world.kinds(BEN)).toContain('membership-added');
  });

  it('takes a release, which is carried out once it is resumed', async () => {
    const world = await staffed();
    const policy = { guards: { batch: { count: 1, percent: 0, floor: 0 } } };
    await editPolicy(world, policy);
    await world.leaves(ANA);
    await world.leaves(CARA);
    await world.settle();
    const { app } = world.engine;
    const [hold] = await app.holds.list(world.alias, 'held');
    const paused = await pause(world);
    await releaseHold(app, world.alias, hold?.hash ?? '', keyHolder('Ben'));
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Users')).toEqual([ANA, CARA, DAN]);
    expect(await app.holds.list(world.alias, 'released')).toHaveLength(1);
    await resume(world, paused);
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Users')).toEqual([DAN]);
  });

  it('stays so through edits of the policy and another process, also through the end of observe', async () => {
    const world = await staffed();
    await editPolicy(world, { mode: 'observe' });
    await world.leaves(ANA);
    await world.settle();
    const before = mutatingCalls(world).length;
    const paused = await pause(world);
    await editPolicy(world, {});
    await live(world, 5 * MINUTE_MS);
    await world.engine.finish({ instances: [world.engine.newInstance({})] }).catch(() => undefined);
    expect(mutatingCalls(world)).toHaveLength(before);
    expect(await own(world)).toMatchObject({ paused: { reason: WHY }, wasObserved: true });
    await resume(world, paused);
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Users')).toEqual([CARA, DAN]);
    expect((await own(world))?.wasObserved).toBeUndefined();
  });

  it('goes on by itself when its end has come, though nobody does anything', async () => {
    const world = await staffed();
    const until = world.engine.clock.now() + 2 * HOUR_MS;
    await pause(world, new Date(until).toISOString());
    await world.leaves(ANA);
    await live(world, HOUR_MS);
    expect(world.members('Users')).toContain(ANA);
    await live(world, HOUR_MS + 2 * MINUTE_MS);
    expect(world.members('Users')).not.toContain(ANA);
    expect(await shown(world)).toBeUndefined();
  });

  it('is audited all the same, and the report says who paused it and who waits', async () => {
    const world = await staffed();
    await pause(world);
    await world.leaves(ANA);
    await live(world, MINUTE_MS);
    const report = await auditNight(world);
    expect(report.paused).toMatchObject({ reason: WHY, urgent: 1, isLost: false });
    expect(report.result).toBe('red');
  });
});

describe('who pauses and resumes', () => {
  it('is in the evidence, with why, in one transaction with what it does', async () => {
    const world = await staffed();
    const paused = await pause(world);
    await resume(world, paused);
    expect(await ownEvidence(world)).toMatchObject([
      { kind: 'organization-paused', facts: { by: MARIA, reason: WHY, until: null } },
      { kind: 'organization-resumed', facts: { by: OLGA, pausedBy: MARIA, reason: 'the export is mended' } },
    ]);
    expect((await own(world))?.paused).toBeUndefined();
    expect(await world.engine.app.pauses.get(world.alias)).toBeUndefined();
  });

  it.each<[string, Readonly<{ reason?: unknown; until?: string }>, string]>([
    ['a reason', { reason: ' ' }, 'body-invalid'],
    ['a short reason', { reason: 'x'.repeat(501) }, 'body-invalid'],
    ['an end to come', { until: '2001-01-01T00:00:00Z' }, 'body-invalid'],
    ['an end in a zone', { until: '2030-01-01T00:00:00' }, 'body-invalid'],
  ])('says %s, or nothing is paused', async (_, wrong, code) => {
    const world = await start();
    const said = { by: MARIA, reason: WHY, until: '', ...wrong };
    expect(await errorOf(async () => pauseOrganization(world.engine.app, world.alias, said))).toMatchObject({
      code,
    });
    expect(await shown(world)).toBeUndefined();
  });

  it('pauses nothing that cannot be recorded', async () => {
    const world = await staffed();
    const { app } = world.engine;
    const write: typeof app.ledger.write = async () => {
      throw new Error('storage is away');
    };
    const said = { by: MARIA, reason: WHY, until: '' };
    const broken = { ...app, ledger: { ...app.ledger, write } };
    await expect(pauseOrganization(broken, world.alias, said)).rejects.toThrow('storage is away');
    expect([await shown(world), await app.pauses.get(world.alias)]).toEqual([undefined, undefined]);
  });

  it('is nobody whose own access waits to be taken', async () => {
    const world = await staffed();
    const paused = await pause(world);
    await world.leaves(ANA);
    await live(world, MINUTE_MS);
    const { app } = world.engine;
    const said = { by: keyHolder(ANA), reason: WHY, until: '' };
    expect(await errorOf(async () => pauseOrganization(app, world.alias, said))).toMatchObject({
      code: 'decides-about-self',
    });
    await resume(world, paused);
  });

  it('can pause at once with somebody else: each is recorded, and the longer one counts', async () => {
    const world = await staffed();
    const until = new Date(world.engine.clock.now() + HOUR_MS).toISOString();
    const [a, b] = await Promise.all([pause(world, until), pause(world, '', OLGA)]);
    expect(await ownEvidence(world)).toHaveLength(2);
    const paused = (await own(world))?.paused;
    expect(paused).toMatchObject({ by: OLGA });
    expect(paused?.untilMs).toBeUndefined();
    expect([idOfPause(a), idOfPause(b)]).toContain(idOfPause(paused ?? a));
  });

  it('resumes exactly the pause that they looked at, once', async () => {
    const world = await staffed();
    const first = await pause(world, new Date(world.engine.clock.now() + HOUR_MS).toISOString());
    world.engine.clock.advance(1_000);
    const second = await pause(world, '', OLGA);
    const unknown = { code: 'pause-unknown' };
    expect(await errorOf(async () => resume(world, first))).toMatchObject(unknown);
    expect(await shown(world)).toMatchObject({ sinceMs: first.sinceMs, untilMs: null });
    await resume(world, second, MARIA);
    expect(await errorOf(async () => resume(world, second, MARIA))).toMatchObject(unknown);
    await pause(world);
    expect(await errorOf(async () => resume(world, second, MARIA))).toMatchObject(unknown);
  });
});

describe('an organization whose own record cannot be read', () => {
  async function damage({ engine, alias }: World): Promise<() => Promise<void>> {
    const table = await engine.storage.table('ledger');
    const place = { partitionKey: `${alias}:organization:organization`, rowKey: 'state' };
    const { json0 } = await table.getEntity(place.partitionKey, place.rowKey);
    await table.updateEntity({ ...place, json0: '{}' }, 'Merge');
    return async () => {
      await table.updateEntity({ ...place, json0 }, 'Merge');
    };
  }

  it('can be paused and resumed, in the evidence as ever', async () => {
    const world = await staffed();
    const repair = await damage(world);
    const paused = await pause(world);
    const before = mutatingCalls(world).length;
    await world.leaves(ANA);
    await live(world, 5 * MINUTE_MS);
    expect([mutatingCalls(world).length, (await shown(world))?.urgent]).toEqual([before, 1]);
    await resume(world, paused);
    await live(world, 5 * MINUTE_MS);
    expect(world.members('Users')).not.toContain(ANA);
    await repair().catch(() => undefined);
    expect(await ownEvidence(world)).toHaveLength(2);
  });

  it('stays paused where it was before', async () => {
    const world = await staffed();
    await pause(world);
    await damage(world);
    const before = mutatingCalls(world).length;
    await world.leaves(ANA);
    await live(world, 5 * MINUTE_MS);
    expect(mutatingCalls(world)).toHaveLength(before);
  });

  it('says that the pause is lost where a version wrote it that does not know pauses', async () => {
    const world = await staffed();
    const paused = await pause(world);
    const { ledger } = world.engine.app;
    const subject = organizationSubject(world.alias);
    const stored = await ledger.read(subject);
    if (stored === undefined) throw new Error('There is no record');
    const { paused: _stripped, ...older } = stored.value;
    await ledger.write(subject, older, stored, []);
    expect(await shown(world)).toMatchObject({ isLost: true });
    await resume(world, paused);
    expect(await shown(world)).toBeUndefined();
  });
});
