import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { effectiveAtMs } from '../../../shared/domain/ledger/effective-time';
import { personAccess } from '../../../shared/domain/ledger/person-access';
import { emptyPersonLedger, type PersonLedger } from '../../../shared/domain/ledger/person-ledger';
import { recordRequest } from '../../../shared/domain/ledger/record-request';
import { recordStatement } from '../../../shared/domain/ledger/worker-timeline';
import { PLAIN_MAPPING } from '../../../shared/domain/source-settings';
import { AppError } from '../../../shared/errors';
import { standardHrSource, standardTicketSource } from '../../../shared/webhooks/sources/own-contract';
import type { Meaning } from '../../../shared/webhooks/webhook-format';
import { aBirthrightLine, anOrganization } from '../../fixtures/builders/organizations';
import { APPROVER, NOW_MS, PERSON, REQUESTER } from '../../fixtures/webhooks/vendor-senders';

const MINUTE_MS = 60_000;

type Sent = Readonly<{ what: string; arrivesAtMs: number; aheadMs: number; otherAheadMs: number }>;
const organization = anOrganization({ birthright: [aBirthrightLine('all', {}, 'Staff')] });
const hr: ReadonlyMap<string, object> = new Map([
  ['joined', { type: 'worker.joined', attributes: {} }],
  ['left', { type: 'worker.left', immediate: true }],
  ['moved', { type: 'worker.moved', attributes: { department: 'Finance' } }],
  ['absent', { type: 'worker.absent' }],
]);

/** What is in the ledger after deliveries were processed in an order. Refused ones are not. */
function ledgerOf(sent: readonly Sent[], aheadOf: (one: Sent) => number): PersonLedger {
  return sent.reduce((ledger, one, index) => {
    const at = new Date(one.arrivesAtMs + aheadOf(one)).toISOString();
    const said = { schemaVersion: 1, id: `w${index}`, occurredAt: at };
    const word = hr.get(one.what);
    const body =
      word === undefined
        ? {
            ...said,
            type: 'access.request.approved',
            ticket: { id: 'T' },
            requester: REQUESTER,
            approvals: [{ approver: APPROVER, approvedAt: at }],
            action: { kind: one.what, person: PERSON, group: 'Finance' },
          }
        : { ...said, ...word, worker: { email: PERSON } };
    const posted = {
      rawBody: Buffer.from(JSON.stringify(body)),
      type: 'application/json' as const,
      receivedAtMs: one.arrivesAtMs,
    };
    const source = word === undefined ? standardTicketSource : standardHrSource;
    const [meaning] = meaningsOrRefused(() => source.parse(posted, PLAIN_MAPPING));
    if (meaning?.kind === 'worker-event') {
      const { id, kind, occurredAtMs, attributes } = meaning.event;
      const atMs = effectiveAtMs(meaning.event, { defaultTimeZone: 'UTC', leaverDate: 'earliest' });
      const statement = { id, kind, occurredAtMs, attributes, effectiveAtMs: atMs };
      return { ...ledger, timeline: recordStatement(ledger.timeline, statement, NOW_MS).timeline };
    }
    if (meaning?.kind !== 'access-request' || !('person' in meaning.request.action)) return ledger;
    const { action } = meaning.request;
    return recordRequest(ledger, { ...meaning.request, action }, 'main').ledger;
  }, emptyPersonLedger(PERSON));
}

function meaningsOrRefused(parse: () => readonly Meaning[] | 'ignored'): readonly Meaning[] {
  try {
    const meanings = parse();
    return meanings === 'ignored' ? [] : meanings;
  } catch (error) {
    if (error instanceof AppError && error.code === 'body-invalid') return [];
    throw error;
  }
}

describe('the order of what is recorded', () => {
  const minutes = (max: number) => fc.nat(max).map((count) => count * MINUTE_MS);
  const ahead = fc.oneof(
    // Both within what clocks differ by, or both beyond: those that give access are refused.
    fc.tuple(minutes(5), minutes(5)),
    fc
      .tuple(minutes(500_000), minutes(500_000))
      .map(([one, other]) => [one + 6 * MINUTE_MS, other + 6 * MINUTE_MS]),
    minutes(10_000).map((ms) => [-ms, -ms]),
  );
  const sent = fc
    .record({
      what: fc.constantFrom('joined', 'left', 'moved', 'absent', 'grant', 'revoke'),
      arrivesAtMs: minutes(60).map((ms) => NOW_MS + ms),
      ahead,
    })
    .map(({ what, arrivesAtMs, ahead: [aheadMs = 0, otherAheadMs = 0] }): Sent => ({
      what,
      arrivesAtMs,
      aheadMs,
      otherAheadMs,
    }));

  it('never depends on a time later than the arrival', () => {
    fc.assert(
      fc.property(fc.array(sent, { maxLength: 8 }), (deliveries) => {
        const ledger = ledgerOf(deliveries, ({ aheadMs }) => aheadMs);
        expect(ledgerOf(deliveries, ({ otherAheadMs }) => otherAheadMs)).toEqual(ledger);
        const arrivedMs = Math.max(NOW_MS, ...deliveries.map(({ arrivesAtMs }) => arrivesAtMs));
        const { timeline, grants, revocations } = ledger;
        for (const { occurredAtMs } of [...timeline, ...grants, ...revocations])
          expect(occurredAtMs).toBeLessThanOrEqual(arrivedMs);
        // Whoever is said to have left from the future keeps nobody out who is hired after that.
        const hired = ledgerOf(
          [...deliveries, { what: 'joined', arrivesAtMs: arrivedMs + 1, aheadMs: 0, otherAheadMs: 0 }],
          ({ aheadMs }) => aheadMs,
        );
        expect(personAccess(hired, organization, arrivedMs + 1).employment).not.toBe('left');
      }),
      { numRuns: 300 },
    );
  });
});
