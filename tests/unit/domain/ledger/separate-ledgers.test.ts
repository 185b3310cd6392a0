import { describe, expect, it } from '@jest/globals';
import { joinedLedger, joinLedgers } from '../../../../shared/domain/ledger/join-ledgers';
import {
  addressesOf,
  emptyPersonLedger,
  type PersonLedger,
} from '../../../../shared/domain/ledger/person-ledger';
import { divideLedger } from '../../../../shared/domain/ledger/divide-ledger';
import {
  ledgerOfNewHolder,
  restoredLedger,
  separatedFrom,
} from '../../../../shared/domain/ledger/separate-ledgers';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { personKey } from '../../../../shared/domain/person-key';
import { aGrant, aPersonLedger, aRevocation } from '../../../fixtures/builders/person-ledgers';

const [A, B] = ['ana.pop@example.com', 'ana.neu@example.com'];
const NOW = '11111111-1111-4111-8111-111111111111';
const SAID = { by: 'olga', reason: 'HR says so' };
const DECISION = { ...SAID, from: 'ana' };

const word = (id: string, workerId: string | undefined, email: string, occurredAtMs = 1): Statement => ({
  id,
  kind: 'joiner',
  occurredAtMs,
  effectiveAtMs: occurredAtMs,
  attributes: {},
  source: 'hr',
  under: personKey(email),
  ...(workerId === undefined ? {} : { workerId }),
});
const ids = ({ timeline }: PersonLedger) => timeline.map(({ id }) => id);
const requests = ({ grants, revocations }: PersonLedger) =>
  [...grants, ...revocations].map(({ requestId }) => requestId);

describe('a join that was wrong', () => {
  const ana = aPersonLedger({
    timeline: [word('a1', '7', A)],
    grants: [aGrant({ requestId: 'GA', under: personKey(A) })],
  });
  const other = {
    ...emptyPersonLedger(B),
    timeline: [word('b1', '8', B)],
    grants: [aGrant({ requestId: 'GB' })],
  };
  const since = {
    timeline: [word('a2', '7', B), word('b2', '8', A), word('n-a', undefined, A), word('n-b', undefined, B)],
    grants: [
      aGrant({ requestId: 'GB2', under: personKey(B) }),
      aGrant({ requestId: 'GA2', under: personKey(A) }),
    ],
    revocations: [aRevocation({ requestId: 'R?' }), aRevocation({ requestId: 'RB', under: personKey(B) })],
  };
  const joined = joinLedgers(ana, other);
  const both: PersonLedger = {
    ...joined,
    timeline: [...joined.timeline, ...since.timeline],
    grants: [...joined.grants, ...since.grants],
    revocations: since.revocations,
  };
  const restored = restoredLedger(joinedLedger(other, 'ana'), SAID, 9) ?? emptyPersonLedger(B);
  const { stays, goes } = divideLedger(both, { key: 'ben', ledger: restored });

  it('gives back what was there before, to one who is never joined with the other again', () => {
    expect(ids(restored)).toEqual(['b1']);
    expect(restored).toMatchObject({ toldApart: ['ana'], separating: DECISION });
    expect(restored.joined).toBeUndefined();
    expect(restoredLedger(ana, SAID, 9)).toBeUndefined();
  });

  it('is never joined with whom the other joined meanwhile, nor with anybody on the way', () => {
    const found = separatedFrom(restored, { key: 'third', passed: ['ana', 'bea'] });
    expect(found.toldApart).toEqual(['ana', 'bea', 'third']);
    expect(found.separating).toEqual({ ...DECISION, from: 'third' });
    expect(separatedFrom(ana, { key: 'third', passed: [] })).toBe(ana);
  });

  it('gives each what came since: by the worker record, else by the address', () => {
    expect([ids(stays), ids(goes)]).toEqual([
      ['a1', 'a2', 'n-a'],
      ['b1', 'b2', 'n-b'],
    ]);
  });

  it('gives each the requests that name them, and a revocation that names nobody to both', () => {
    expect([requests(stays), requests(goes)]).toEqual([
      ['GA', 'GA2', 'R?'],
      ['GB', 'GB2', 'R?', 'RB'],
    ]);
  });

  it('leaves each their own addresses', () => {
    expect([addressesOf(stays), addressesOf(goes)]).toEqual([[A], [B]]);
    expect(stays).toMatchObject({ toldApart: ['ben'], handedOn: [B] });
  });

  it('is the same when it is done again', () => {
    const again = divideLedger(both, { key: 'ben', ledger: goes });
    expect(again).toEqual({ stays, goes });
    expect(divideLedger(stays, { key: 'ben', ledger: goes }).stays).toEqual(stays);
  });
});

