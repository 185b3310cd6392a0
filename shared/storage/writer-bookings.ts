import { randomUUID } from 'node:crypto';
import { DAY_MS } from '../domain/durations';
import type { Lane } from '../domain/lane';
import type { TableClient } from '@azure/data-tables';
import { undefinedIfMissing, isConflict, isNotFound } from './storage-errors';

/** When the writer of an organization is to run again, and for what. */
export type WantedRun = Readonly<{
  lane: Lane;
  /** Epoch milliseconds. */
  atMs: number;
  nowMs: number;
  /**
   * `marks`: something was marked just now. `rest`: what a run left or a tick found. `failing` and `gathering`: only what waits for
   * a backoff, or for more of its kind, so that new marks go first.
   */
  reason: 'marks' | 'rest' | 'failing' | 'gathering';
}>;

/** The next run of each organization's writer. */
export type Bookings = Readonly<{
  /**
   * Books the next run of an organization. The booking's id when the caller has to send its message: no run was booked, or
   * the booked one is overdue and its message may be lost, so that it is sent again under the same id, or it waits and this one may
   * go before it. Many deliveries become one message.
   */
  bookRun: (organization: string, wanted: WantedRun) => Promise<string | undefined>;
  /**
   * Takes the booking: what is marked from now on books a run of its own. False when another booking stands, which is not
   * overdue: its message does the work, and this one would only bring one more.
   */
  takeBooking: (organization: string, booking: string | undefined, nowMs: number) => Promise<boolean>;
}>;

/** `sent`: `again`, so that another message of this id may come; `taken`, and only such messages are left of it. */
type Booking = { atMs: number; id?: string; reason?: string; sent?: 'again' | 'taken' };

const BOOKING_ROW = 'booking';
/** A run booked this much later than needed is worth a message of its own. */
const EARLIER_BY_MS = 5_000;
/** A booked run that did not begin for so long may have lost its message. Less than a tick, so that the next one sends it again. */
const OVERDUE_MS = 20_000;

/** A row `booking` in the partition of each organization. */
export function createBookings(table: () => Promise<TableClient>): Bookings {
  return {
    bookRun: async (organization, wanted) => {
      const client = await table();
      const { atMs, nowMs, reason } = wanted;
      const booked = await undefinedIfMissing(async () =>
        client.getEntity<Booking>(organization, BOOKING_ROW),
      );
      const open = booked?.sent === 'taken' ? undefined : booked;
      const isLate = open !== undefined && isOverdue(open, nowMs);
      // The message of before may be late and not lost: under another id it would come in vain, and so would each after it.
      const id = isLate && typeof open.id === 'string' ? open.id : randomUUID();
      const row = { partitionKey: organization, rowKey: BOOKING_ROW, atMs, id, reason };
      const entity = isLate ? { ...row, sent: 'again' } : row;
      try {
        if (booked === undefined) await client.createEntity(entity);
        else if (open === undefined || isLate || goesBefore(wanted, open))
          await client.updateEntity(entity, 'Replace', { etag: booked.etag });
        else return undefined;
        return id;
      } catch (error) {
        if (isConflict(error) || isNotFound(error)) return undefined;
        throw error;
      }
    },

    takeBooking: async (organization, booking, nowMs) => {
      const client = await table();
      const booked = await undefinedIfMissing(async () =>
        client.getEntity<Booking>(organization, BOOKING_ROW),
      );
      if (booked === undefined) return true;
      if (booked.sent === 'taken') return booking === undefined || booked.id !== booking;
      const isAnother = booking !== undefined && booked.id !== undefined && booked.id !== booking;
      if (isAnother && !isOverdue(booked, nowMs)) return false;
      try {
        const { etag, id, atMs } = booked;
        const taken = { partitionKey: organization, rowKey: BOOKING_ROW, id, atMs, sent: 'taken' };
        if (booked.sent === 'again') await client.updateEntity(taken, 'Replace', { etag });
        else await client.deleteEntity(organization, BOOKING_ROW, { etag });
        return true;
      } catch (error) {
        if (isNotFound(error)) return true;
        if (isConflict(error)) return false;
        throw error;
      }
    },
  };
}

function goesBefore({ lane, atMs, reason }: WantedRun, booked: Booking): boolean {
  // Whoever joins while leavers are gathered is delayed by nothing.
  if (reason === 'marks' && booked.reason === 'gathering') return booked.atMs > atMs;
  const mayGoFirst = lane === 'urgent' || (reason === 'marks' && booked.reason === 'failing');
  return mayGoFirst && booked.atMs > atMs + EARLIER_BY_MS;
}

/** Also true of a row that somebody edited: nothing is booked for so much later, or for no time. */
function isOverdue({ atMs }: Booking, nowMs: number): boolean {
  return !(atMs >= nowMs - OVERDUE_MS && atMs <= nowMs + DAY_MS);
}
