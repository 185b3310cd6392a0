import { sandboxSeal } from '../../../sandbox/evidence-key';
import { describe, expect, it } from '@jest/globals';
import type { Subject } from '../../../shared/domain/ledger/subject';
import { verifyEvidence, type EvidenceEntry } from '../../../shared/domain/ledger/evidence';
import type { PersonLedger } from '../../../shared/domain/ledger/person-ledger';
import { createLedgerStore, type LedgerStore } from '../../../shared/storage/ledger';
import { errorOf } from '../../fakes/error-of';
import { newName, takingUnsealed, useStorage } from '../../fakes/test-storage';
import { aGrant, aPersonLedger } from '../../fixtures/builders/person-ledgers';

const storage = useStorage();

function aSubject(organization = newName('acme')): Subject<'person'> {
  return { organization, kind: 'person', key: '0a1b' };
}

function anEntry(kind: string): EvidenceEntry {
  return { kind, atMs: 1_000, policyHash: 'p1', facts: { list: ['a', 'b'], nested: { yes: true } } };
}

async function put(
  store: LedgerStore,
  subject: Subject<'person'>,
  value: PersonLedger,
  ...kinds: readonly string[]
): Promise<void> {
  await store.write(subject, value, await store.read(subject), kinds.map(anEntry));
}

function stateRow(subject: Subject): Readonly<{ partitionKey: string; rowKey: string }> {
  return { partitionKey: `${subject.organization}:${subject.kind}:${subject.key}`, rowKey: 'state' };
}

