import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { personAccess } from '../../../../shared/domain/ledger/person-access';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { recordRequest } from '../../../../shared/domain/ledger/record-request';
import {
  fitPersonLedger,
  hasRoomFor,
  withoutEnded,
} from '../../../../shared/domain/ledger/limit-person-ledger-size';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { aBirthrightLine, anOrganization } from '../../../fixtures/builders/organizations';
import {
  aGrant,
  aGrantRequest,
  aPersonLedger,
  aRequest,
  aRevocation,
} from '../../../fixtures/builders/person-ledgers';

const DAY_MS = 86_400_000;
const NOW = 40;
const organization = anOrganization({
  mover: { graceDays: 3 },
  birthright: [aBirthrightLine('all', {}, 'Staff')],
});

const day = fc.integer({ min: 0, max: NOW }).map((days) => days * DAY_MS);
const group = fc.constantFrom('Developers', 'developers', 'Finance');
const ledgers = fc
  .record({
    statements: fc.array(
      fc.record({
        kind: fc.constantFrom<Statement['kind']>('joiner', 'mover', 'leaver'),
        occurredAtMs: day,
        effectiveAtMs: fc.integer({ min: 0, max: 60 }).map((days) => days * DAY_MS),
      }),
      { maxLength: 4 },
    ),
    grants: fc.array(
      fc.record({ group, occurredAtMs: day, validFromMs: day, lasts: fc.option(day, { nil: undefined }) }),
      { maxLength: 6 },
    ),
    revocations: fc.array(
      fc.record({
        group,
        occurredAtMs: day,
        grantRequestId: fc.option(fc.constantFrom('g0', 'g1', 'g2', 'gone'), { nil: undefined }),
      }),
      { maxLength: 5 },
    ),
  })
  .map(({ statements, grants, revocations }): PersonLedger =>
    aPersonLedger({
      timeline: statements.map((said, index) => ({ ...said, id: `s${index}`, attributes: {} })),
      grants: grants.map(({ lasts, ...granted }, index) =>
        aGrant({
          ...granted,
          requestId: `g${index}`,
          validUntilMs: lasts === undefined ? undefined : granted.validFromMs + lasts,
        }),
      ),
      revocations: revocations.map((revoked, index) => aRevocation({ ...revoked, requestId: `r${index}` })),
    }),
  );

const accessFromNowOn = (ledger: PersonLedger) =>
  Array.from({ length: 42 }, (_, index) => {
    const { employment, lockedUntilMs, reasons } = personAccess(ledger, organization, (NOW + index) * DAY_MS);
    return { employment, lockedUntilMs, reasons };
  });

/** Every request of a ledger comes once more, as from a ticket system that sends again what it sent. */
function replay(into: PersonLedger, { grants, revocations }: PersonLedger): PersonLedger {
  const requests = [
    ...revocations.map(({ group: name, grantRequestId, requestId, occurredAtMs }) =>
      aRequest(
        { kind: 'revoke', person: 'ana.pop@example.com', group: name, grantRequestId },
        { id: requestId, occurredAtMs },
      ),
    ),
    ...grants.map(({ group: name, validFromMs, validUntilMs, requestId, occurredAtMs }) =>
      aGrantRequest({ group: name, validFromMs, validUntilMs }, { id: requestId, occurredAtMs }),
    ),
  ];
  return requests.reduce<PersonLedger>(
    (ledger, request) => recordRequest(ledger, request, 'tickets').ledger,
    into,
  );
}

const namesOf = (access: ReturnType<typeof accessFromNowOn>) =>
  access.map(({ reasons, ...rest }) => ({
    ...rest,
    groups: reasons.map((reason) => JSON.stringify(reason)).toSorted((a, b) => (a < b ? -1 : 1)),
  }));

