import { describe, expect, it } from '@jest/globals';
import {
  erasedLedger,
  keysSpokenUnder,
  redacted,
  whyNotErasable,
} from '../../../../shared/domain/ledger/erasure';
import {
  EMPTY_CHAIN,
  linkEvidence,
  PERSON_ERASED,
  verifyEvidence,
  type EvidenceRecord,
} from '../../../../shared/domain/ledger/evidence';
import { addressesToLookUp } from '../../../../shared/domain/ledger/account-of-person';
import {
  erasedToMsOf,
  strangersToMsOf,
  withStrangersTo,
  type PersonLedger,
} from '../../../../shared/domain/ledger/person-ledger';
import { restoredLedger } from '../../../../shared/domain/ledger/separate-ledgers';
import { personKey } from '../../../../shared/domain/person-key';
import { keyHolder } from '../../../fixtures/key-holder';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const { records, head } = linkEvidence(
  EMPTY_CHAIN,
  ['worker-event', 'membership-added', PERSON_ERASED, 'worker-event'].map((kind) => ({
    kind,
    atMs: 1,
    policyHash: 'p',
    facts: { about: 'ana@acme.example' },
  })),
);
const [hired, added, erased, again] = records as [
  EvidenceRecord,
  EvidenceRecord,
  EvidenceRecord,
  EvidenceRecord,
];

describe('records whose facts were erased', () => {
  it('keep number, kind, time and hash, and nothing else', () => {
    expect(redacted(hired)).toEqual({ ...hired, facts: {}, erased: true });
  });

  it.each<[string, readonly EvidenceRecord[]]>([
    ['all before the record that tells of it', [redacted(hired), redacted(added), erased, again]],
    ['some of them, as a process died', [redacted(hired), added, erased, again]],
    ['none yet', [hired, added, erased, again]],
  ])('are a whole chain where they are %s', (_which, chain) => {
    expect(verifyEvidence(chain, head)).toBeUndefined();
  });

  it.each<[string, readonly EvidenceRecord[], number]>([
    ['one after that record', [redacted(hired), redacted(added), erased, redacted(again)], 4],
    ['that record itself', [redacted(hired), redacted(added), redacted(erased), again], 1],
    ['one with another hash', [{ ...redacted(hired), hash: 'f'.repeat(64) }, added, erased, again], 2],
    ['one of another record', [hired, { ...redacted(hired), seq: 2 }, erased, again], 2],
    ['one that is said to be erased and has other facts', [hired, { ...added, facts: {} }, erased, again], 2],
  ])('are edited where it is %s', (_which, chain, seq) => {
    expect(verifyEvidence(chain, head)).toEqual({ kind: 'edited', seq });
  });

  it('are edited where nothing tells that anybody was erased', () => {
    const { records: others, head: end } = linkEvidence(EMPTY_CHAIN, [
      { kind: 'worker-event', atMs: 1, policyHash: 'p', facts: {} },
      { kind: 'membership-added', atMs: 1, policyHash: 'p', facts: {} },
    ]);
    const [first, second] = others as [EvidenceRecord, EvidenceRecord];
    expect(verifyEvidence([redacted(first), second], end)).toEqual({ kind: 'edited', seq: 1 });
  });
});

describe('a person who is to be erased', () => {
  const gone = { employment: 'left', lockedUntilMs: 5, reasons: [], nextChangeAtMs: 99 } as const;
  const applied = [{ groupId: 'g', groupName: 'G', origin: 'applied', sinceMs: 1 }] as const;
  const ahead = { id: '1', kind: 'joiner', occurredAtMs: 1, effectiveAtMs: 9, attributes: {} } as const;

  it('left, is in nothing, and may come back', () => {
    expect(whyNotErasable(aPersonLedger(), gone, 5)).toBeUndefined();
    const unknown = { ...gone, employment: 'unknown', nextChangeAtMs: undefined } as const;
    expect(whyNotErasable(erasedLedger([aPersonLedger()], 1), unknown, 5)).toBeUndefined();
  });

  it.each<[string, Partial<PersonLedger>, object, string]>([
    ['works', {}, { employment: 'active' }, 'at-work'],
    ['is away', {}, { employment: 'absent' }, 'at-work'],
    ['is expected', {}, { employment: 'expected' }, 'at-work'],
    ['comes back on a day ahead', { timeline: [ahead] }, {}, 'at-work'],
    ['is kept out', {}, { lockedUntilMs: 6 }, 'kept-out'],
    ['has a reason', {}, { reasons: [{ kind: 'birthright', group: 'g', line: 'l' }] }, 'has-reasons'],
    ['is to have one', {}, { employment: 'unknown' }, 'has-reasons'],
    ['is a member', { applied }, {}, 'is-member'],
    ['is in doubt', { unconfirmed: { words: [], addresses: [], sinceMs: 1 } }, {}, 'in-doubt'],
    ['has another account', { replaced: { accountId: 'a', atMs: 1 } }, {}, 'in-doubt'],
    ['joined another', { joined: { into: 'k', before: aPersonLedger() } }, {}, 'joined-another'],
  ])('is not where somebody %s', (_who, ledger, access, why) => {
    expect(whyNotErasable(aPersonLedger(ledger), { ...gone, ...access }, 5)).toBe(why);
  });
});

