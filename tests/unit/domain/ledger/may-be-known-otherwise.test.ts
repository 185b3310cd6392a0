import { describe, expect, it } from '@jest/globals';
import { DAY_MS } from '../../../../shared/domain/durations';
import { mayBeKnownOtherwise } from '../../../../shared/domain/ledger/may-be-known-otherwise';
import type { DirectoryIdentity, PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { aPersonLedger, aRevocation } from '../../../fixtures/builders/person-ledgers';

const CHECKED_MS = 1_000;
const missing = { kind: 'missing', sinceMs: 0, attempts: 1, checkedAtMs: CHECKED_MS } as const;
const word = (occurredAtMs: number) => [
  { id: 'w', kind: 'mover', occurredAtMs, effectiveAtMs: occurredAtMs, attributes: {} } as const,
];
const revocations = [aRevocation({ requestId: 'R1' })];

describe('somebody whom the ledger may have under another address', () => {
  it.each<[boolean, string, DirectoryIdentity | undefined, number, Partial<PersonLedger>]>([
    [true, 'was never looked up', undefined, 0, {}],
    [false, 'has an account', { kind: 'resolved', id: 'u1', checkedAtMs: 0 }, DAY_MS * 2, { revocations }],
    [false, 'had an account', { ...missing, lastKnownId: 'u1' }, DAY_MS * 2, { revocations }],
    [true, 'was not found, and a grant is to be taken from them', missing, CHECKED_MS, { revocations }],
    [
      false,
      'was not found, and nothing was said since',
      missing,
      CHECKED_MS + DAY_MS,
      { timeline: word(CHECKED_MS) },
    ],
    [
      true,
      'was not found a day ago, and HR spoke since',
      missing,
      CHECKED_MS + DAY_MS,
      { timeline: word(CHECKED_MS + 1) },
    ],
    [
      false,
      'was not found less than a day ago',
      missing,
      CHECKED_MS + DAY_MS - 1,
      { timeline: word(CHECKED_MS + 1) },
    ],
  ])('%s: %s', (expected, _what, identity, nowMs, ledger) => {
    expect(mayBeKnownOtherwise(aPersonLedger({ identity, ...ledger }), nowMs)).toBe(expected);
  });
});
