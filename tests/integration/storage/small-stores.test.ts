import { describe, expect, it } from '@jest/globals';
import { summarizeNight } from '../../../shared/domain/audit/night-summary';
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
