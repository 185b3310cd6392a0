import { describe, expect, it } from '@jest/globals';
import {
  addressesToLookUp,
  identityAfter,
  judgeLookUp,
  nextLookUpInMs,
  type AccountAnswer,
} from '../../../../shared/domain/ledger/account-of-person';
import { formerAccountLedger } from '../../../../shared/domain/ledger/former-account';
import type { DirectoryIdentity, PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { recordUnconfirmed, isUnconfirmed } from '../../../../shared/domain/ledger/unconfirmed-records';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { isGrantValid } from '../../../../shared/domain/ledger/person-access';
import { aGroup, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const [A, B] = ['ana.pop@example.com', 'ana.neu@example.com'];
const [U, V, W, X] = [
  '17f4ed67-006b-4331-83fd-429d06490e2a',
  '27f4ed67-006b-4331-83fd-429d06490e2a',
  '37f4ed67-006b-4331-83fd-429d06490e2a',
  '47f4ed67-006b-4331-83fd-429d06490e2a',
];
const HOUR_MS = 3_600_000;
const NOW = { nowMs: 50, left: 'not' as const };

const word = (workerId: string | undefined, more: Partial<Statement> = {}): Statement => ({
  id: `w-${workerId}`,
  kind: 'joiner',
  occurredAtMs: 1,
  effectiveAtMs: 1,
  attributes: {},
  source: 'hr',
  ...(workerId === undefined ? {} : { workerId }),
  ...more,
});
const found = (id: string): AccountAnswer => ({ kind: 'found', id });
const resolved = (id: string): DirectoryIdentity => ({ kind: 'resolved', id, checkedAtMs: 9 });
const missing = (lastKnownId?: string): DirectoryIdentity => ({
  kind: 'missing',
  sinceMs: 1,
  attempts: 3,
  checkedAtMs: 9,
  ...(lastKnownId === undefined ? {} : { lastKnownId }),
});
const answers = (by: Readonly<Record<string, AccountAnswer>>) => (address: string) =>
  by[address] ?? ({ kind: 'missing' } as const);
const known = (more: Partial<PersonLedger> = {}) =>
  aPersonLedger({ timeline: [word('7')], identity: resolved(U), ...more });
const doubted = (more: Partial<PersonLedger> = {}, email = A) =>
  recordUnconfirmed(known(more), word('8'), email, { nowMs: 40, historyMs: 0 }).ledger;

describe('a worker record under the address of a person', () => {
  it.each<[string, PersonLedger, { source: string; workerId: string } | undefined, boolean]>([
    ['of another id', known(), { source: 'hr', workerId: '8' }, true],
    ['of another source', known(), { source: 'agency', workerId: '7' }, true],
    ['that is known', known(), { source: 'hr', workerId: '7' }, false],
    ['that is known to be in doubt', doubted({ identity: undefined }), { source: 'hr', workerId: '8' }, true],
    ['that a word does not name', known(), undefined, false],
    [
      'of somebody who has no account',
      known({ identity: undefined }),
      { source: 'hr', workerId: '8' },
      false,
    ],
    [
      'of somebody whose account is gone',
      known({ identity: missing(U) }),
      { source: 'hr', workerId: '8' },
      true,
    ],
    [
      'of somebody who was never found',
      known({ identity: missing() }),
      { source: 'hr', workerId: '8' },
      false,
    ],
    [
      'of a source that names its first id',
      known({ timeline: [word(undefined)] }),
      { source: 'hr', workerId: '8' },
      false,
    ],
    [
      'beside words of the account',
      known({ timeline: [word(undefined, { of: 'account', source: 'scim' })] }),
      { source: 'hr', workerId: '8' },
      false,
    ],
  ])('may be somebody else’s: one %s', (_what, ledger, record, expected) => {
    expect(isUnconfirmed(ledger, record)).toBe(expected);
  });

  it('is looked up anew, gives nothing until then, and keeps all its words and addresses', () => {
    const once = doubted();
    const twice = recordUnconfirmed(once, word('8', { id: X, occurredAtMs: 2 }), B, {
      nowMs: 45,
      historyMs: 0,
    }).ledger;
    expect(twice.timeline).toEqual([word('7')]);
    expect(twice.unconfirmed).toMatchObject({ addresses: [A, B], sinceMs: 40 });
    expect(twice.unconfirmed?.words).toHaveLength(2);
    expect(twice.identity).toEqual({ kind: 'resolved', id: U, checkedAtMs: 0 });
    expect(addressesToLookUp(twice)).toEqual([A, B]);
  });

  it.each<[string, PersonLedger, AccountAnswer, string | undefined]>([
    ['the account is the same', doubted(), found(U), 'records-confirmed'],
    ['the account is another', doubted(), found(V), 'address-handed-on'],
    [
      'the first account is gone, and another there',
      doubted({ identity: missing(U) }),
      found(V),
      'address-handed-on',
    ],
    [
      'the account took the place of another, unconfirmed',
      doubted({ replaced: { accountId: 't', atMs: 1 } }),
      found(U),
      'address-handed-on',
    ],
    ['no account is known', doubted({ identity: undefined }), found(V), 'records-confirmed'],
    ['there is no account', doubted(), { kind: 'missing' }, undefined],
    ['there are several', doubted(), { kind: 'ambiguous', ids: [] }, undefined],
  ])('is judged where %s', (_what, ledger, answer, kind) => {
    const verdict = judgeLookUp(ledger, answers({ [A]: answer }), NOW);
    expect(verdict?.kind).toBe(kind);
    expect(verdict?.toEmpty ?? []).toEqual([]);
    const words = verdict?.next.timeline.map(({ workerId }) => workerId);
    expect(words ?? ['7']).toEqual(kind === 'records-confirmed' ? ['7', '8'] : ['7']);
  });

  it('waits for a decision once another account has answered, whatever answers later', () => {
    const verdict = judgeLookUp(doubted(), answers({ [A]: found(V) }), NOW);
    const next = verdict?.next ?? known();
    expect(next.unconfirmed?.accountId).toBe(V);
    expect(judgeLookUp(next, answers({ [A]: found(U) }), NOW)).toBeUndefined();
    expect(identityAfter(next, answers({ [A]: found(V) }), 60)).toEqual({
      ...resolved(U),
      checkedAtMs: 60,
    });
  });
});

describe('an account that answers to the address of a person', () => {
  it('is theirs where none was known, or the same', () => {
    expect(judgeLookUp(known(), answers({ [A]: found(U) }), NOW)).toBeUndefined();
    expect(judgeLookUp(known({ identity: undefined }), answers({ [A]: found(V) }), NOW)).toBeUndefined();
  });

  it('is theirs as before where it is back in its own place', () => {
    const ledger = known({ identity: resolved(V), replaced: { accountId: U, atMs: 1 } });
    const verdict = judgeLookUp(ledger, answers({ [A]: found(U) }), NOW);
    expect([verdict?.toEmpty, verdict?.next.replaced]).toEqual([[V], undefined]);
  });

  it.each([resolved(U), missing(U)])(
    'took the place of the one that was known, which is emptied',
    (identity) => {
      const applied = [{ groupId: 'g', groupName: 'G', origin: 'applied' as const, sinceMs: 1 }];
      const ledger = known({ identity, applied });
      const verdict = judgeLookUp(ledger, answers({ [A]: found(V) }), NOW);
      expect(verdict).toMatchObject({
        kind: 'account-replaced',
        toEmpty: [U],
        next: {
          identity: { ...resolved(V), checkedAtMs: 0 },
          applied: [],
          replaced: { accountId: U, atMs: 50 },
        },
      });
      const former = formerAccountLedger(ledger, { key: 'k', accountId: U, before: undefined, nowMs: 50 });
      expect(former).toMatchObject({ applied, identity: { id: U }, formerAccountOf: 'k' });
      expect(addressesToLookUp(former)).toEqual([]);
      expect(formerAccountLedger(ledger, { key: 'k', accountId: U, before: former, nowMs: 50 })).toEqual(
        former,
      );
    },
  );

  it('holds nothing back where somebody said that it is theirs', () => {
    const verdict = judgeLookUp(known({ confirmedAccountId: V }), answers({ [A]: found(V) }), NOW);
    expect([verdict?.next.replaced, verdict?.next.confirmedAccountId]).toEqual([undefined, V]);
    // Also another record is in doubt, although nothing was looked up since.
    expect(isUnconfirmed(verdict?.next ?? known(), { source: 'hr', workerId: '8' })).toBe(true);
  });

  it('is nothing to somebody who left long ago', () => {
    const left = { nowMs: 50, left: 'long-ago' as const };
    expect(judgeLookUp(known(), answers({ [A]: found(V) }), left)).toBeUndefined();
  });

  it.each<[string, PersonLedger, Readonly<Record<string, AccountAnswer>>, readonly string[]]>([
    ['two addresses', known({ formerEmails: [B] }), { [A]: found(U), [B]: found(V) }, [V]],
    ['one address of two', known(), { [A]: { kind: 'ambiguous', ids: [V, W] } }, [V, W, U]],
    [
      'one that was found before',
      known({ otherAccounts: [V], formerEmails: [B] }),
      { [A]: found(U), [B]: found(V) },
      [],
    ],
    ['another account than was known', known(), { [A]: found(V) }, [U]],
  ])('is emptied with all others of a leaver: %s', (_what, ledger, by, toEmpty) => {
    const verdict = judgeLookUp(ledger, answers(by), { nowMs: 50, left: 'lately' });
    expect(verdict?.toEmpty ?? []).toEqual(toEmpty);
  });
});

describe('a grant of somebody whose account another took the place of', () => {
  const organization = (isPrivileged: boolean) => ({
    groups: groupsOf(aGroup('Developers', { privileged: isPrivileged })),
  });
  it.each([
    ['privileged and asked for before', true, 5, false],
    ['privileged and asked for since', true, 6, true],
    ['not privileged', false, 5, true],
  ])('that is %s', (_what, isPrivileged, occurredAtMs, expected) => {
    const grant = aGrant({ occurredAtMs });
    const ledger = known({ grants: [grant], replaced: { accountId: U, atMs: 5 } });
    expect(isGrantValid(grant, ledger, organization(isPrivileged), 50)).toBe(expected);
    const { replaced: _replaced, ...confirmed } = ledger;
    expect(isGrantValid(grant, confirmed, organization(isPrivileged), 50)).toBe(true);
  });
});

describe('when somebody is looked up again', () => {
  const wait = (ledger: PersonLedger, nowMs: number, isNeeded = true) =>
    nextLookUpInMs(ledger, { isNeeded, retryHours: 72, nowMs });

  it.each([
    ['found', known(), 50, undefined],
    ['missing, and needed', known({ identity: missing() }), 50, 240_000],
    ['in doubt for a moment', doubted(), 41, 60_000],
    ['in doubt for an hour', doubted(), 40 + HOUR_MS, HOUR_MS],
    ['in doubt for a day', doubted(), 40 + 24 * HOUR_MS, 6 * HOUR_MS],
    ['in doubt for too long', doubted(), 41 + 72 * HOUR_MS, undefined],
  ])('%s', (_what, ledger, nowMs, expected) => {
    expect(wait(ledger, nowMs)).toBe(expected);
  });

  it('only who is needed, or in doubt', () => {
    expect(wait(known({ identity: missing() }), 50, false)).toBeUndefined();
    expect(wait(doubted(), 41, false)).toBe(60_000);
  });
});
