import { sandboxSeal } from '../../../sandbox/evidence-key';
import type { TableClient, TransactionAction } from '@azure/data-tables';
import { describe, expect, it } from '@jest/globals';
import { summarizeNight } from '../../../shared/domain/audit/audit-summary';
import type { FindingRecord } from '../../../shared/domain/audit/finding';
import { createFindingStore } from '../../../shared/storage/findings';
import { createWorkQueues } from '../../../shared/storage/queues';
import { createReportStore } from '../../../shared/storage/reports';
import { createRequestIndex, type RequestEntry } from '../../../shared/storage/request-index';
import { newName, useStorage } from '../../fakes/test-storage';
import { eventfulReport, report } from '../../fixtures/audit-reports';

const storage = useStorage();

const entry: RequestEntry = {
  requestId: 'REQ-1',
  group: 'Developers',
  source: 'tickets',
  action: 'grant',
  receivedAtMs: 1,
  subject: { kind: 'person', key: 'aa' },
  refusal: undefined,
};

describe('the index of requests', () => {
  it('finds a request by the id of its ticket system, in its organization only', async () => {
    const index = createRequestIndex(storage());
    const organization = newName('acme');
    await index.put(organization, entry);
    await index.put(organization, { ...entry, refusal: 'lasts-too-long', requestId: 'REQ-2' });
    expect(await index.get(organization, 'REQ-1')).toEqual(entry);
    expect((await index.get(organization, 'REQ-2'))?.refusal).toBe('lasts-too-long');
    expect(await index.get(organization, 'req-1')).toBeUndefined();
    expect(await index.get(`${organization}2`, 'REQ-1')).toBeUndefined();
  });

  it.each(["a/b\\c#d?e'f", 'REQ 東京 🙂', '..', 'x'.repeat(128)])('takes the id %p', async (requestId) => {
    const index = createRequestIndex(storage());
    const organization = newName('acme');
    await index.put(organization, { ...entry, requestId });
    expect((await index.get(organization, requestId))?.requestId).toBe(requestId);
  });

  const idsIn = async (organization: string, cursor?: string, most = 100) =>
    (await createRequestIndex(storage()).list(organization, { cursor, most })).map(
      ({ entry: { requestId } }) => requestId,
    );

  it('lists the newest first, page by page, of one organization', async () => {
    const index = createRequestIndex(storage());
    const organization = newName('acme');
    await index.put(`${organization}2`, { ...entry, requestId: 'OTHER' });
    for (const [requestId, receivedAtMs] of [
      ['A', 10],
      ['B', 999],
      ['C', 1_000],
      ['D', 1_792_000_000_000],
    ] as const)
      await index.put(organization, { ...entry, requestId, receivedAtMs });
    expect(await idsIn(organization)).toEqual(['D', 'C', 'B', 'A']);
    const first = await index.list(organization, { cursor: undefined, most: 2 });
    expect(first.map(({ entry: { requestId } }) => requestId)).toEqual(['D', 'C']);
    expect(await idsIn(organization, first[1]?.cursor, 2)).toEqual(['B', 'A']);
    expect(await idsIn(organization, first[1]?.cursor, 1)).toEqual(['B']);
  });

  it('lists none twice and skips none of those that came at the same moment', async () => {
    const index = createRequestIndex(storage());
    const organization = newName('acme');
    const ids = Array.from({ length: 7 }, (_, number) => `REQ-${number}`);
    for (const requestId of ids) await index.put(organization, { ...entry, requestId });
    const seen: string[] = [];
    for (let cursor: string | undefined, page = 0; page < 4; page += 1) {
      const listed = await index.list(organization, { cursor, most: 2 });
      seen.push(...listed.map(({ entry: { requestId } }) => requestId));
      cursor = listed.at(-1)?.cursor;
    }
    expect(seen.toSorted()).toEqual(ids);
  });

  it('lists a request that comes again once, where it was, as it is now', async () => {
    const index = createRequestIndex(storage());
    const organization = newName('acme');
    await index.put(organization, { ...entry, requestId: 'OLD', receivedAtMs: 5 });
    await index.put(organization, { ...entry, receivedAtMs: 10 });
    await index.put(organization, { ...entry, requestId: 'OLD', receivedAtMs: 99, refusal: 'end-required' });
    const listed = await index.list(organization, { cursor: undefined, most: 10 });
    expect(listed.map((row) => [row.entry.requestId, row.entry.receivedAtMs, row.entry.refusal])).toEqual([
      ['REQ-1', 10, undefined],
      ['OLD', 5, 'end-required'],
    ]);
  });

  it('lists a request once that several processes write at the same moment', async () => {
    const organization = newName('acme');
    await Promise.all(
      [1, 2, 3].map(async (receivedAtMs) =>
        createRequestIndex(storage()).put(organization, { ...entry, receivedAtMs }),
      ),
    );
    expect(await idsIn(organization)).toEqual(['REQ-1']);
  });

  it.each([
    'x',
    "0' or RowKey gt '",
    '1'.repeat(15),
    `${'1'.repeat(15)}-${'g'.repeat(64)}`,
    `${'1'.repeat(15)}-${'a'.repeat(65)}`,
  ])('takes no cursor of somebody else: %s', async (cursor) => {
    await expect(
      createRequestIndex(storage()).list(newName('acme'), { cursor, most: 1 }),
    ).rejects.toMatchObject({ code: 'query-invalid' });
  });

  it('forgets in the list what came before a day, a hundred at a time, and finds it by its id still', async () => {
    const index = createRequestIndex(storage());
    const organization = newName('acme');
    const put = async (requestId: string, receivedAtMs: number) =>
      index.put(organization, { ...entry, requestId, receivedAtMs });
    await Promise.all(Array.from({ length: 101 }, async (_, number) => put(`OLD-${number}`, 1_999)));
    await put('ON-THE-DAY', 2_000);
    await put('NEW', 2_001);
    const forgotten = [1, 2, 3].map(() => async () => index.forgetInList(organization, 2_000));
    const counts: number[] = [];
    for (const forget of forgotten) counts.push(await forget());
    expect(counts).toEqual([100, 1, 0]);
    expect(await idsIn(organization)).toEqual(['NEW', 'ON-THE-DAY']);
    expect((await index.get(organization, 'OLD-7'))?.requestId).toBe('OLD-7');
  });

  it('keeps what was said last', async () => {
    const index = createRequestIndex(storage());
    const organization = newName('acme');
    await index.put(organization, { ...entry, refusal: 'approvals-missing' });
    await index.put(organization, entry);
    expect(await index.get(organization, 'REQ-1')).toEqual(entry);
  });
});