describe('a ledger without what has ended', () => {
  it('gives the same access at every instant from now on, also when every request comes again', () => {
    let pruned = 0;
    fc.assert(
      fc.property(ledgers, fc.integer({ min: 0, max: NOW }), (ledger, endedBefore) => {
        const next = withoutEnded(ledger, endedBefore * DAY_MS, NOW * DAY_MS);
        pruned += ledger.grants.length - next.grants.length;
        expect(accessFromNowOn(next)).toEqual(accessFromNowOn(ledger));
        expect(namesOf(accessFromNowOn(replay(next, ledger)))).toEqual(
          namesOf(accessFromNowOn(replay(ledger, ledger))),
        );
      }),
      { numRuns: 500 },
    );
    expect(pruned).toBeGreaterThan(300);
  });

  const at = (days: number): number => days * DAY_MS;
  it.each<[string, Partial<PersonLedger>, readonly string[], readonly string[]]>([
    ['a grant that ended on the day', { grants: [aGrant({ validUntilMs: at(10) })] }, [], []],
    ['a grant that ended after it', { grants: [aGrant({ validUntilMs: at(10) + 1 })] }, ['REQ-1'], []],
    ['a grant without an end', { grants: [aGrant()] }, ['REQ-1'], []],
    [
      'a revoked grant, whose revocation stays for a repetition',
      { grants: [aGrant()], revocations: [aRevocation({ grantRequestId: 'REQ-1', occurredAtMs: at(10) })] },
      [],
      ['REQ-END'],
    ],
    [
      'a grant that was revoked after it',
      { grants: [aGrant()], revocations: [aRevocation({ occurredAtMs: at(10) + 1 })] },
      ['REQ-1'],
      ['REQ-END'],
    ],
    [
      'a grant that has ended, and leaves the revocation of one with its id in another group',
      {
        grants: [aGrant({ validUntilMs: at(9) }), aGrant({ group: 'Finance' })],
        revocations: [aRevocation({ group: 'Finance', grantRequestId: 'REQ-1', occurredAtMs: at(10) + 1 })],
      },
      ['REQ-1'],
      ['REQ-END'],
    ],
    [
      'the revocation of a grant that has ended by itself',
      {
        grants: [aGrant({ validUntilMs: at(9) })],
        revocations: [aRevocation({ grantRequestId: 'REQ-1', occurredAtMs: at(8) })],
      },
      [],
      [],
    ],
    [
      'all but the last revocation of a whole group',
      {
        revocations: [
          aRevocation({ requestId: 'a', occurredAtMs: 1 }),
          aRevocation({ requestId: 'b', occurredAtMs: 3, group: 'DEVELOPERS' }),
          aRevocation({ requestId: 'c', occurredAtMs: 2 }),
        ],
      },
      [],
      ['b'],
    ],
  ])('has or has not %s', (_what, parts, grants, revocations) => {
    const next = withoutEnded(aPersonLedger(parts), at(10), at(40));
    expect(next.grants.map(({ requestId }) => requestId)).toEqual(grants);
    expect(next.revocations.map(({ requestId }) => requestId)).toEqual(revocations);
  });
});

describe('a ledger that is made to fit', () => {
  const many = (count: number, overrides: Parameters<typeof aGrant>[0] = {}) =>
    Array.from({ length: count }, (_, index) =>
      aGrant({
        requestId: `REQ-${index}`,
        group: `Group ${index}`,
        ticketId: `TICKET-${index}`,
        ticketUrl: `https://tickets.example.com/browse/TICKET-${index}`,
        ...overrides,
      }),
    );
  const nowMs = 400 * DAY_MS;

  it('is left alone while it is small, also with what has ended long ago', () => {
    const ledger = aPersonLedger({ grants: many(10, { validUntilMs: 1 }) });
    expect(fitPersonLedger(ledger, nowMs)).toBe(ledger);
  });

  it('loses first what ended ninety days ago, and the rest of what has ended where that is not enough', () => {
    const long = many(500, { validUntilMs: nowMs - 90 * DAY_MS });
    const short = many(500, { validUntilMs: nowMs - 90 * DAY_MS + 1 });
    expect(fitPersonLedger(aPersonLedger({ grants: [...long, ...short] }), nowMs).grants).toHaveLength(500);
    const more = many(1_500, { validUntilMs: nowMs - 90 * DAY_MS + 1 });
    expect(fitPersonLedger(aPersonLedger({ grants: more }), nowMs).grants).toEqual([]);
  });

  it('of 5,000 grants in turn takes as many as it has room for, and then a leaving', () => {
    let ledger = aPersonLedger();
    let refused = 0;
    const grants = many(5_000);
    for (let start = 0; start < grants.length; start += 50) {
      const next = { ...ledger, grants: [...ledger.grants, ...grants.slice(start, start + 50)] };
      const fitted = fitPersonLedger(next, nowMs);
      if (hasRoomFor('grant', fitted)) ledger = fitted;
      else refused += 50;
    }
    expect(ledger.grants.length).toBeGreaterThan(600);
    expect(ledger.grants.length + refused).toBe(5_000);
    const leaver = { id: 'l', kind: 'leaver', occurredAtMs: nowMs, attributes: {} } as const;
    const leaving = { ...ledger, timeline: [{ ...leaver, effectiveAtMs: nowMs + DAY_MS }] };
    expect(JSON.stringify(fitPersonLedger(leaving, nowMs)).length).toBeLessThan(500_000);
    const left = { ...ledger, timeline: [{ ...leaver, effectiveAtMs: nowMs }] };
    expect(JSON.stringify(fitPersonLedger(left, nowMs)).length).toBeLessThan(500_000);
  });

  it('keeps the grants of one that was larger before there was a limit, without what only explains them', () => {
    const ledger = aPersonLedger({ grants: many(1_900) });
    const fitted = fitPersonLedger(ledger, nowMs);
    expect(fitted.grants).toHaveLength(1_900);
    expect(JSON.stringify(fitted).length).toBeLessThan(JSON.stringify(ledger).length);
    expect(fitted.grants[0]).toMatchObject({ requestId: 'REQ-0', approvals: [], ticketUrl: undefined });
  });
});