describe('an address that was handed on', () => {
  const unconfirmed = {
    words: [word('b1', '8', A, 5)],
    addresses: [A],
    sinceMs: 6,
    accountId: 'v',
    handedTo: { key: 'ben', ...SAID },
  };
  const first = aPersonLedger({
    timeline: [word('a1', '7', A, 1), word('n-old', undefined, A, 2), word('n-new', undefined, A, 9)],
    grants: [
      aGrant({ requestId: 'old', under: personKey(A), occurredAtMs: 3 }),
      aGrant({ requestId: 'new', under: personKey(A), occurredAtMs: 8 }),
    ],
    identity: { kind: 'resolved', id: 'u', checkedAtMs: 1 },
    unconfirmed,
  });
  const holder = ledgerOfNewHolder(first, 'ana') ?? emptyPersonLedger(A);
  const { stays, goes } = divideLedger(first, { key: 'ben', ledger: holder });

  it('takes along what was said of it since, and nothing from before', () => {
    expect([ids(stays), ids(goes)]).toEqual([
      ['a1', 'n-old'],
      ['b1', 'n-new'],
    ]);
    expect([requests(stays), requests(goes)]).toEqual([['old'], ['new']]);
  });

  it('is the first holder’s no more, who keeps the account that was theirs', () => {
    expect(addressesOf(stays)).toEqual([]);
    expect(stays).toMatchObject({ email: A, handedOn: [A], identity: { id: 'u' } });
    expect(stays.unconfirmed).toBeUndefined();
    expect(goes).toMatchObject({ email: A, identity: undefined });
  });

  it('gives the first holder their account back that the new one had taken the place of', () => {
    const applied = [{ groupId: 'g', groupName: 'G', origin: 'applied' as const, sinceMs: 1 }];
    const replaced: PersonLedger = {
      ...first,
      applied,
      replaced: { accountId: 't', atMs: 1 },
      identity: { kind: 'resolved', id: NOW, checkedAtMs: 1 },
      unconfirmed: { words: [], addresses: [], sinceMs: 1, ...first.unconfirmed, accountId: NOW },
    };
    const divided = divideLedger(replaced, { key: 'ben', ledger: holder });
    expect(divided.stays).toMatchObject({ identity: { kind: 'resolved', id: 't' }, applied: [] });
    expect(divided.stays.replaced).toBeUndefined();
    expect(divided.goes.applied).toEqual(applied);
  });

  it('is that of somebody who has a ledger already: they keep what they had', () => {
    const had = { ...emptyPersonLedger(B), timeline: [word('b0', '8', B, 1)], toldApart: ['cara'] };
    const both = ledgerOfNewHolder(first, 'ana', had) ?? emptyPersonLedger(B);
    expect([ids(both), addressesOf(both)]).toEqual([
      ['b0', 'b1'],
      [A, B],
    ]);
    expect(both).toMatchObject({ toldApart: ['cara', 'ana'], separating: { ...DECISION, sinceMs: 5 } });
    expect(ids(ledgerOfNewHolder(first, 'ana', both) ?? had)).toEqual(['b0', 'b1']);
  });

  it('is asked about again for a record that came since', () => {
    const more = {
      ...first,
      unconfirmed: {
        words: [word('b1', '8', A, 5), word('c1', '9', A, 7)],
        addresses: [A],
        sinceMs: 6,
        handedTo: { key: 'ben', ...SAID },
      },
    };
    const { stays: left } = divideLedger(more, { key: 'ben', ledger: holder });
    expect(left.unconfirmed?.words.map(({ id }) => id)).toEqual(['c1']);
    expect(left.unconfirmed?.handedTo).toBeUndefined();
  });

  it('is nobody’s where nothing is in doubt, or nobody said whose it is', () => {
    expect(ledgerOfNewHolder(aPersonLedger(), 'ana')).toBeUndefined();
    const { handedTo: _handedTo, ...undecided } = unconfirmed;
    expect(ledgerOfNewHolder({ ...first, unconfirmed: undecided }, 'ana')).toBeUndefined();
  });
});
