import { describe, expect, it } from '@jest/globals';
import { evidenceSecret } from '../../../fakes/evidence-secret';
import { sandboxEvidenceKeys } from '../../../../sandbox/evidence-key';
import {
  digestEntry,
  isAsLogged,
  type EntriesDigest,
} from '../../../../shared/domain/evidence/digest-entries';
import { recordInLog } from '../../../../shared/domain/evidence/log-entry';
import { linkEvidence } from '../../../../shared/domain/ledger/evidence';
import { personSubject } from '../../../../shared/domain/ledger/subject';
import { parseEvidenceKeys } from '../../../../shared/secrets/evidence-key';

const ana = personSubject('acme', 'a'.repeat(32));
const [old] = sandboxEvidenceKeys;
const [now] = parseEvidenceKeys(evidenceSecret(9));
const keys = [now, old];
const { records } = linkEvidence(
  { seq: 0, hash: '' },
  Array.from({ length: 6 }, (_, at) => ({ kind: `k${at}`, atMs: at, policyHash: 'p', facts: {} })),
);

function logged(key: typeof old, ...numbers: readonly number[]): EntriesDigest | undefined {
  return numbers.reduce<EntriesDigest | undefined>((digest, seq) => {
    const hash = records[seq - 1]?.hash ?? '';
    return digestEntry(digest, { seq, record: recordInLog(key, ana, hash) });
  }, undefined);
}

function judged(
  byOld: EntriesDigest | undefined,
  byNew: EntriesDigest | undefined,
  places = [6, 6],
): boolean {
  const digests = new Map(
    [[old.id, byOld] as const, [now.id, byNew] as const].flatMap(([id, one]) => (one ? [[id, one]] : [])),
  );
  const [before = 0, after = 0] = places;
  return isAsLogged(keys, ana, records, { digests, before: { seq: before }, after: { seq: after } });
}

describe('the digest of what the log has of somebody', () => {
  it('fits the records, by one key or by one after the other', () => {
    expect(judged(logged(old, 1, 2, 3, 4, 5, 6), undefined)).toBe(true);
    expect(judged(logged(old, 1, 2, 3), logged(now, 4, 5, 6))).toBe(true);
    expect(judged(undefined, undefined, [0, 0])).toBe(true);
    expect(judged(logged(old, 1, 2, 3), undefined, [2, 4])).toBe(true);
  });

  it.each<[string, EntriesDigest | undefined, EntriesDigest | undefined, number[]?]>([
    ['of which one is missing', logged(old, 1, 2, 4, 5, 6), undefined],
    ['of which the first is missing', logged(old, 2, 3, 4, 5, 6), undefined],
    ['with one twice', logged(old, 1, 2, 2, 3, 4, 5, 6), undefined],
    ['in another order', logged(old, 1, 3, 2, 4, 5, 6), undefined],
    ['of more than there are', logged(old, 1, 2, 3, 4, 5, 6, 7), undefined, [7, 7]],
    ['with a gap between the keys', logged(old, 1, 2), logged(now, 4, 5, 6)],
    ['by both keys', logged(old, 1, 2, 3, 4), logged(now, 4, 5, 6)],
    ['by a key that made none of them', logged(now, 1, 2, 3, 4, 5, 6), undefined],
    ['of fewer than the place before', logged(old, 1, 2, 3), undefined],
    ['of more than the place after', logged(old, 1, 2, 3, 4, 5, 6), undefined, [3, 5]],
  ])('does not fit entries %s', (_what, byOld, byNew, places = [6, 6]) => {
    expect(judged(byOld, byNew, places)).toBe(false);
  });

  it('does not fit where the place cannot be read', () => {
    const digests = new Map([[old.id, logged(old, 1, 2, 3, 4, 5, 6) ?? raise()]]);
    expect(isAsLogged(keys, ana, records, { digests, before: undefined, after: undefined })).toBe(false);
  });
});

function raise(): never {
  throw new Error('There are entries');
}
