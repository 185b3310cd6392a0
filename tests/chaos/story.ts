import type { FaultInput } from '../../sandbox/uipath/faults';
import type { Damage } from './damaged-rows';
import type { PostalFaults } from './post-office';
import type { Trouble } from './standing-troubles';
import type { TestOrganization } from './test-organization';
import type { StepFault } from './turns';

type Worker = Readonly<{ email: string; workerId?: string }>;
type Said = Readonly<{ schemaVersion: 1; id: string; occurredAt: string }>;

/** What HR or the ticket system sends, as in the published contract. */
export type Body = Said &
  (
    | Readonly<{
        type: 'worker.joined' | 'worker.moved';
        worker: Worker;
        effectiveAt?: string;
        attributes: Readonly<{ department: string }>;
      }>
    | Readonly<{
        type: 'worker.left';
        worker: Worker;
        immediate?: true;
        lastWorkingDay?: string;
      }>
    | Readonly<{
        type: 'access.request.approved';
        ticket: Readonly<{ id: string }>;
        requester: string;
        approvals: ReadonlyArray<Readonly<{ approver: string; approvedAt: string }>>;
        action: TicketAction;
      }>
  );

export type TicketAction =
  | Readonly<{ kind: 'grant' | 'extend'; person: string; group: string; validFrom?: string; until: string }>
  | Readonly<{ kind: 'revoke'; person: string; group: string; grantRequestId?: string }>
  | Readonly<{
      kind: 'create-rule';
      name: string;
      definition: Readonly<{
        groups: readonly string[];
        conditions: ReadonlyArray<Readonly<{ claimName: string; conditionType: string; value: string }>>;
      }>;
      owner: string;
      until?: string;
    }>
  | Readonly<{ kind: 'delete-rule'; name: string }>;

export type Delivery = Readonly<{
  feed: 'hr' | 'ticket';
  /** Left out: `standard`. */
  source?: 'standard' | 'agency';
  webhookId: string;
  body: Body;
}>;

/** What happens at one instant of a history. */
export type Event = Readonly<{ atMs: number }> &
  (
    | Readonly<{ kind: 'deliver'; delivery: Delivery }>
    /** Somebody changes a group in the portal. */
    | Readonly<{ kind: 'by-hand'; group: string; add: readonly string[]; remove: readonly string[] }>
    /** Somebody writes the name of a group in another way. */
    | Readonly<{ kind: 'rename'; group: string; name: string }>
    /** UiPath has somebody's account under their new address from now on. */
    | Readonly<{ kind: 'rename-account'; person: string }>
    | Readonly<{ kind: 'tick' }>
    | Readonly<{ kind: 'uipath-fault'; fault: FaultInput }>
    | Readonly<{ kind: 'uipath-lag'; ms: number }>
    /** Something begins to fail and goes on failing, until it ends by name or everything settles. */
    | Readonly<{ kind: 'trouble-begins'; name: string; trouble: Trouble }>
    | Readonly<{ kind: 'trouble-ends'; name: string }>
    | Readonly<{ kind: 'delete-group'; group: string }>
    /** Somebody edits a stored row, and puts it back later. */
    | Readonly<{ kind: 'damage'; name: string; damage: Damage }>
    | Readonly<{ kind: 'repair'; name: string }>
    /** A named person releases all that is held. */
    | Readonly<{ kind: 'release' }>
    /** The timer ticks for as long as it may take, and then the oracle looks at whoever is not concerned by a trouble. */
    | Readonly<{ kind: 'watch' }>
    /** Everything settles, and the oracle compares. */
    | Readonly<{ kind: 'compare' }>
  );

/** How likely each fault is at each step, and what the queues do. */
export type Weather = Readonly<{
  steps: Readonly<Partial<Record<StepFault, number>>>;
  post: PostalFaults;
  /** Processes that take messages side by side. */
  instances: 1 | 2;
}>;

export type Story = Readonly<{
  seed: number;
  organization: TestOrganization;
  weather: Weather;
  /** How long each call to UiPath takes. */
  latencyMs: number;
  events: readonly Event[];
}>;