describe('findings', () => {
  const finding: FindingRecord = {
    id: '0123456789abcdef',
    check: 'member-without-reason',
    severity: 'high',
    subject: { group: 'developers', memberId: 'm' },
    state: 'new',
    firstSeenMs: 1,
    lastSeenMs: 1,
  };

  it('are kept under their id, and the last state stands', async () => {
    const store = createFindingStore(storage());
    const organization = newName('acme');
    await store.save(organization, [finding, { ...finding, id: 'b' }]);
    await store.save(organization, [{ ...finding, state: 'fixed', lastSeenMs: 2 }]);
    await store.save(`${organization}2`, [{ ...finding, id: 'c' }]);
    expect(await store.list(organization)).toEqual([
      { ...finding, state: 'fixed', lastSeenMs: 2 },
      { ...finding, id: 'b' },
    ]);
    expect(await store.list(newName('none'))).toEqual([]);
    await store.forget(organization, [finding.id, 'never there']);
    expect(await store.list(organization)).toEqual([{ ...finding, id: 'b' }]);
  });

  it('are saved and forgotten by the hundred', async () => {
    const sizes: number[] = [];
    const table = await storage().table('findings');
    const counting = {
      submitTransaction: async (actions: TransactionAction[]) => {
        sizes.push(actions.length);
        return table.submitTransaction(actions);
      },
      listEntities: table.listEntities.bind(table),
    };
    const store = createFindingStore({
      seal: sandboxSeal,
      table: async () => counting as unknown as TableClient,
    });
    const organization = newName('acme');
    const many = Array.from({ length: 201 }, (_, at) => ({ ...finding, id: `f${at}` }));
    await store.save(organization, many);
    expect(sizes.toSorted((a, b) => b - a)).toEqual([100, 100, 1]);
    expect(await store.list(organization)).toHaveLength(201);
    await store.forget(
      organization,
      many.slice(1).map(({ id }) => id),
    );
    expect(sizes).toHaveLength(5);
    expect(await store.list(organization)).toEqual([many[0]]);
  });

  it('that are long are still saved, fewer at a time than storage would refuse', async () => {
    const store = createFindingStore(storage());
    const organization = newName('acme');
    const words = { text: 'ä€'.repeat(50_000) };
    await store.save(
      organization,
      Array.from({ length: 60 }, (_, at) => ({ ...finding, id: `f${at}`, subject: words })),
    );
    expect(await store.list(organization)).toHaveLength(60);
  });
});

