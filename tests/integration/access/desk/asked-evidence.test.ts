import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { SANDBOX_EVIDENCE_KEY } from '../../../../sandbox/evidence-key';
import { readExportPage } from '../../../../shared/access/desk/evidence/export-page';
import { personKey } from '../../../../shared/domain/person-key';
import { errorCodeOf } from '../../../../shared/errors';
import { operatorOf } from '../../../fixtures/asked-operator';
import { keyHolder } from '../../../fixtures/key-holder';
import { ANA, BEN, CARA, OLGA, policyOfWorld, useWorlds, type World } from '../world';

const start = useWorlds();
const RITA = 'rita.reader@acme.example';
const CONSOLE = { readers: [RITA], operators: [OLGA] };
const CHAIN = { organization: 'acme', kind: 'organization', key: 'organization' } as const;

/** People whose records are in the log, and a night that published it. */
async function audited(): Promise<World> {
  const world = await start({ policy: { console: CONSOLE } });
  for (const person of [ANA, BEN, CARA]) await world.joins(person);
  await world.settle();
  await operatorOf(world.engine.app).decide('acme/audits/now', {});
  await world.settle();
  return world;
}

async function edit(world: World, email: string): Promise<void> {
  const ledger = await world.engine.storage.table('ledger');
  const partitionKey = `${world.alias}:person:${personKey(email)}`;
  const row = await ledger.getEntity<{ json0: string }>(partitionKey, 'e:0000000001');
  await ledger.updateEntity(
    { partitionKey, rowKey: 'e:0000000001', json0: row.json0.replace('worker', 'walker') },
    'Merge',
  );
}

