import { describe, expect, it } from '@jest/globals';
import {
  judgeSuccession,
  writingOf,
  type PolicyOnRecord,
  type Succession,
} from '../../../shared/domain/policy-succession';
import type { PolicyOrigin } from '../../../shared/domain/policy-version';

const HOUR_MS = 3_600_000;
const NOON_MS = Date.parse('2026-03-02T12:00:00Z');

const blob = (modifiedMs: number | undefined, etag = '"1"', name = 'policy/policy.yaml'): PolicyOrigin => ({
  kind: 'blob',
  name,
  etag,
  ...(modifiedMs === undefined ? {} : { modifiedMs }),
});
const file = (modifiedMs = 0): PolicyOrigin => ({ kind: 'file', name: 'policy.yaml', modifiedMs });
const onRecord = (origin?: PolicyOrigin): PolicyOnRecord => ({
  hash: 'a',
  ...(origin === undefined ? {} : { atMs: NOON_MS, origin }),
});
const OLD = { wasReplaced: true, isSeenWritten: false };
const NEW = { wasReplaced: false, isSeenWritten: false };
const SEEN = { wasReplaced: true, isSeenWritten: true };

type Row = [
  what: string,
  origin: PolicyOrigin,
  known: typeof OLD,
  before: PolicyOnRecord | undefined,
  verdict: Succession,
];

describe('a version beside the one on record', () => {
  it.each<Row>([
    ['nothing is on record', file(), NEW, undefined, 'newer'],
    ['nothing is on record, though it was in force once', file(), OLD, undefined, 'newer'],
    ['a file that was never in force is another', file(), NEW, onRecord(file()), 'newer'],
    ['a file that was replaced is read again', file(), OLD, onRecord(file()), 'untold'],
    ['a package gives it any time', file(NOON_MS + HOUR_MS), OLD, onRecord(file()), 'untold'],
    ['its file was seen to be written', file(), SEEN, onRecord(file()), 'newer'],
    ['its blob was seen to be written, whatever the clocks say', blob(0), SEEN, onRecord(file()), 'newer'],
    ['its blob was written later', blob(NOON_MS + 1_000), OLD, onRecord(blob(NOON_MS)), 'newer'],
    ['its blob was written before', blob(NOON_MS - 1_000), OLD, onRecord(blob(NOON_MS)), 'older'],
    [
      'its blob was written before, and it was never in force',
      blob(NOON_MS - 1),
      NEW,
      onRecord(blob(NOON_MS)),
      'older',
    ],
    ['one blob was written twice in a second', blob(NOON_MS, '"2"'), OLD, onRecord(blob(NOON_MS)), 'newer'],
    ['one writing of one blob has two contents', blob(NOON_MS), NEW, onRecord(blob(NOON_MS)), 'untold'],
    [
      'two blobs were written in one second',
      blob(NOON_MS, '"2"', 'other/policy.yaml'),
      NEW,
      onRecord(blob(NOON_MS)),
      'untold',
    ],
    ['a blob says nothing of its time', blob(undefined, '"2"'), NEW, onRecord(blob(NOON_MS)), 'untold'],
    [
      'a blob was written well after a file came into force',
      blob(NOON_MS + HOUR_MS),
      OLD,
      onRecord(file()),
      'newer',
    ],
    [
      'a blob was written well before a file came into force',
      blob(NOON_MS - HOUR_MS),
      NEW,
      onRecord(file()),
      'older',
    ],
    ['two clocks cannot tell it, the one ahead', blob(NOON_MS + 299_000), NEW, onRecord(file()), 'untold'],
    ['two clocks cannot tell it, the other ahead', blob(NOON_MS - 299_000), NEW, onRecord(file()), 'untold'],
    ['the record does not tell where it is from', blob(NOON_MS + HOUR_MS), OLD, onRecord(), 'untold'],
  ])('where %s', (_what, origin, known, before, verdict) => {
    expect(judgeSuccession({ hash: 'b', origin, ...known }, before)).toBe(verdict);
  });

  it('that has the same hash is on record, wherever it was read', () => {
    expect(judgeSuccession({ hash: 'a', origin: file(), ...OLD }, onRecord(blob(0)))).toBe('on-record');
  });

  it('never comes back in turns: of two blobs one stays, whoever asks and however often', () => {
    const versions = [
      { hash: 'a', origin: blob(NOON_MS, '"1"', 'a') },
      { hash: 'b', origin: blob(NOON_MS + 1_000, '"2"', 'b') },
    ];
    let record: PolicyOnRecord = { ...versions[0], hash: 'a', atMs: 0 };
    const steps: string[] = [];
    for (let round = 0; round < 6; round += 1)
      for (const version of versions)
        if (judgeSuccession({ ...version, ...OLD }, record) === 'newer') {
          record = { ...version, atMs: round };
          steps.push(version.hash);
        }
    expect(steps).toEqual(['b']);
  });
});

describe('a writing', () => {
  it('of a blob is another with each upload, and of a file with what it says', () => {
    expect(writingOf({ hash: 'a', origin: blob(0, '"1"') })).not.toBe(
      writingOf({ hash: 'a', origin: blob(0, '"2"') }),
    );
    expect(writingOf({ hash: 'a', origin: file(1) })).toBe(writingOf({ hash: 'a', origin: file(2) }));
  });
});
