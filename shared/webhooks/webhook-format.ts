import type { FieldProblem } from '../domain/field-problem';
import type { AccessRequest } from '../domain/ledger/access-request';
import type { SourceMapping } from '../domain/source-settings';
import type { WorkerEvent } from '../domain/ledger/worker-event';
import type { Credential, IdentityCredential } from './check-credential';
import type { SaidOfEmployment } from './derive-worker-events';
import type { BodyType, PostedBody } from './parse-posted-body';
import type { DeliveryHeaders } from './signature';

type WorkerEventMeaning = Readonly<{ kind: 'worker-event'; event: WorkerEvent }>;
type AccessRequestMeaning = Readonly<{ kind: 'access-request'; request: AccessRequest }>;

/** One statement of several that cannot be used. The others are. */
type UnusableMeaning = Readonly<{ kind: 'unusable'; fields: readonly FieldProblem[] }>;

/** Something happened to a worker, and the source has to be asked what. */
export type LookUp = Readonly<{
  /** The statement's own id. */
  id: string;
  workerId: string;
  said: SaidOfEmployment;
  occurredAtMs: number;
  /** Before this the source may still answer with what was. */
  settledAtMs: number;
}>;
type LookUpMeaning = Readonly<{ kind: 'look-up'; lookUp: LookUp }>;

/** Something was approved, and the source has to be asked what. */
type TicketLookUpMeaning = Readonly<{ kind: 'ticket-look-up'; ticketId: string }>;

/** The approval of a ticket was taken back. */
export type Withdrawal = Readonly<{ ticketId: string; occurredAtMs: number }>;
type WithdrawalMeaning = Readonly<{ kind: 'withdrawal'; withdrawal: Withdrawal }>;

/** What is left of one ticket: a request, one of its people and groups that cannot be used, or that nothing is approved any more. */
export type TicketMeaning = AccessRequestMeaning | UnusableMeaning | WithdrawalMeaning;

export type Meaning = WorkerEventMeaning | LookUpMeaning | TicketLookUpMeaning | TicketMeaning;

/** What a delivery says; `ignored` is an authentic one that asks for nothing, such as a test message. */
export type Meanings = readonly Meaning[] | 'ignored';

/** The answer to the sender in place of our own, where its protocol prescribes one. */
export type SourceAnswer = Readonly<{ status: number; contentType?: string; body?: string }>;

/** One wire format of one feed. Another sender is another file beside this one, and nothing else changes. */
export type WebhookFormat = Readonly<{
  format: string;
  /** It is no webhook, and is spoken at an address of its own. */
  spokenAt?: 'scim';
  credential: Credential | IdentityCredential;
  /** Types of a body that this sender uses. */
  bodyTypes: readonly BodyType[];
  /** Sent when the webhook is set up, perhaps unsigned, and to be answered at once: the exact texts. */
  greetings?: readonly string[];
  /** The sender asks for permission by OPTIONS before it sends anything. */
  handshake?: 'cloudevents';
  answer?: (accepted: Readonly<{ duplicate: boolean; ignored: boolean }>) => SourceAnswer;
  /** `needed`: deliveries carry ids only. `offered`: the full record can be asked for. */
  fetchBack?: 'needed' | 'offered';
  /** Fields that the policy has to place, because every sender's administrator puts them elsewhere. */
  fieldsToPlace?: readonly string[];
  /** What is kept of a verified delivery, where a part of its meaning is in headers. @throws AppError `body-invalid` */
  keptOf?: (posted: PostedBody, headers: DeliveryHeaders) => PostedBody;
  /** Its token cannot be backed by a second look: the policy may still let it do more than add, by naming that under `may`. */
  actsIfNamed?: true;
  /** Deliveries say everything in our own contract, and nothing of them has to be translated. */
  ownContract?: true;
  /** It switches accounts on and off, and knows nothing of employments. */
  speaksOf?: 'account';
  /** Its events have names that only the policy can know. */
  eventsToMap?: true;
  /** Its deliveries have ids of the sender's own: one id with two contents is a mistake, or somebody's attempt. */
  ownIds?: true;
  /** What of a body is its content, where a repetition may have other words beside it; without this, all of it. */
  contentOf?: (posted: PostedBody) => unknown;
  /** Equal for every repetition of one delivery. `signedId` is the id that the signature covers, where there is one. */
  dedupeId: (
    delivery: PostedBody & Readonly<{ headers: DeliveryHeaders; signedId: string | undefined }>,
  ) => string;
  /**
   * A function of what was posted and of the policy: the same means the same whenever it is read.
   *
   * @throws AppError `body-invalid`, with the fields at fault
   */
  parse: (posted: PostedBody, mapping: SourceMapping) => Meanings;
  /** How the same is read where the policy has the source asked, though its deliveries would do. */
  confirmed?: Readonly<{
    parse: (posted: PostedBody, mapping: SourceMapping) => Meanings;
    /** What the source's own record of a ticket asks for; empty: nothing that was approved. @throws AppError `body-invalid` */
    readTicket?: (record: unknown, nowMs: number, mapping: SourceMapping) => readonly TicketMeaning[];
  }>;
}>;
