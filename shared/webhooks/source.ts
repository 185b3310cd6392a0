import type { AccessRequest } from '../domain/access-request';
import type { WorkerEvent } from '../domain/worker-event';
import type { DeliveryHeaders, SignatureRule } from './signature';

type WorkerEventMeaning = Readonly<{ kind: 'worker-event'; event: WorkerEvent }>;
type AccessRequestMeaning = Readonly<{ kind: 'access-request'; request: AccessRequest }>;

/** What a delivery says; `ignored` is an authentic one that asks for nothing, such as a test message. */
export type Meanings = readonly WorkerEventMeaning[] | readonly AccessRequestMeaning[] | 'ignored';

/** One wire format of one feed. Another sender is another file beside this one, and nothing else changes. */
export type WebhookSource = Readonly<{
  format: string;
  signature: SignatureRule;
  /** Equal for every repetition of one delivery. `signedId` is the id that the signature covers, where there is one. */
  dedupeId: (
    delivery: Readonly<{ headers: DeliveryHeaders; rawBody: Uint8Array; signedId: string | undefined }>,
  ) => string;
  /**
   * A function of the bytes alone: the same body means the same whenever it is read.
   *
   * @throws `body-invalid`, with the fields at fault
   */
  parse: (rawBody: Uint8Array) => Meanings;
}>;
