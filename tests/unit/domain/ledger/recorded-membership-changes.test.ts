import { describe, expect, it } from '@jest/globals';
import { linkEvidence, EMPTY_CHAIN, type EvidenceRecord } from '../../../../shared/domain/ledger/evidence';
import {
  isOutcomeUnknown,
  removalRecordedBefore,
} from '../../../../shared/domain/ledger/recorded-membership-changes';

const CALL = { id: 'a', groupId: 'g', startedAtMs: 100 };

/** Each as `<added or removed> <attempt> <at> <group>`. */
function records(...lines: readonly string[]): readonly EvidenceRecord[] {
  const entries = lines.map((line) => {
    const [what, attemptId, atMs, groupId = 'g'] = line.split(' ');
    return { kind: `membership-${what}`, atMs: Number(atMs), policyHash: 'p', facts: { attemptId, groupId } };
  });
  return linkEvidence(EMPTY_CHAIN, entries).records;
}

describe('what a call came to for somebody', () => {
  it.each<[string, readonly EvidenceRecord[], 'add' | 'remove', boolean]>([
    ['nothing was recorded since', records(), 'add', false],
    ['an addition, and another call removed it since', records('removed b 200'), 'add', true],
    ['a removal, and another call added them since', records('added b 200'), 'remove', true],
    ['an addition that another call made since', records('added b 200'), 'add', false],
    ['a removal that another call made since', records('removed b 200'), 'remove', false],
    [
      'an addition that another call made and a third undid',
      records('added b 200', 'removed c 300'),
      'add',
      false,
    ],
    ['an addition that was undone and made anew', records('removed b 200', 'added c 300'), 'add', true],
    ['it is recorded itself', records('added a 150', 'removed b 200'), 'add', false],
    ['that was said already', records('removed b 200', 'outcome-unknown a 300'), 'add', false],
    ['the contrary is from before', records('removed b 99'), 'add', false],
    ['the contrary is of another group', records('removed b 200 h'), 'add', false],
  ])('where %s', (_case, told, change, isUnknown) => {
    expect(isOutcomeUnknown(told, CALL, change)).toBe(isUnknown);
  });

  it.each<[string, readonly EvidenceRecord[], string | undefined]>([
    ['nobody', records('added b 200', 'removed b 99', 'removed b 200 h'), undefined],
    ['itself', records('removed b 120', 'removed a 150'), 'by-this'],
    ['another', records('removed b 200'), 'by-another'],
  ])('says that %s recorded a removal', (_who, told, before) => {
    expect(removalRecordedBefore(told, CALL)).toBe(before);
  });
});
