import { describe, expect, it } from '@jest/globals';
import { linkEvidence, EMPTY_CHAIN, type EvidenceRecord } from '../../../../shared/domain/ledger/evidence';
import {
  isTakenForStanding,
  whatToTell,
  type MembershipChange,
  type ToTell,
} from '../../../../shared/domain/ledger/recorded-membership-changes';

const CALL = { id: '100-a', groupId: 'g', startedAtMs: 100 };

/** Each as `<added or removed> <call, with when it began> <at> <group>`. */
function records(...lines: readonly string[]): readonly EvidenceRecord[] {
  const entries = lines.map((line) => {
    const [what, attemptId, atMs, groupId = 'g'] = line.split(' ');
    return { kind: `membership-${what}`, atMs: Number(atMs), policyHash: 'p', facts: { attemptId, groupId } };
  });
  return linkEvidence(EMPTY_CHAIN, entries).records;
}

describe('what is to be told of a call for somebody', () => {
  it.each<[string, readonly EvidenceRecord[], MembershipChange, ToTell]>([
    ['nothing was recorded since', records(), 'add', 'by-another'],
    ['an addition, and another call removed it since', records('removed 150-b 200'), 'add', 'unknown'],
    ['a removal, and another call added them since', records('added 150-b 200'), 'remove', 'unknown'],
    ['an addition that another call made since', records('added 150-b 200'), 'add', 'by-another'],
    ['a removal that another call made since', records('removed 150-b 200'), 'remove', 'by-another'],
    [
      'an addition that another call made and a third undid',
      records('added 150-b 200', 'removed 250-c 300'),
      'add',
      'by-another',
    ],
    [
      'an addition that was undone and made anew',
      records('removed 150-b 200', 'added 250-c 300'),
      'add',
      'unknown',
    ],
    ['it is recorded itself', records('added 100-a 150', 'removed 150-b 200'), 'add', 'by-this'],
    ['that was said already', records('removed 150-b 200', 'outcome-unknown 100-a 300'), 'add', 'by-this'],
    ['the contrary is from before', records('removed 50-b 99'), 'add', 'by-another'],
    ['the contrary began before and is recorded since', records('removed 50-b 150'), 'add', 'by-another'],
    ['the contrary is of another group', records('removed 150-b 200 h'), 'add', 'by-another'],
  ])('that does not show, where %s', (_case, told, change, toTell) => {
    expect(whatToTell(told, CALL, change, { shows: 'no', isInLedger: false })).toBe(toTell);
  });

  it.each<[string, readonly EvidenceRecord[], MembershipChange, ToTell]>([
    [
      'is its own removal',
      records('added 50-b 99', 'removed 50-b 99', 'removed 50-b 200 h'),
      'remove',
      'change',
    ],
    ['is told', records('removed 50-b 120', 'removed 100-a 150'), 'remove', 'by-this'],
    ['was removed by another', records('removed 50-b 200'), 'remove', 'by-another'],
    ['is its own addition', records('removed 50-b 150'), 'add', 'change'],
    [
      'was added and told, and undone since',
      records('added 100-a 150', 'removed 150-b 200'),
      'add',
      'by-this',
    ],
    ['was undone before it was told', records('removed 150-b 200'), 'add', 'unknown'],
  ])('that shows: what stands %s', (_case, told, change, toTell) => {
    expect(whatToTell(told, CALL, change, { shows: 'now', isInLedger: false })).toBe(toTell);
  });

  it.each<[string, readonly EvidenceRecord[], ToTell]>([
    ['nothing is told since', records('added 50-b 99'), 'change'],
    ['the contrary is', records('removed 150-b 200'), 'unknown'],
    ['only what was done after the contrary is', records('added 250-c 300'), 'unknown'],
    ['the same is, by a call of before', records('added 50-b 150', 'removed 150-c 200'), 'by-another'],
    ['it is itself', records('added 100-a 150', 'removed 150-b 200'), 'by-this'],
  ])('that showed until the contrary was done, where %s', (_case, told, toTell) => {
    expect(whatToTell(told, CALL, 'add', { shows: 'before', isInLedger: false })).toBe(toTell);
  });

  it('is nothing where the ledger says it', () => {
    expect(whatToTell(records(), CALL, 'add', { shows: 'now', isInLedger: true })).toBe('by-another');
  });
});

describe('a membership that UiPath showed late', () => {
  it.each([
    ['is taken for one that stood before when it is found after the call', 'standing', 100, true],
    ['stood before when it was found before the call', 'standing', 99, false],
    ['is known as ours', 'applied', 100, false],
  ] as const)('%s', (_what, origin, sinceMs, isTaken) => {
    expect(isTakenForStanding({ groupId: 'g', groupName: 'G', origin, sinceMs }, CALL)).toBe(isTaken);
  });
});
