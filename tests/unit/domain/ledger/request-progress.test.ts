import { describe, expect, it } from '@jest/globals';
import type { EntityLedger, RuleLedger } from '../../../../shared/domain/ledger/rule-and-entity-ledgers';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import {
  asSeenIn,
  isRequestState,
  REQUEST_STATES,
  namedProgress,
  personProgress,
} from '../../../../shared/domain/ledger/request-progress';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aGrant, aPersonLedger, aRevocation } from '../../../fixtures/builders/person-ledgers';

const organization = anOrganization({ groups: groupsOf(aGroup('Developers'), aGroup('Finance')) });
const member = { groupId: 'g1', groupName: 'DEVELOPERS', origin: 'applied', sinceMs: 0 } as const;
const missing = { kind: 'missing', sinceMs: 0, attempts: 1, checkedAtMs: 0 } as const;
const known = { kind: 'resolved', id: 'm1', checkedAtMs: 0 } as const;
const left = [{ id: 'l', kind: 'leaver', occurredAtMs: 50, effectiveAtMs: 50, attributes: {} }] as const;

function aListedRequest(action = 'grant', group?: string) {
  return { requestId: 'R1', group, action };
}

describe('a grant', () => {
  const facts = { group: 'Developers', validFromMs: 10, validUntilMs: 200 };
  const grant = aGrant({ ...facts, requestId: 'R1' });
  const other = aGrant({ requestId: 'R2', group: 'Developers' });
  const revocation = aRevocation({
    requestId: 'R3',
    group: 'Developers',
    grantRequestId: 'R1',
    occurredAtMs: 60,
  });
  it.each<[string, string, number, Partial<PersonLedger>]>([
    ['waiting', 'before it begins', 9, { grants: [grant] }],
    ['pending', 'from its first moment', 10, { grants: [grant] }],
    ['pending', 'while its owner is known and no member', 100, { grants: [grant], identity: known }],
    ['blocked', 'while nobody is found', 100, { grants: [grant], identity: missing }],
    ['applied', 'when its owner is a member', 100, { grants: [grant], applied: [member] }],
    ['blocked', 'when its owner left', 100, { grants: [grant], applied: [member], timeline: left }],
    ['applied', 'up to its last moment', 199, { grants: [grant], applied: [member] }],
    ['ending', 'at its end, while its owner is a member', 200, { grants: [grant], applied: [member] }],
    ['ended', 'after its end, when its owner is no member', 200, { grants: [grant] }],
    ['ended', 'after its end, when another holds', 200, { grants: [grant, other], applied: [member] }],
    ['ending', 'when it was revoked', 100, { grants: [grant], revocations: [revocation], applied: [member] }],
    ['ended', 'when it was revoked and removed', 100, { grants: [grant], revocations: [revocation] }],
  ])('is %s %s', (state, _when, nowMs, ledger) => {
    expect(personProgress(aPersonLedger(ledger), organization, aListedRequest(), nowMs)).toEqual({
      state,
      ...facts,
    });
  });
});

describe('a grant of a group that the policy does not name any more', () => {
  const grant = aGrant({ requestId: 'R1', group: 'Robots', groupId: 'g1' });
  const robots = { ...member, groupName: 'Robots' };
  it.each<[string, string, Partial<PersonLedger>]>([
    ['ending', 'while UiPath shows the membership', { grants: [grant], applied: [robots] }],
    ['ended', 'when it does not any more', { grants: [grant], identity: known }],
    [
      'ended',
      'once that is on record',
      {
        grants: [grant],
        revocations: [
          aRevocation({ requestId: 'policy:R1', group: 'Robots', grantRequestId: 'R1', occurredAtMs: 90 }),
        ],
      },
    ],
    [
      'blocked',
      'where it never gave anything',
      { grants: [{ ...grant, groupId: undefined }], identity: known },
    ],
    [
      'blocked',
      'where its owner was there before',
      { grants: [grant], applied: [{ ...robots, origin: 'standing' }] },
    ],
    ['waiting', 'before it begins', { grants: [{ ...grant, validFromMs: 101 }] }],
  ])('is %s %s', (state, _when, ledger) => {
    const progress = personProgress(aPersonLedger(ledger), organization, aListedRequest(), 100);
    expect(progress).toMatchObject({ state });
  });

  it('would be removed where the organization is in observe', () => {
    const ledger = aPersonLedger({ grants: [grant], applied: [robots] });
    const progress = personProgress(ledger, organization, aListedRequest(), 100);
    expect(asSeenIn({ mode: 'observe' }, progress)).toMatchObject({ state: 'overdue' });
  });
});

describe('a revocation', () => {
  const revocation = aRevocation({
    requestId: 'R1',
    group: 'Developers',
    grantRequestId: 'R0',
    occurredAtMs: 60,
  });
  it.each<[string, string, Partial<PersonLedger>]>([
    ['pending', 'while the member is there', { applied: [member] }],
    ['applied', 'when the member is gone', { identity: { kind: 'resolved', id: 'u1', checkedAtMs: 1 } }],
    ['pending', 'while it is not known which account the address is of', {}],
    ['blocked', 'when UiPath does not know the address', { identity: missing }],
    [
      'applied',
      'when UiPath knew the address and the member is gone',
      { identity: { ...missing, lastKnownId: 'u1' } },
    ],
    [
      'applied',
      'when the member stays for another reason',
      { applied: [member], grants: [aGrant({ requestId: 'R2', group: 'Developers' })] },
    ],
  ])('is %s %s', (state, _when, ledger) => {
    const person = aPersonLedger({ revocations: [revocation], ...ledger });
    expect(personProgress(person, organization, aListedRequest('revoke'), 100)).toEqual({
      state,
      group: 'Developers',
    });
  });
});

