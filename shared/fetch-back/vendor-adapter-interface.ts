import type { SecretForm } from '../domain/secret-form-and-faults';
import type { CallLimits } from '../domain/source-settings';
import type { WorkerPlaces } from '../webhooks/derive-worker-events';
import type { UseAccessToken } from './access-token-cache';
import type { VendorCall } from './vendor-api';

/** Look-ups at one source: the record of a worker, or of a ticket. */
export type FetchBack = Readonly<{
  /** `asOf` is a day that the record is wanted of, where a source can tell. undefined: it knows no such worker. @throws AppError `source-unavailable`, `source-refused`, `source-answer-invalid` */
  worker: (workerId: string, asOf?: string) => Promise<unknown>;
  /** Where fields stand in the record of a worker. */
  places: WorkerPlaces;
  /** For tickets, in the shape that the format reads. undefined: there is no such ticket. */
  ticket?: (ticketId: string) => Promise<unknown>;
}>;

/** One look-up at a vendor: its calls, the secret for them, and a token where the vendor gives one for the secret. */
export type LookUpSession = Readonly<{ call: VendorCall; secret: string; withAccessToken: UseAccessToken }>;

/** The secret form and call limits of a vendor's API. */
export type LookUpFacts = Readonly<{
  secretForm: SecretForm;
  /** As the vendor documents them; the policy may say otherwise. */
  limits: CallLimits;
}>;

/**
 * Adapter of one vendor for workers. `fields` are the places that the policy names, for vendors that return only
 * requested fields.
 */
export type WorkerAdapter = LookUpFacts &
  Readonly<{
    places: WorkerPlaces;
    worker: (
      session: LookUpSession,
      workerId: string,
      fields: readonly string[],
      asOf: string | undefined,
    ) => Promise<unknown>;
  }>;

/** Adapter of one vendor for tickets. */
export type TicketAdapter = LookUpFacts &
  Readonly<{
    ticket: (session: LookUpSession, ticketId: string, fields: readonly string[]) => Promise<unknown>;
  }>;
