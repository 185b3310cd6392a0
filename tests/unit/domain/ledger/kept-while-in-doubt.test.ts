import { describe, expect, it } from '@jest/globals';
import { keptWhileInDoubt } from '../../../../shared/domain/ledger/kept-while-in-doubt';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { personKey } from '../../../../shared/domain/person-key';
import { aBirthrightLine, anOrganization } from '../../../fixtures/builders/organizations';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const HOUR_MS = 3_600_000;
const NOW_MS = 1_000 * HOUR_MS;
const A = 'ana.pop@example.com';
const organization = anOrganization({
  identityRetryHours: 72,
  birthright: [
    aBirthrightLine('finance', { department: 'Finance' }, 'Finance'),
    aBirthrightLine('legal', { department: 'Legal' }, 'Legal'),
  ],
});

const hired = (workerId: string, department: string, hoursAgo: number): Statement => ({
  id: `joiner-${workerId}`,
  kind: 'joiner',
  occurredAtMs: NOW_MS - hoursAgo * HOUR_MS,
  effectiveAtMs: NOW_MS - hoursAgo * HOUR_MS,
  attributes: { department },
  source: 'hr',
  workerId,
  under: personKey(A),
});

const inDoubt = (
  words: readonly Statement[],
  more: Partial<NonNullable<PersonLedger['unconfirmed']>> = {},
): PersonLedger =>
  aPersonLedger({
    timeline: [hired('7', 'Automation', 900)],
    unconfirmed: { words, addresses: [A], sinceMs: NOW_MS - 10 * HOUR_MS, ...more },
  });

describe('somebody of whom it cannot be told whose a further record is', () => {
  const finance = hired('8', 'Finance', 10);
  const handedTo = { key: 'k', by: 'olga', reason: 'Asked HR' } as unknown as NonNullable<
    PersonLedger['unconfirmed']
  >['handedTo'];
  it.each<[string, PersonLedger, readonly string[]]>([
    ['keeps what it gives', inDoubt([finance]), ['finance']],
    ['keeps nothing where another account was found for it', inDoubt([finance], { accountId: 'a' }), []],
    [
      'keeps what each of two gives, one of which another account was found for',
      inDoubt([finance, hired('9', 'Legal', 5)], { accountId: 'a' }),
      ['finance', 'legal'],
    ],
    ['keeps nothing once it is handed on', inDoubt([finance], { handedTo }), []],
    [
      'keeps nothing for longer than they are looked up',
      inDoubt([hired('8', 'Finance', 100)], { sinceMs: NOW_MS - 73 * HOUR_MS }),
      [],
    ],
    [
      'keeps what a later one gives',
      inDoubt([hired('8', 'Finance', 100), hired('9', 'Legal', 5)], { sinceMs: NOW_MS - 73 * HOUR_MS }),
      ['legal'],
    ],
    [
      'keeps what one gives that was said of days before it came',
      inDoubt([hired('8', 'Finance', 100)]),
      ['finance'],
    ],
  ])('%s', (_what, ledger, expected) => {
    expect([...keptWhileInDoubt(ledger, organization, NOW_MS)].toSorted()).toEqual(expected);
  });
});