describe('a ledger', () => {
  it('is read back as it was written, whatever is left out of it', async () => {
    const store = createLedgerStore(storage());
    const subject = aSubject();
    const value = aPersonLedger({
      workerId: '42',
      timeline: [
        { id: 's', kind: 'joiner', occurredAtMs: 1, effectiveAtMs: 2, attributes: { department: 'Öl 🙂' } },
      ],
      grants: [aGrant(), aGrant({ requestId: 'REQ-2', validUntilMs: 5, ticketUrl: 'https://t.example' })],
      revocations: [{ requestId: 'REQ-3', group: 'G', grantRequestId: undefined, occurredAtMs: 4 }],
      applied: [{ groupId: 'g', groupName: 'G', origin: 'standing', sinceMs: 3 }],
      identity: { kind: 'missing', sinceMs: 1, attempts: 2, checkedAtMs: 3 },
    });
    await put(store, subject, value, 'one');
    expect((await store.read(subject))?.value).toEqual(value);
  });

  it('that nobody wrote is not there', async () => {
    expect(await createLedgerStore(storage()).read(aSubject())).toBeUndefined();
  });

  it.each([
    ['on a length that fits into one property', 29_000],
    ['of many properties', 200_000],
  ])('keeps a record %s, and shrinks again', async (_length, characters) => {
    const store = createLedgerStore(storage());
    const subject = aSubject();
    const large = aPersonLedger({ workerId: 'ä'.repeat(characters) });
    await put(store, subject, large);
    expect((await store.read(subject))?.value).toEqual(large);
    await put(store, subject, aPersonLedger());
    expect((await store.read(subject))?.value).toEqual(aPersonLedger());
  });

  it('keeps characters that lie where a record is cut', async () => {
    const store = createLedgerStore(storage());
    for (const shift of ['', 'x']) {
      const subject = aSubject();
      const value = aPersonLedger({ workerId: shift + '🙂'.repeat(40_000) });
      await put(store, subject, value);
      expect((await store.read(subject))?.value).toEqual(value);
    }
  });

  it('is written together with its evidence, and the chain verifies', async () => {
    const store = createLedgerStore(storage());
    const subject = aSubject();
    await put(store, subject, aPersonLedger(), 'one', 'two');
    await put(store, subject, aPersonLedger({ workerId: '1' }), 'three');
    const { records, head } = await store.evidence(subject);
    expect(records.map(({ seq, kind }) => `${seq} ${kind}`)).toEqual(['1 one', '2 two', '3 three']);
    expect(records[0]?.facts).toEqual({ list: ['a', 'b'], nested: { yes: true } });
    expect(verifyEvidence(records, head)).toBeUndefined();
  });

  it('keeps its evidence in order past the tenth record', async () => {
    const store = createLedgerStore(storage());
    const subject = aSubject();
    await put(store, subject, aPersonLedger(), ...Array.from({ length: 12 }, (_, at) => `k${at}`));
    const { records, head } = await store.evidence(subject);
    expect(records.map(({ seq }) => seq)).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
    expect(verifyEvidence(records, head)).toBeUndefined();
  });

  it.each([
    ['edited', 'e:0000000002'],
    ['missing', 'e:0000000002'],
    ['cut', 'e:0000000003'],
  ])('shows that its evidence was %s', async (kind, rowKey) => {
    const store = createLedgerStore(storage());
    const subject = aSubject();
    await put(store, subject, aPersonLedger(), 'one', 'two', 'three');
    const table = await storage().table('ledger');
    const { partitionKey } = stateRow(subject);
    if (kind === 'edited') {
      const row = await table.getEntity<{ json0: string }>(partitionKey, rowKey);
      await table.updateEntity({ partitionKey, rowKey, json0: row.json0.replace('two', 'too') });
    } else await table.deleteEntity(partitionKey, rowKey);
    const { records, head, edited } = await store.evidence(subject);
    expect(verifyEvidence(records, head, edited)?.kind).toBe(kind);
  });

  it.each([
    ['nobody had written before', false],
    ['was read before', true],
  ])('that %s takes one of two writers, and the other is told', async (_state, exists) => {
    const store = createLedgerStore(storage());
    const subject = aSubject();
    if (exists) await put(store, subject, aPersonLedger(), 'zero');
    const read = await store.read(subject);
    await store.write(subject, aPersonLedger({ workerId: 'first' }), read, [anEntry('first')]);
    const error = await errorOf(async () =>
      store.write(subject, aPersonLedger({ workerId: 'second' }), read, [anEntry('second')]),
    );
    expect(error.code).toBe('storage-conflict');
    expect((await store.read(subject))?.value.workerId).toBe('first');
    const { records, head } = await store.evidence(subject);
    expect(records.map((record) => record.kind)).not.toContain('second');
    expect(verifyEvidence(records, head)).toBeUndefined();
  });

  it.each([
    ['is no JSON', { json0: '{' }],
    ['has another shape', { json0: '{"email":1}' }],
    ['has no value', { json0: '' }],
    ['has lost the end of its evidence', { evidenceSeq: '' }],
  ])('that %s is reported, never read as an empty one', async (_fault, properties) => {
    const store = createLedgerStore(storage());
    const subject = aSubject();
    await put(store, subject, aPersonLedger(), 'one');
    await (await storage().table('ledger')).updateEntity({ ...stateRow(subject), ...properties });
    expect((await errorOf(async () => store.read(subject))).code).toBe('record-unreadable');
  });

  it('that cannot be read takes more evidence than a transaction holds, and keeps what it says', async () => {
    const store = createLedgerStore(storage());
    const subject = aSubject();
    await put(store, subject, aPersonLedger(), 'one');
    const table = await storage().table('ledger');
    const damage = { json0: '{"email":1}', schemaVersion: 9 };
    await table.updateEntity({ ...stateRow(subject), ...damage }, 'Merge');
    const many = Array.from({ length: 200 }, (_, index) => anEntry(`more-${index}`));
    await store.appendEvidence(subject, many);
    const { records, state } = await store.evidence(subject);
    expect(records.map(({ kind }) => kind)).toEqual(['one', ...many.map(({ kind }) => kind)]);
    const { seq = 0, hash = '' } = records.at(-1) ?? {};
    expect([verifyEvidence(records, { seq, hash }), state]).toEqual([undefined, 'edited']);
    const { partitionKey, rowKey } = stateRow(subject);
    expect(await table.getEntity(partitionKey, rowKey)).toMatchObject(damage);
  });

  it.each(['has a record beyond its end', 'has lost its state'])(
    'that %s takes nothing, and nobody takes that for others who write',
    async (fault) => {
      const store = createLedgerStore(storage());
      const subject = aSubject();
      await put(store, subject, aPersonLedger(), 'one');
      const table = await storage().table('ledger');
      const { partitionKey, rowKey } = stateRow(subject);
      if (fault === 'has lost its state') await table.deleteEntity(partitionKey, rowKey);
      else await table.createEntity({ partitionKey, rowKey: 'e:0000000003', json0: '{}' });
      const read = await store.read(subject);
      const entries = [anEntry('two'), anEntry('three')];
      const write = async () => store.write(subject, aPersonLedger(), read, entries);
      const append = async () => store.appendEvidence(subject, entries);
      for (const one of [write, append]) expect((await errorOf(one)).code).toBe('record-unreadable');
      expect((await store.evidence(subject)).records.map(({ kind }) => kind)).toEqual(['one']);
    },
  );

  it('that nobody wrote takes no evidence alone, and one that has lost the end of its evidence none at all', async () => {
    const store = createLedgerStore(storage());
    const subject = aSubject();
    const append = async () => store.appendEvidence(subject, [anEntry('more')]);
    expect((await errorOf(append)).code).toBe('storage-conflict');
    await put(store, subject, aPersonLedger(), 'one');
    await (await storage().table('ledger')).updateEntity({ ...stateRow(subject), evidenceHash: 7 }, 'Merge');
    expect((await errorOf(append)).code).toBe('record-unreadable');
  });

  it('written by the version before is still read: optional members may be null, unknown ones are left alone', async () => {
    const subject = aSubject();
    const value = {
      ...aPersonLedger(),
      workerId: null,
      identity: null,
      nickname: 'Ana',
      grants: [{ ...aGrant(), validUntilMs: null, ticketUrl: null, colour: 'red' }],
    };
    await (
      await storage().table('ledger')
    ).createEntity({
      ...stateRow(subject),
      schemaVersion: 1,
      json0: JSON.stringify(value),
      evidenceSeq: 0,
      evidenceHash: '',
    });
    const store = createLedgerStore(takingUnsealed(storage()));
    expect((await store.read(subject))?.value).toEqual(aPersonLedger({ grants: [aGrant()] }));
    await put(store, subject, aPersonLedger({ workerId: '7' }), 'one');
    expect((await store.read(subject))?.value.workerId).toBe('7');
  });
});

