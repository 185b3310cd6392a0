import { describe, expect, it } from '@jest/globals';
import { sweepDueAndPendingWork } from '../../../../shared/access/sweep-due-and-pending-work';
import { listRequests, type ListedRequest } from '../../../../shared/access/desk/list-requests';
import { processDelivery } from '../../../../shared/access/intake/process-delivery';
import type { RequestListQuery } from '../../../../shared/access/desk/parse-request-list-query';
import { ANA, BEN, CARA, useWorlds, type World } from '../world';

const start = useWorlds();
const DAY_MS = 86_400_000;
const grant = (more = {}) => ({ kind: 'grant', person: ANA, group: 'Finance', ...more });

const list = async (world: World, query: Partial<RequestListQuery> = {}) =>
  listRequests(world.engine.app, world.alias, { state: undefined, text: '', cursor: undefined, ...query });

const idsOf = (requests: readonly ListedRequest[]) => requests.map(({ requestId }) => requestId);

/** Requests at different instants, so that their order is known. */
async function asked(...actions: ReadonlyArray<readonly [string, object]>): Promise<World> {
  const world = await start();
  for (const [id, action] of actions) {
    await world.asks(id, { ...action });
    await world.engine.work();
    world.engine.clock.advance(1);
  }
  await world.settle();
  return world;
}

/** The list of a world in which so many requests came; none of them is in the ledger yet. */
async function withMany(
  count: number,
  sourceOf: (number: number) => Readonly<{ refusal?: string }> = () => ({}),
) {
  const world = await start();
  const { app } = world.engine;
  for (let number = 1; number <= count; number += 1)
    await app.requests.put(world.alias, {
      requestId: `standard/REQ-${number}`,
      source: 'standard',
      action: 'grant',
      receivedAtMs: number,
      subject: { kind: 'person', key: 'nobody' },
      group: 'Finance',
      refusal: undefined,
      ...sourceOf(number),
    });
  return world;
}

describe('the list of requests', () => {
  it('tells the newest first, whom each is about and where it stands now', async () => {
    const world = await asked(
      ['REQ-1', grant({ duration: 'PT2H' })],
      ['REQ-2', grant({ person: BEN, group: 'Treasury' })],
      ['REQ-3', { kind: 'add-policy-entity', entityType: 'group', name: 'Finance' }],
    );
    const { requests, next } = await list(world);
    expect(next).toBeUndefined();
    const startMs = Date.parse('2026-03-02T08:00:00.000Z');
    expect(requests).toMatchObject([
      { requestId: 'REQ-3', action: 'add-policy-entity', person: undefined, name: 'Finance' },
      {
        requestId: 'REQ-2',
        state: 'refused',
        refusal: 'group-not-managed',
        person: BEN,
        group: 'Treasury',
      },
      {
        requestId: 'REQ-1',
        source: 'standard',
        action: 'grant',
        state: 'applied',
        person: ANA,
        group: 'Finance',
        receivedAt: new Date(startMs).toISOString(),
        validUntil: new Date(startMs + 2 * 3_600_000).toISOString(),
      },
    ]);
    await world.pass(3 * 3_600_000);
    expect((await list(world)).requests.at(-1)?.state).toBe('ended');
  });

  it.each<[string, Partial<RequestListQuery>, readonly string[]]>([
    ['a state', { state: 'refused' }, ['REQ-2']],
    ['another state', { state: 'applied' }, ['REQ-3', 'REQ-1']],
    ['a state that none has', { state: 'waiting' }, []],
    ['a part of an address, in other letters', { text: 'ANA.' }, ['REQ-3', 'REQ-1']],
    ['an address', { text: BEN }, ['REQ-2']],
    ['a part of a group', { text: 'financ' }, ['REQ-1']],
    ['the group of a refused one', { text: 'Treasury' }, ['REQ-2']],
    ['a state and a text', { state: 'applied', text: 'developers' }, ['REQ-3']],
    ['what nobody has', { text: "' or 1 eq 1" }, []],
  ])('is searched for %s', async (_what, query, ids) => {
    const world = await asked(
      ['REQ-1', grant()],
      ['REQ-2', grant({ person: BEN, group: 'Treasury' })],
      ['REQ-3', grant({ group: 'Developers' })],
    );
    expect(idsOf((await list(world, query)).requests)).toEqual(ids);
  });

  it('is told in pages that follow each other, to the last', async () => {
    const world = await withMany(60);
    const pages: string[][] = [];
    let cursor: string | undefined;
    do {
      const { requests, next } = await list(world, { cursor });
      pages.push([...idsOf(requests)]);
      cursor = next;
    } while (cursor !== undefined);
    expect(pages.map((page) => page.length)).toEqual([25, 25, 10]);
    expect(pages.flat()).toEqual(Array.from({ length: 60 }, (_, index) => `REQ-${60 - index}`));
  });

  it('has no page after one that is full and the last', async () => {
    const world = await withMany(25);
    expect((await list(world)).next).toBeUndefined();
    expect((await list(world, { text: 'finance' })).next).toBeUndefined();
  });

  it('looks at two hundred in one search, and goes on where it stopped', async () => {
    const world = await withMany(201, (number) => (number === 1 ? { refusal: 'end-required' } : {}));
    const first = await list(world, { state: 'refused' });
    expect(first.requests).toEqual([]);
    const second = await list(world, { state: 'refused', cursor: first.next });
    expect([idsOf(second.requests), second.next]).toEqual([['REQ-1'], undefined]);
  });

  it('is empty where nobody asked, and none for an organization that there is not', async () => {
    const world = await start();
    expect(await list(world)).toEqual({ requests: [], next: undefined });
    const query = { state: undefined, text: '', cursor: undefined };
    await expect(listRequests(world.engine.app, "x' or '1' eq '1", query)).rejects.toMatchObject({
      code: 'request-unknown',
    });
    await expect(list(world, { cursor: 'x' })).rejects.toMatchObject({ code: 'query-invalid' });
  });

  it('has a request whose process died between ledger and list, once its message came back', async () => {
    const world = await start();
    await world.asks('REQ-1', grant());
    const [entry] = world.engine.queued();
    if (entry?.queue !== 'deliveries') throw new Error('There is no delivery to process');
    const { app } = world.engine;
    const put = async () => Promise.reject(new Error('The process died'));
    const broken = { ...app, requests: { ...app.requests, put } };
    await expect(processDelivery(broken, entry.message)).rejects.toThrow('died');
    expect((await list(world)).requests).toEqual([]);
    await world.settle();
    expect(idsOf((await list(world)).requests)).toEqual(['REQ-1']);
  });

  it('goes back as far as bodies are kept', async () => {
    const world = await asked(['REQ-1', grant()], ['REQ-2', grant({ person: CARA })]);
    const [latest] = (await list(world)).requests;
    const { clock } = world.engine;
    clock.advance(Date.parse(latest?.receivedAt ?? '') + 30 * DAY_MS - clock.now());
    await sweepDueAndPendingWork(world.engine.app);
    expect(idsOf((await list(world)).requests)).toEqual(['REQ-2']);
  });
});