async function exported(
  world: World,
  largestPage?: number,
): Promise<Readonly<{ lines: string[]; pages: number }>> {
  const { app } = world.engine;
  const organization = (await app.policy()).organizations.get(world.alias);
  if (organization === undefined) throw new Error('No such organization');
  const lines: string[] = [];
  let pages = 0;
  let cursor: string | undefined;
  do {
    const page = await readExportPage(
      app,
      organization,
      { by: keyHolder('olga'), mayDecide: () => true },
      cursor,
      largestPage,
    );
    lines.push(...page.lines);
    pages += 1;
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return { lines, pages };
}

async function verifiedOutside(lines: readonly string[]): Promise<readonly string[]> {
  const child = spawn(process.execPath, [resolve('scripts/verify-evidence.mjs'), '-'], {
    env: { EVIDENCE_KEY: SANDBOX_EVIDENCE_KEY },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const [told] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return told.split('\n').filter((line) => line !== '');
}

describe('evidence that somebody has verified', () => {
  it('is whole, of the organization and of a person, for whoever may look', async () => {
    const world = await audited();
    const rita = operatorOf(world.engine.app, RITA);
    expect(await rita.get('acme/evidence-verified')).toMatchObject({
      organization: 'acme',
      isWhole: true,
      looked: { subjects: 4 },
      told: [],
    });
    expect(await rita.get('acme/evidence-verified', { person: ANA })).toMatchObject({
      person: ANA,
      isWhole: true,
      looked: { subjects: 1, records: (await world.evidence(ANA)).length },
    });
    const { checkpoint = '' } = (await world.engine.app.reports.read('acme', 'latest')) ?? {};
    expect(await rita.get('acme/evidence-verified', { checkpoint })).toMatchObject({ isWhole: true });
    const other = checkpoint.replace(/\n\d+\n/, '\n1\n');
    for (const said of [other, 'x', 'x'.repeat(9_999)])
      expect(await rita.get('acme/evidence-verified', { checkpoint: said })).toBe('query-invalid');
    expect(await rita.get('acme/evidence-verified', { person: 'nobody@acme.example' })).toBe(
      'person-unknown',
    );
    expect(await rita.get('globex/evidence-verified')).toBe('not-permitted');
    expect(await operatorOf(world.engine.app, ANA).get('acme/evidence-verified')).toBe('not-permitted');
  });

  it('names whose record was edited, and of a person by themselves', async () => {
    const world = await audited();
    await edit(world, BEN);
    const rita = operatorOf(world.engine.app, RITA);
    const fault = {
      subject: `person:${personKey(BEN)}`,
      about: BEN,
      kind: 'edited',
      at: 1,
      means: 'a record is not as it was written',
      toDo: expect.stringContaining('backup'),
    };
    expect(await rita.get('acme/evidence-verified')).toMatchObject({
      isWhole: false,
      faults: 1,
      told: [fault],
    });
    expect(await rita.get('acme/evidence-verified', { person: BEN })).toMatchObject({ told: [fault] });
    expect(await rita.get('acme/evidence-verified', { person: ANA })).toMatchObject({ isWhole: true });
  });

  it('reads everything once within a minute, however often that is asked', async () => {
    const world = await audited();
    const rita = operatorOf(world.engine.app, RITA);
    const [first, second] = await Promise.all([1, 2].map(async () => rita.get('acme/evidence-verified')));
    expect(second).toEqual(first);
    await edit(world, BEN);
    expect(await rita.get('acme/evidence-verified')).toMatchObject({ isWhole: true });
    world.engine.clock.advance(60_000);
    expect(await rita.get('acme/evidence-verified')).toMatchObject({ isWhole: false });
  });
});

describe('evidence that somebody exports', () => {
  it('is the same in one page and in many, and the verifier elsewhere accepts it', async () => {
    const world = await audited();
    const whole = await exported(world);
    expect(whole.pages).toBe(1);
    expect(await verifiedOutside(whole.lines)).toEqual([]);
    const parts = await exported(world, 1);
    expect(parts.pages).toBe(parts.lines.length);
    expect(await verifiedOutside(parts.lines)).toEqual([]);
    const kinds = (lines: readonly string[]) =>
      lines.map((line) => JSON.parse(line) as Readonly<{ type: string; subject?: string }>);
    expect(kinds(parts.lines).map(({ type, subject }) => [type, subject])).toEqual(
      kinds(whole.lines).map(({ type, subject }) => [type, subject]),
    );
    await edit(world, BEN);
    expect(await verifiedOutside((await exported(world, 1)).lines)).toEqual([
      `person:${personKey(BEN)} edited 1`,
    ]);
    expect((await world.kinds(CHAIN)).filter((kind) => kind === 'evidence-exported')).toHaveLength(3);
  });

  it('has a subject whose rows are gone, between those that are there', async () => {
    const world = await audited();
    const ledger = await world.engine.storage.table('ledger');
    const partitionKey = `${world.alias}:person:${personKey(BEN)}`;
    for await (const { rowKey = '' } of ledger.listEntities({
      queryOptions: { filter: `PartitionKey eq '${partitionKey}'` },
    }))
      await ledger.deleteEntity(partitionKey, rowKey);
    const told = await verifiedOutside((await exported(world, 1)).lines);
    expect(told).toEqual([
      expect.stringMatching(new RegExp(`^person:${personKey(BEN)} state-missing \\d+$`)),
    ]);
  });

  it('goes on only where the log is as it was, from a place that was told to the same person', async () => {
    const world = await audited();
    const { app, clock } = world.engine;
    const organization = (await app.policy()).organizations.get(world.alias);
    if (organization === undefined) throw new Error('No such organization');
    const page = async (name: string, cursor?: string) =>
      readExportPage(app, organization, { by: keyHolder(name), mayDecide: () => true }, cursor, 1).catch(
        errorCodeOf,
      );
    const first = await page('olga');
    const next = typeof first === 'string' ? '' : (first.next ?? '');
    expect(await page('olga', next)).toMatchObject({ lines: [expect.any(String)] });
    expect(await page('mallory', next)).toBe('query-invalid');
    const [encoded = '', seal = ''] = next.split('.');
    const forged = Buffer.from(
      Buffer.from(encoded, 'base64url').toString().replace('places', 'person'),
    ).toString('base64url');
    for (const cursor of [`${forged}.${seal}`, encoded, `${encoded}.`, 'x', '.', next.slice(0, -2)])
      expect(await page('olga', cursor)).toBe('query-invalid');
    await world.moves(ANA);
    await world.settle();
    expect(await page('olga', next)).toBe('storage-conflict');
    clock.advance(3_600_000);
    expect(await page('olga', next)).toBe('query-invalid');
  });

  it('is for whoever may decide in every organization that the policy names', async () => {
    const world = await audited();
    const { app } = world.engine;
    expect(await operatorOf(app, RITA).get('acme/evidence-export')).toBe('not-permitted');
    expect(await operatorOf(app).get('acme/evidence-export')).toMatchObject({ next: null });
    const both = JSON.parse(policyOfWorld('http://127.0.0.1:1', { console: CONSOLE })) as Policies;
    const { acme } = both.organizations;
    both.organizations['globex'] = {
      ...acme,
      partitionGlobalId: '5b3f9c10-0000-4000-8000-0000000000aa',
      credentialSecret: 'uipath-globex',
      console: { readers: [OLGA], operators: [RITA] },
    };
    world.engine.setPolicy(JSON.stringify(both));
    for (const who of [OLGA, RITA])
      for (const alias of ['acme', 'globex'])
        expect(await operatorOf(app, who).get(`${alias}/evidence-export`)).toBe('not-permitted');
    expect((await world.kinds(CHAIN)).filter((kind) => kind === 'evidence-exported')).toHaveLength(1);
  });
});

type Policies = { organizations: Record<string, object> };