describe('the list of ledgers', () => {
  it('holds one kind of one organization, and nothing of one whose name begins the same', async () => {
    const store = createLedgerStore(storage());
    const organization = newName('acme');
    for (const alias of [organization, `${organization}2`, `${organization}-x`])
      for (const key of ['0a', 'ff'])
        await put(
          store,
          { organization: alias, kind: 'person', key },
          aPersonLedger({ workerId: alias + key }),
          'e',
        );
    await store.write(
      { organization, kind: 'rule', key: '0a' },
      { name: 'r', statements: [], have: undefined },
      undefined,
      [],
    );
    const found: string[] = [];
    for await (const { key, value } of store.list(organization, 'person'))
      found.push(`${key} ${value?.workerId}`);
    expect(found).toEqual([`0a ${organization}0a`, `ff ${organization}ff`]);
    const rules: string[] = [];
    for await (const { key } of store.list(organization, 'rule')) rules.push(key);
    expect(rules).toEqual(['0a']);
  });

  it('goes on past the thousandth row, which is where storage ends a page', async () => {
    const organization = newName('big');
    const table = await storage().table('ledger');
    const json0 = JSON.stringify(aPersonLedger());
    const keys = Array.from({ length: 1_005 }, (_, at) => String(at).padStart(6, '0'));
    for (let at = 0; at < keys.length; at += 50)
      await Promise.all(
        keys.slice(at, at + 50).map(async (key) =>
          table.createEntity({
            partitionKey: `${organization}:person:${key}`,
            rowKey: 'state',
            json0,
            evidenceSeq: 0,
            evidenceHash: '',
          }),
        ),
      );
    let count = 0;
    for await (const entry of createLedgerStore(takingUnsealed(storage())).list(organization, 'person'))
      if (entry.value?.email === 'ana.pop@example.com') count += 1;
    expect(count).toBe(keys.length);
  });

  it.each([
    ['of another shape', { json0: '{}' }],
    ['written by a newer version', { schemaVersion: 2 }],
  ])('names a record %s instead of leaving it out, and goes on', async (_what, damage) => {
    const told: unknown[] = [];
    const store = createLedgerStore(storage(), (row) => told.push(row));
    const subject = aSubject();
    const other = { ...subject, key: `${subject.key}x` };
    await put(store, subject, aPersonLedger());
    await put(store, other, aPersonLedger());
    const table = await storage().table('ledger');
    await table.updateEntity({ ...stateRow(subject), ...damage });
    const found: unknown[] = [];
    for await (const { key, value } of store.list(subject.organization, 'person'))
      found.push([key, value?.email]);
    expect(found).toEqual([
      [subject.key, undefined],
      [other.key, 'ana.pop@example.com'],
    ]);
    const { partitionKey, rowKey } = stateRow(subject);
    expect(told).toEqual([{ table: 'ledger', partitionKey, rowKey }]);
    expect((await errorOf(async () => store.read(subject))).code).toBe('record-unreadable');
  });
});

