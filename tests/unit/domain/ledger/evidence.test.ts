import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  divideEvidence,
  EMPTY_CHAIN,
  linkEvidence,
  verifyEvidence,
  type EvidenceEntry,
  type EvidenceRecord,
} from '../../../../shared/domain/ledger/evidence';
import { hashOf } from '../../../../shared/domain/canonical-json-hash';

const entry = (kind: string, facts: EvidenceEntry['facts'] = {}): EvidenceEntry => ({
  kind,
  atMs: 1,
  policyHash: 'p',
  facts,
});
const { records, head } = linkEvidence(
  EMPTY_CHAIN,
  ['a', 'b', 'c', 'd'].map((kind) => entry(kind)),
);
const [a, b, c, d] = records as [EvidenceRecord, EvidenceRecord, EvidenceRecord, EvidenceRecord];
const rehash = ({ hash: _old, ...linked }: EvidenceRecord): EvidenceRecord => ({
  ...linked,
  hash: hashOf(linked),
});

describe('an evidence chain', () => {
  it('numbers its records from one and ties each to the one before', () => {
    expect(records.map(({ seq, previousHash }) => [seq, previousHash])).toEqual([
      [1, ''],
      [2, a.hash],
      [3, b.hash],
      [4, c.hash],
    ]);
    expect(head).toEqual({ seq: 4, hash: d.hash });
    expect(a).toMatchObject(entry('a'));
  });

  it('goes on where it ended', () => {
    const more = linkEvidence(head, [entry('e')]);
    expect(more.records).toMatchObject([{ seq: 5, previousHash: d.hash }]);
    expect(verifyEvidence([...records, ...more.records], more.head)).toBeUndefined();
  });

  it('stays as it is when nothing is added', () => {
    expect(linkEvidence(head, [])).toEqual({ records: [], head });
  });

  it('is in order when nothing was touched, also when it is empty', () => {
    expect(verifyEvidence(records, head)).toBeUndefined();
    expect(verifyEvidence([], EMPTY_CHAIN)).toBeUndefined();
  });

  it.each<[string, readonly EvidenceRecord[], ReturnType<typeof verifyEvidence>]>([
    ['an edited fact', [a, { ...b, facts: { more: 1 } }, c, d], { kind: 'edited', seq: 2 }],
    ['an edited time', [a, b, c, { ...d, atMs: 2 }], { kind: 'edited', seq: 4 }],
    ['an edited hash', [a, { ...b, hash: 'x' }, c, d], { kind: 'edited', seq: 2 }],
    [
      'a record rewritten together with its hash',
      [a, rehash({ ...b, kind: 'x' }), c, d],
      { kind: 'edited', seq: 3 },
    ],
    [
      'a last record rewritten together with its hash',
      [a, b, c, rehash({ ...d, kind: 'x' })],
      { kind: 'edited', seq: 4 },
    ],
    ['a record tied to another', [a, rehash({ ...b, previousHash: 'x' }), c, d], { kind: 'edited', seq: 2 }],
    ['a record deleted in the middle', [a, c, d], { kind: 'missing', seq: 2 }],
    ['the first record deleted', [b, c, d], { kind: 'missing', seq: 1 }],
    ['two records exchanged', [a, c, b, d], { kind: 'missing', seq: 2 }],
    ['a record that stands twice', [a, a, b, c, d], { kind: 'missing', seq: 2 }],
    ['the last record cut off', [a, b, c], { kind: 'cut', seq: 4 }],
    ['all records cut off', [], { kind: 'cut', seq: 1 }],
  ])('tells of %s (an audit row edited, deleted, cut)', (_case, found, fault) => {
    expect(verifyEvidence(found, head)).toEqual(fault);
  });

  it('tells of records that its end does not know', () => {
    expect(verifyEvidence(records, { seq: 3, hash: c.hash })).toEqual({ kind: 'edited', seq: 4 });
    expect(verifyEvidence(records, { seq: 3, hash: d.hash })).toEqual({ kind: 'edited', seq: 4 });
    expect(verifyEvidence(records, { seq: 4, hash: c.hash })).toEqual({ kind: 'edited', seq: 4 });
  });
});

