import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { personAccess } from '../../../../shared/domain/ledger/person-access';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { recordRequest, type GroupRequest } from '../../../../shared/domain/ledger/record-request';
import { recordStatement } from '../../../../shared/domain/ledger/worker-timeline';
import type { Statement } from '../../../../shared/domain/ledger/statement';
import { aBirthrightLine, anOrganization } from '../../../fixtures/builders/organizations';
import { aGrantRequest, aPersonLedger, aRequest } from '../../../fixtures/builders/person-ledgers';

const DAY_MS = 86_400_000;
const organizationWith = (graceDays: number) =>
  anOrganization({
    mover: { graceDays },
    birthright: [
      aBirthrightLine('all', {}, 'Staff'),
      aBirthrightLine('finance', { department: 'Finance' }, 'Finance', 'Developers'),
      aBirthrightLine('sales', { department: 'Sales' }, 'Sales'),
    ],
  });

type Word =
  Readonly<{ kind: 'hr'; statement: Statement }> | Readonly<{ kind: 'ticket'; request: GroupRequest }>;
const saidAtOf = (word: Word): number =>
  word.kind === 'hr' ? word.statement.occurredAtMs : word.request.occurredAtMs;

const day = fc.nat(20).map((days) => days * DAY_MS);
const statement = fc.record({
  kind: fc.constantFrom<Statement['kind']>('joiner', 'mover', 'mover', 'leaver'),
  occurredAtMs: day,
  effectiveAtMs: day,
  attributes: fc.dictionary(fc.constant('department'), fc.constantFrom('Finance', 'Sales', 'IT'), {
    noNullPrototype: true,
  }),
});
const group = fc.constantFrom('Developers', 'Finance');
const request = fc.oneof(
  fc.record({ group, from: day, lasts: fc.option(day), occurredAtMs: day }).map(
    ({ group: name, from, lasts, occurredAtMs }) =>
      (id: string): GroupRequest =>
        aGrantRequest(
          { group: name, validFromMs: from, validUntilMs: lasts === null ? undefined : from + lasts },
          { id, occurredAtMs },
        ),
  ),
  fc.record({ group, occurredAtMs: day, named: fc.option(fc.constantFrom('w0', 'w1', 'w2')) }).map(
    ({ group: name, occurredAtMs, named }) =>
      (id: string): GroupRequest =>
        aRequest(
          { kind: 'revoke', person: 'ana.pop@example.com', group: name, grantRequestId: named ?? undefined },
          { id, occurredAtMs },
        ),
  ),
);
const words = fc
  .array(
    fc.oneof(
      statement.map((said) => (id: string): Word => ({ kind: 'hr', statement: { id, ...said } })),
      request.map((toRequest) => (id: string): Word => ({ kind: 'ticket', request: toRequest(id) })),
    ),
    { minLength: 1, maxLength: 8 },
  )
  .map((all) => all.map((toWord, index) => toWord(`w${index}`)));

/** Records words one by one, each when it was said at the earliest, as a real ledger is written. */
function receive(all: readonly Word[], graceDays: number): PersonLedger {
  let nowMs = 0;
  return all.reduce<PersonLedger>((ledger, word) => {
    nowMs = Math.max(nowMs, saidAtOf(word));
    return word.kind === 'hr'
      ? {
          ...ledger,
          timeline: recordStatement(ledger.timeline, word.statement, nowMs, graceDays * DAY_MS).timeline,
        }
      : recordRequest(ledger, word.request, 'tickets').ledger;
  }, aPersonLedger());
}

function reasonsAt(ledger: PersonLedger, graceDays: number, nowMs: number): readonly string[] {
  return personAccess(ledger, organizationWith(graceDays), nowMs)
    .reasons.map((reason) => JSON.stringify(reason))
    .toSorted();
}

const graces = fc.constantFrom(0, 3, 30);
const LAST_DAY = 20;
const days = Array.from({ length: 50 }, (_, index) => (LAST_DAY + index) * DAY_MS);
const options = { seed: 20_261_129, numRuns: 200 };

describe('any grants, revocations and worker statements', () => {
  it('give the same reasons in whatever order and how often they arrive, from the last word on', () => {
    fc.assert(
      fc.property(
        words.chain((all) =>
          fc.tuple(
            fc.constant(all),
            fc.shuffledSubarray([...all, ...all.slice(0, 3)], {
              minLength: all.length + Math.min(3, all.length),
            }),
          ),
        ),
        graces,
        ([all, shuffled], graceDays) => {
          const [a, b] = [receive(all, graceDays), receive(shuffled, graceDays)];
          expect(days.map((nowMs) => reasonsAt(a, graceDays, nowMs))).toEqual(
            days.map((nowMs) => reasonsAt(b, graceDays, nowMs)),
          );
        },
      ),
      options,
    );
  });

  it('change the reasons at no other instant than the next change that is told', () => {
    fc.assert(
      fc.property(words, graces, fc.nat(25), (all, graceDays, startDay) => {
        const ledger = receive(all, graceDays);
        const startMs = startDay * DAY_MS;
        const { nextChangeAtMs } = personAccess(ledger, organizationWith(graceDays), startMs);
        const untilMs = nextChangeAtMs ?? 100 * DAY_MS;
        expect(untilMs).toBeGreaterThan(startMs);
        expect(reasonsAt(ledger, graceDays, untilMs - 1)).toEqual(reasonsAt(ledger, graceDays, startMs));
      }),
      options,
    );
  });

  it('are a union: a group is there exactly as long as one reason for it is', () => {
    fc.assert(
      fc.property(words, fc.nat(30), (all, atDay) => {
        const nowMs = atDay * DAY_MS;
        const ledger = receive(all, 0);
        const groupsOf = (one: PersonLedger): ReadonlySet<string> =>
          new Set(personAccess(one, organizationWith(0), nowMs).reasons.map((reason) => reason.group));
        const alone = [
          groupsOf({ ...ledger, grants: [] }),
          ...ledger.grants.map((grant) => groupsOf({ ...ledger, grants: [grant] })),
        ];
        expect(groupsOf(ledger)).toEqual(new Set(alone.flatMap((groups) => [...groups])));
      }),
      options,
    );
  });

  it('leave a leaver no reason at all, whatever else was said or approved', () => {
    fc.assert(
      fc.property(words, graces, (all, graceDays) => {
        const end: Word = {
          kind: 'hr',
          statement: {
            id: 'end',
            kind: 'leaver',
            occurredAtMs: 21 * DAY_MS,
            effectiveAtMs: 21 * DAY_MS,
            attributes: {},
          },
        };
        const ledger = receive([...all, end], graceDays);
        expect(reasonsAt(ledger, graceDays, 21 * DAY_MS)).toEqual([]);
        expect(reasonsAt(ledger, graceDays, 60 * DAY_MS)).toEqual([]);
      }),
      options,
    );
  });
});