it('keeps until when words are of nobody, also of whoever began anew and was never spoken of', () => {
  const [first, anew] = [{ erased: { atMs: 9, saidToMs: 7 } }, { erasedToMs: 8 }].map((one) =>
    erasedLedger([aPersonLedger(one)], 10),
  );
  expect([undefined, aPersonLedger(), first, anew].map(erasedToMsOf)).toEqual([-Infinity, -Infinity, 7, 8]);
});

it('looks nobody up who was erased', () => {
  expect(addressesToLookUp(erasedLedger([aPersonLedger()], 1))).toEqual([]);
});

it('knows under which addresses somebody was spoken of', () => {
  const [email, former, handed, other, before] = ['a@x.y', 'b@x.y', 'c@x.y', 'd@x.y', 'e@x.y'];
  const revocations = [handed, other].map((address) => ({
    requestId: address,
    group: 'g',
    grantRequestId: undefined,
    occurredAtMs: 1,
    under: personKey(address),
  }));
  const ledger = aPersonLedger({
    email,
    formerEmails: [former, handed],
    handedOn: [handed],
    revocations,
    joined: { into: 'k', before: aPersonLedger({ email: before }) },
  });
  expect(keysSpokenUnder(ledger).toSorted()).toEqual(
    [email, former, handed, other, before].map(personKey).toSorted(),
  );
});

it("takes of an address that is another's by now what was said under it alone", () => {
  const said = (id: string, occurredAtMs: number, email?: string) => ({
    id,
    kind: 'joiner' as const,
    occurredAtMs,
    effectiveAtMs: occurredAtMs,
    attributes: {},
    ...(email === undefined ? {} : { under: personKey(email) }),
  });
  const ledger = aPersonLedger({
    timeline: [said('1', 3, 'a@x.y'), said('2', 9, 'b@x.y'), said('3', 11)],
    joined: { into: 'k', before: aPersonLedger({ timeline: [said('4', 5, 'a@x.y')] }) },
  });
  const saidTo = (email?: string) =>
    erasedLedger([ledger], 20, email === undefined ? undefined : { key: personKey(email) }).erased?.saidToMs;
  expect(['a@x.y', 'b@x.y', 'c@x.y', undefined].map(saidTo)).toEqual([5, 9, 0, 11]);
});

it.each([
  ['began anew under the address of somebody erased', { erasedToMs: 9 }],
  ['was spoken of together with somebody erased', { strangersToMs: 9 }],
  [
    'was so before they joined another',
    { joined: { into: 'k', before: aPersonLedger({ strangersToMs: 9 }) } },
  ],
])('forgets of whoever %s not until when that was of nobody', (_who, facts) => {
  const known = aPersonLedger(facts);
  const left = [erasedLedger([known], 20), erasedLedger([known], 20, { key: 'key', known })];
  expect(left.map(erasedToMsOf)).toEqual([9, 9]);
});

it('knows in the ledger of somebody who joined another until when strangers spoke there, and what they get back', () => {
  const joined = { into: 'k', before: aPersonLedger({ strangersToMs: 5 }) };
  const ledger = withStrangersTo(aPersonLedger({ joined }), 9);
  const [by, reason] = [keyHolder('olga'), 'x'];
  const restored = restoredLedger(ledger, { by, reason }, 20);
  expect([strangersToMsOf(ledger), strangersToMsOf(restored)]).toEqual([9, 9]);
});