describe('one of several requests that have one id', () => {
  const revocation = aRevocation({ requestId: 'R1', group: 'Developers', occurredAtMs: 60 });
  const ledger = aPersonLedger({
    grants: [aGrant({ requestId: 'R1', group: 'Developers' }), aGrant({ requestId: 'R1', group: 'Finance' })],
    revocations: [revocation],
    applied: [{ ...member, groupId: 'f', groupName: 'Finance' }],
    identity: known,
  });

  it.each([
    ['grant', 'Developers', 'ended'],
    ['grant', 'finance', 'applied'],
    ['revoke', 'Developers', 'applied'],
  ])('is told by what it is about: %s %s is %s', (action, group, state) => {
    expect(personProgress(ledger, organization, aListedRequest(action, group), 100)).toMatchObject({ state });
  });
});

describe('a request that the ledger does not have yet', () => {
  it('is pending', () => {
    expect(personProgress(undefined, organization, aListedRequest(), 0)).toEqual({ state: 'pending' });
    expect(personProgress(aPersonLedger(), organization, aListedRequest(), 0)).toEqual({ state: 'pending' });
    expect(namedProgress(undefined, organization, 'R1', 0)).toEqual({ state: 'pending' });
  });
});

describe('a request about a rule', () => {
  const definition = { groups: [], conditions: [] };
  const want = { description: '', enabled: true, definition, owner: 'o', validUntilMs: 200 };
  const said = { requestId: 'R1', occurredAtMs: 1, requester: 'r', ticketId: 't' };
  const rule: RuleLedger = { name: 'Robots', statements: [{ ...said, want }], have: undefined };
  const have = { ruleId: 1, contentHash: 'h', sinceMs: 0 };
  it.each<[string, string, number, Partial<RuleLedger>]>([
    ['pending', 'until UiPath shows it', 100, {}],
    ['applied', 'when UiPath shows it', 199, { settled: 'R1', have }],
    ['ending', 'at its end, while UiPath has it', 200, { settled: 'R1', have }],
    ['ended', 'after its end', 200, { settled: 'R1' }],
    [
      'ended',
      'when another replaced it',
      100,
      {
        statements: [
          { ...said, want },
          { ...said, requestId: 'R2', occurredAtMs: 2, want },
        ],
      },
    ],
    [
      'applied',
      'without an end',
      9_000,
      { settled: 'R1', statements: [{ ...said, want: { ...want, validUntilMs: undefined } }] },
    ],
    ['pending', 'that is to go, until it is gone', 100, { statements: [{ ...said, want: undefined }] }],
    ['ended', 'that nobody said', 100, { statements: [] }],
  ])('is %s %s', (state, _when, nowMs, more) => {
    expect(namedProgress({ ...rule, ...more }, organization, 'R1', nowMs)).toEqual({ state });
  });

  it.each<[string, string, readonly string[], Partial<RuleLedger>]>([
    ['ending', 'while UiPath has it', ['Robots'], { settled: 'R1', have }],
    ['blocked', 'where it was never made', ['Robots', 'Developers'], {}],
    [
      'applied',
      'where the policy names another of its groups',
      ['Robots', 'Developers'],
      { settled: 'R1', have },
    ],
  ])('is %s, of a group that the policy does not name any more, %s', (state, _when, groups, more) => {
    const statements = [{ ...said, want: { ...want, definition: { groups, conditions: [] } } }];
    expect(namedProgress({ ...rule, statements, ...more }, organization, 'R1', 100)).toEqual({ state });
  });

  it('or an entry of the access policy is applied when it is settled', () => {
    const entity: EntityLedger = {
      entityType: 'group',
      name: 'Robots',
      statements: [{ ...said, want: true }],
      have: undefined,
    };
    expect(namedProgress(entity, organization, 'R1', 100)).toEqual({ state: 'pending' });
    expect(namedProgress({ ...entity, settled: 'R1' }, organization, 'R1', 100)).toEqual({
      state: 'applied',
    });
  });
});

it.each([
  ['applied', true],
  ['refused', true],
  ['done', false],
  ['toString', false],
])('%s is a state: %s', (text, expected) => {
  expect(isRequestState(text)).toBe(expected);
});

describe('a request in an organization in observe', () => {
  it.each(Object.keys(REQUEST_STATES).filter(isRequestState))('that is %s', (state) => {
    const changed = { pending: 'observed', ending: 'overdue' } as const;
    const inObserve = state === 'pending' || state === 'ending' ? changed[state] : state;
    expect(asSeenIn({ mode: 'enforce' }, { state })).toEqual({ state });
    expect(asSeenIn({ mode: 'observe' }, { state, group: 'G' })).toEqual({ state: inObserve, group: 'G' });
  });
});