describe('reports', () => {
  it('are stored by night, and the last one as latest', async () => {
    const store = createReportStore(storage());
    const organization = newName('acme');
    const eventful = { ...eventfulReport(), organization, night: '20260302T0100' };
    const second = report({ organization, night: '20260303T0100' });
    await store.save(organization, eventful.night, eventful);
    await store.save(organization, second.night, second);
    await store.save(organization, second.night, { ...second, result: 'green' });
    expect(await store.read(organization, eventful.night)).toEqual(eventful);
    expect(await store.read(organization, second.night)).toEqual({ ...second, result: 'green' });
    expect(await store.read(organization, 'latest')).toEqual({ ...second, result: 'green' });
    expect(await store.read(organization, '20260304T0100')).toBeUndefined();
  });

  it('are listed by their summaries, oldest first, for one organization', async () => {
    const store = createReportStore(storage());
    const organization = newName('acme');
    const eventful = { ...eventfulReport(), organization, night: '20260303T0100' };
    const quiet = report({ organization, night: '20260302T0100', result: 'green' });
    await store.save(organization, eventful.night, eventful);
    await store.save(organization, quiet.night, quiet);
    await store.save(`${organization}x`, quiet.night, quiet);
    expect(await store.list(organization)).toEqual([summarizeNight(quiet), summarizeNight(eventful)]);
  });

  it('are believed neither edited nor under another night, and their summaries not either', async () => {
    const store = createReportStore(storage());
    const organization = newName('acme');
    const red = report({ organization, night: '20260301T0100', result: 'red' });
    const green = report({ organization, night: '20260302T0100', result: 'green' });
    for (const one of [red, green]) await store.save(organization, one.night, one);
    const container = await storage().container('reports');
    const blobOf = (name: string) => container.getBlockBlobClient(`${organization}/${name}.json`);
    const written = await blobOf(red.night).downloadToBuffer();
    const edited = Buffer.from(written.toString('utf8').replace('"result": "red"', '"result": "green"'));
    await blobOf(red.night).uploadData(edited, { metadata: { result: 'green', unknown: '0' } });
    await blobOf('latest').uploadData(written);
    await blobOf('20260303T0100').uploadData(await blobOf(green.night).downloadToBuffer());
    for (const night of [red.night, 'latest', '20260303T0100'])
      await expect(store.read(organization, night)).rejects.toMatchObject({ code: 'record-unreadable' });
    const nights = await store.list(organization);
    expect(nights.map(({ night, result }) => [night, result])).toEqual([
      [red.night, 'red'],
      [green.night, 'green'],
      ['20260303T0100', 'red'],
    ]);
  });

  it('are an error, not a report, when they are not as they were written', async () => {
    const organization = newName('acme');
    const container = await storage().container('reports');
    await container
      .getBlockBlobClient(`${organization}/latest.json`)
      .uploadData(Buffer.from('{"findings":[]}'));
    await container.getBlockBlobClient(`${organization}/cut.json`).uploadData(Buffer.from('{"findings":['));
    const store = createReportStore(storage());
    await expect(store.read(organization, 'latest')).rejects.toMatchObject({ code: 'record-unreadable' });
    await expect(store.read(organization, 'cut')).rejects.toMatchObject({ code: 'record-unreadable' });
  });
});

describe('messages', () => {
  it('are JSON of keys only, and come at once unless they are delayed', async () => {
    const queues = createWorkQueues(storage());
    await queues.enqueueDelivery({ feed: 'hr', source: 'bamboo', deliveryId: 'd1' });
    await queues.enqueueAudit({ organization: 'acme', night: 'n' }, -5);
    await queues.enqueueChanges({ organization: 'acme' });
    await queues.enqueueChanges({ organization: 'later' }, 60_000);
    const texts = await Promise.all(
      ['deliveries', 'audits', 'changes'].map(async (name) => {
        const queue = await storage().queue(name);
        const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 32 });
        return receivedMessageItems.map((item): unknown => JSON.parse(item.messageText));
      }),
    );
    expect(texts).toEqual([
      [{ feed: 'hr', source: 'bamboo', deliveryId: 'd1' }],
      [{ organization: 'acme', night: 'n' }],
      [{ organization: 'acme' }],
    ]);
    const changes = await storage().queue('changes');
    expect((await changes.getProperties()).approximateMessagesCount).toBe(2);
  });

  it.each([
    ['one millisecond', 1, 1],
    ['a minute and a bit', 60_001, 61],
    ['a year, which is more than storage allows', 31_536_000_000, 604_799],
  ])('delayed by %s hide so many seconds', async (_delay, delayMs, seconds) => {
    const sent: Array<number | undefined> = [];
    const queues = createWorkQueues({
      queue: async (name) => {
        const queue = await storage().queue(name);
        const send = queue.sendMessage.bind(queue);
        queue.sendMessage = async (text, options) => {
          sent.push(options?.visibilityTimeout);
          return send(text, options);
        };
        return queue;
      },
    });
    await queues.enqueueChanges({ organization: newName('acme') }, delayMs);
    expect(sent.at(-1)).toBe(seconds);
  });
});