describe('what a transaction does not hold', () => {
  it.each([
    ['records of small size', 450, 10],
    ['records of a megabyte together', 12, 100_000],
  ])('of %s is written in several, and the chain is whole', async (_what, count, characters) => {
    const store = createLedgerStore(storage());
    const subject = aSubject();
    const facts = { text: 'ö'.repeat(characters) };
    const evidence = Array.from({ length: count }, (_, index) => ({ ...anEntry(`k${index}`), facts }));
    await put(store, subject, aPersonLedger());
    const next = aPersonLedger({ workerId: 'next' });
    await store.write(subject, next, await store.read(subject), evidence);
    expect((await store.read(subject))?.value).toEqual(next);
    const { records, head } = await store.evidence(subject);
    expect(records.map(({ kind }) => kind)).toEqual(evidence.map(({ kind }) => kind));
    expect(verifyEvidence(records, head)).toBeUndefined();
  });

  it('leaves the ledger as it was when it is interrupted, with evidence that is whole so far', async () => {
    const subject = aSubject();
    await put(createLedgerStore(storage()), subject, aPersonLedger());
    let writes = 0;
    const dying = createLedgerStore({
      seal: sandboxSeal,
      table: async (name) => {
        const client = await storage().table(name);
        return Object.assign(Object.create(client) as typeof client, {
          submitTransaction: async (actions: Parameters<typeof client.submitTransaction>[0]) => {
            writes += 1;
            if (writes === 2) throw new Error('It died');
            return client.submitTransaction(actions);
          },
        });
      },
    });
    const evidence = Array.from({ length: 120 }, (_, index) => anEntry(`k${index}`));
    const next = aPersonLedger({ workerId: 'next' });
    await expect(dying.write(subject, next, await dying.read(subject), evidence)).rejects.toThrow('It died');
    const store = createLedgerStore(storage());
    expect((await store.read(subject))?.value).toEqual(aPersonLedger());
    const { records, head } = await store.evidence(subject);
    expect(records).toHaveLength(90);
    expect(verifyEvidence(records, head)).toBeUndefined();
  });

  it('is refused before anything is sent where the ledger itself is too large', async () => {
    const store = createLedgerStore(storage());
    const subject = aSubject();
    const large = aPersonLedger({ workerId: 'x'.repeat(500_000) });
    const error = await errorOf(async () => store.write(subject, large, undefined, [anEntry('a')]));
    expect(error.code).toBe('record-too-large');
    expect(await store.read(subject)).toBeUndefined();
  });
});