describe('any chain', () => {
  const chains = fc
    .array(
      fc.record({
        kind: fc.string(),
        atMs: fc.nat(),
        policyHash: fc.constant('p'),
        facts: fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3, noNullPrototype: true }),
      }),
      { minLength: 1, maxLength: 8 },
    )
    .chain((entries) => fc.record({ entries: fc.constant(entries), at: fc.nat(entries.length - 1) }));
  const stored = (items: readonly EvidenceEntry[]) => {
    const linked = linkEvidence(EMPTY_CHAIN, items);
    return { ...linked, records: JSON.parse(JSON.stringify(linked.records)) as readonly EvidenceRecord[] };
  };
  const options = { seed: 20_261_126, numRuns: 100 };

  it('is in order after it was stored and read', () => {
    fc.assert(
      fc.property(chains, ({ entries }) => {
        const chain = stored(entries);
        expect(verifyEvidence(chain.records, chain.head)).toBeUndefined();
      }),
      options,
    );
  });

  it.each<[string, (record: EvidenceRecord) => EvidenceRecord]>([
    ['kind', (record) => ({ ...record, kind: `${record.kind}!` })],
    ['time', (record) => ({ ...record, atMs: record.atMs + 1 })],
    ['policy', (record) => ({ ...record, policyHash: 'q' })],
    ['facts', (record) => ({ ...record, facts: { ...record.facts, added: 1 } })],
    ['link', (record) => ({ ...record, previousHash: `${record.previousHash}0` })],
    ['hash', (record) => ({ ...record, hash: `${record.hash}0` })],
  ])('names the record whose %s was edited', (_part, edit) => {
    fc.assert(
      fc.property(chains, ({ entries, at }) => {
        const chain = stored(entries);
        const edited = chain.records.map((record, index) => (index === at ? edit(record) : record));
        expect(verifyEvidence(edited, chain.head)).toEqual({ kind: 'edited', seq: at + 1 });
      }),
      options,
    );
  });

  it('names the record that was deleted, and where the tail was cut', () => {
    fc.assert(
      fc.property(chains, ({ entries, at }) => {
        const chain = stored(entries);
        const isLast = at === entries.length - 1;
        expect(verifyEvidence(chain.records.toSpliced(at, 1), chain.head)).toEqual({
          kind: isLast ? 'cut' : 'missing',
          seq: at + 1,
        });
        expect(verifyEvidence(chain.records.slice(0, at), chain.head)).toEqual({ kind: 'cut', seq: at + 1 });
      }),
      options,
    );
  });
});

describe('evidence that is too large for a record', () => {
  const list = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(36, '0')}`);

  it('is left whole up to its limit', () => {
    const small = entry('a', { by: 'Ben', findings: list(2_000, 'f') });
    expect(divideEvidence(small)).toEqual([small]);
  });

  it.each([5_000, 50_000])(
    'has its lists of %d divided over records that say which part they are',
    (count) => {
      const findings = list(count, 'f');
      const removals = list(count / 2, 'r');
      const parts = divideEvidence(entry('a', { by: 'Ben', findings, removals }));
      expect(parts.length).toBeGreaterThan(1);
      expect(parts.flatMap(({ facts }) => facts['findings'])).toEqual(findings);
      expect(parts.flatMap(({ facts }) => facts['removals'])).toEqual(removals);
      for (const [index, { facts, ...rest }] of parts.entries()) {
        expect(rest).toEqual({ kind: 'a', atMs: 1, policyHash: 'p' });
        expect(facts).toMatchObject({ by: 'Ben', part: index + 1, parts: parts.length });
        expect(JSON.stringify(facts).length).toBeLessThanOrEqual(100_000);
      }
    },
  );

  it('has nothing to divide where no list makes it large', () => {
    const large = entry('a', { text: 'x'.repeat(200_000), findings: ['f'] });
    expect(divideEvidence(large)).toEqual([large]);
  });
});
