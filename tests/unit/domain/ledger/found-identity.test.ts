import { describe, expect, it } from '@jest/globals';
import {
  foundUnlessChanged,
  isSameIdentity,
  ofAnotherAccount,
  toLookUpAnew,
  withAccountOfCall,
} from '../../../../shared/domain/ledger/found-identity';
import type { DirectoryIdentity } from '../../../../shared/domain/ledger/person-ledger';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const ONE = '0a000000-0000-4000-8000-000000000001';
const TWO = '0a000000-0000-4000-8000-000000000002';
const resolved = (id: string, checkedAtMs = 1): DirectoryIdentity => ({ kind: 'resolved', id, checkedAtMs });
const missing: DirectoryIdentity = { kind: 'missing', sinceMs: 1, attempts: 1, checkedAtMs: 1 };

describe('the identity that a run found', () => {
  it.each([
    ['of whom nothing was known', undefined],
    ['of whom another was known', resolved(ONE)],
    ['who was missing', missing],
  ])('is that of somebody %s, where nothing was written since', (_who, before) => {
    const now = aPersonLedger({ identity: before === undefined ? undefined : { ...before } });
    expect(foundUnlessChanged(now, before, resolved(TWO))).toEqual(resolved(TWO));
  });

  it.each([
    ['another account', resolved(TWO)],
    ['that they are to be looked up anew', resolved(ONE, 0)],
    ['nothing any more', undefined],
  ])('is not written over %s', (_what, identity) => {
    expect(foundUnlessChanged(aPersonLedger({ identity }), resolved(ONE), resolved(ONE, 2))).toBeUndefined();
  });

  it('is the same where the account and the time of the look-up are', () => {
    expect(isSameIdentity(resolved(ONE), resolved(ONE))).toBe(true);
    expect(isSameIdentity(resolved(ONE), resolved(ONE, 2))).toBe(false);
    expect(isSameIdentity(resolved(ONE), resolved(TWO))).toBe(false);
    expect(isSameIdentity(resolved(ONE), missing)).toBe(false);
    expect(isSameIdentity(missing, missing)).toBe(false);
  });
});

describe('an id that UiPath refused', () => {
  it('is looked up anew, and whoever has none waits as before', () => {
    expect(toLookUpAnew(resolved(ONE, 5))).toEqual(resolved(ONE, 0));
    expect([toLookUpAnew(missing), toLookUpAnew(undefined)]).toEqual([missing, undefined]);
  });
});

describe('what a run saw of an account', () => {
  const applied = ['g', 'h'].map((groupId) => ({
    groupId,
    groupName: groupId,
    origin: 'applied' as const,
    sinceMs: 1,
  }));

  it('says nothing of a person who has another by now', () => {
    const ledger = aPersonLedger({ applied, identity: resolved(TWO) });
    expect(ofAnotherAccount(ledger, resolved(ONE), [{ groupId: 'g' }])?.applied).toEqual(applied.slice(1));
  });

  it.each([
    ['who has it still', resolved(ONE)],
    ['of whom it saw none', missing],
    ['who was not looked up', undefined],
  ])('is that of a person %s', (_who, found) => {
    const ledger = aPersonLedger({ applied, identity: resolved(ONE) });
    expect(ofAnotherAccount(ledger, found, [{ groupId: 'g' }])).toBeUndefined();
  });
});

describe('the account that a call was made for', () => {
  it.each([
    ['of whom none was noted', undefined, resolved(ONE, 7)],
    ['whose noted id is no id', resolved('ana'), resolved(ONE, 7)],
    ['whom UiPath did not find before', missing, resolved(ONE, 7)],
    [
      'whom UiPath did not find since',
      { ...missing, checkedAtMs: 8 },
      { ...missing, checkedAtMs: 8, lastKnownId: ONE },
    ],
  ])('is theirs, of somebody %s', (_who, identity, expected) => {
    const now = aPersonLedger({ identity });
    expect(withAccountOfCall(now, ONE, 7)).toEqual({ ...now, identity: expected });
  });

  it.each([
    ['another account', resolved(TWO)],
    ['another one of before', { ...missing, lastKnownId: TWO } as const],
    ['the same', resolved(ONE)],
  ])('takes the place of nobody who has %s', (_what, identity) => {
    const now = aPersonLedger({ identity });
    expect(withAccountOfCall(now, ONE, 7)).toBe(now);
  });

  it('is none where its id is of another form', () => {
    const now = aPersonLedger({ identity: undefined });
    expect(withAccountOfCall(now, 'ana', 7)).toBe(now);
  });
});
