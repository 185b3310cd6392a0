import { closeDeadDelivery, type CloseDeadDeliveryDeps } from '../access/desk/close-dead-delivery';
import type { DeliveryDecider } from '../access/desk/organizations-decided';
import { erasePerson, type ErasePersonDeps } from '../access/desk/erase-person';
import { decideWhoIsWho, WHO_DECISIONS, type DecideWhoDeps } from '../access/desk/decide-who-is-who';
import { replayDeliveries, type ReplayDeps } from '../access/desk/replay-deliveries';
import { requestAudit, type RequestAuditDeps } from '../access/desk/nights/request-audit';
import { remediateFinding, type RemediateFindingDeps } from '../access/desk/findings/remediate-finding';
import { waiveFinding, type WaiveDeps } from '../access/desk/findings/waive-finding';
import {
  pauseOrganization,
  resumeOrganization,
  type PauseOrganizationDeps,
} from '../access/desk/pause-organization';
import { declineHold } from '../access/desk/decline-hold';
import { releaseHold, type HoldDeps } from '../access/desk/release-hold';
import { retryRefusedChange, type RefusedChangeDeps } from '../access/desk/retry-refused-change';
import {
  retryDeadDeliveriesOf,
  retryDeadDelivery,
  type RetryDeadDeliveryDeps,
} from '../access/desk/retry-dead-delivery';
import type { VersionInForceDeps } from '../access/ledger/organization/version-in-force';
import { AppError } from '../errors';
import { DAY_MS } from '../domain/durations';

export type DecideDeps = VersionInForceDeps &
  HoldDeps &
  RefusedChangeDeps &
  RetryDeadDeliveryDeps &
  CloseDeadDeliveryDeps &
  WaiveDeps &
  RemediateFindingDeps &
  DecideWhoDeps &
  ErasePersonDeps &
  PauseOrganizationDeps &
  RequestAuditDeps &
  ReplayDeps;

/** Texts that a page shows after a decision, by the key in its address. A page shows no other text from its address. */
export const DONE = {
  released: 'The plan is released. The next run applies exactly its removals.',
  declined: 'It is recorded with your reason. The removals stay held, and can be released still.',
  retried: 'The change is tried again with the next run.',
  redelivered:
    'It is processed again, under the policy as it is now. What fails again is back here after its last try.',
  replayed:
    'They are processed again, under the policy as it is now. What is older than what is known changes nothing.',
  closed: 'The delivery is closed for good. The evidence has your reason.',
  waived: 'The finding is accepted until the day you named.',
  told: 'It is recorded with your reason, and the next run acts on it.',
  erased:
    'What was kept of the person is erased. Numbers, kinds and times of the records stay, so that the evidence can be verified.',
  paused:
    'The organization is paused: nothing is changed until it ends or somebody resumes it. All that waits stays.',
  resumed: 'The organization goes on: what waited is done now, urgent first, under the guards as ever.',
  'audit-requested': 'An audit is on its way. What it finds replaces the latest report.',
  'audit-under-way': 'An audit is under way already: no other is begun beside it.',
  mended: 'The plan of the finding is on its way. The next audit says whether the finding is gone.',
} as const satisfies Record<string, string>;

type Done = keyof typeof DONE;

type ConsoleDecision = Readonly<{
  organization: string;
  page: string;
  id: string;
  fields: URLSearchParams;
}> &
  DeliveryDecider;

/** Carries out what a visitor decided on a page, in their name. @throws AppError `page-unknown`, and what the use case throws */
export async function carryOutDecision(deps: DecideDeps, decision: ConsoleDecision): Promise<Done> {
  const { organization, page, id, by, fields } = decision;
  const said = (name: string): string => fields.get(name)?.trim() ?? '';
  switch (page) {
    case 'today':
      return decidePause(deps, decision);
    case 'plans':
      if (said('decision') === 'decline') {
        await declineHold(deps, organization, id, { by, reason: fields.get('reason') });
        return 'declined';
      }
      await releaseHold(deps, organization, id, by);
      return 'released';
    case 'dead-letters':
      return decideDeadLetter(deps, decision);
    case 'replay':
      await replayDeliveries(deps, organization, {
        ...decision,
        source: said('source'),
        places: said('deliveries')
          .split(',')
          .filter((place) => place !== ''),
      });
      return 'replayed';
    case 'audits': {
      const { wasUnderWay } = await requestAudit(deps, organization, by);
      return wasUnderWay ? 'audit-under-way' : 'audit-requested';
    }
    case 'findings':
      if (fields.has('planHash')) {
        await remediateFinding(deps, organization, id, { by, planHash: said('planHash') });
        return 'mended';
      }
      await waiveFinding(deps, organization, id, {
        by,
        reason: said('reason'),
        owner: said('owner'),
        ticket: said('ticket'),
        untilMs: endOfDayMs(said('until')),
      });
      return 'waived';
    case 'people': {
      if (said('decision') === 'erase') {
        await erasePerson(deps, organization, { key: id, by, reason: fields.get('reason') });
        return 'erased';
      }
      const chosen = WHO_DECISIONS.find((one) => one === said('decision'));
      if (chosen === undefined) throw new AppError('page-unknown', 'There is no such decision');
      await decideWhoIsWho(deps, organization, {
        key: id,
        decision: chosen,
        by,
        reason: fields.get('reason'),
        question: said('question'),
      });
      return 'told';
    }
    default:
      throw new AppError('page-unknown', 'There is no such page');
  }
}

async function decidePause(
  deps: DecideDeps,
  { organization, id, by, fields }: ConsoleDecision,
): Promise<Done> {
  const said = (name: string): string => fields.get(name)?.trim() ?? '';
  switch (id) {
    case 'pause':
      await pauseOrganization(deps, organization, { by, reason: fields.get('reason'), until: said('until') });
      return 'paused';
    case 'resume':
      await resumeOrganization(deps, organization, {
        by,
        reason: fields.get('reason'),
        pause: said('pause'),
      });
      return 'resumed';
    default:
      throw new AppError('page-unknown', 'There is no such decision');
  }
}

/** A refused change, a dead delivery, or all of a source: the form says which. */
async function decideDeadLetter(deps: DecideDeps, decision: ConsoleDecision): Promise<Done> {
  const { organization, id, by, fields } = decision;
  switch (fields.get('decision') ?? '') {
    case 'retry-change': {
      const memberId = fields.get('memberId')?.trim() ?? '';
      await retryRefusedChange(deps, organization, id, {
        by,
        memberId: memberId === '' ? undefined : memberId,
      });
      return 'retried';
    }
    case 'retry-delivery':
      await retryDeadDelivery(deps, organization, id, decision);
      return 'redelivered';
    case 'retry-source':
      await retryDeadDeliveriesOf(deps, organization, fields.get('source') ?? '', {
        ...decision,
        failedByMs: msIn(fields.get('failedByMs')),
      });
      return 'redelivered';
    case 'close-delivery':
      await closeDeadDelivery(deps, organization, id, { ...decision, reason: fields.get('reason') });
      return 'closed';
    default:
      throw new AppError('page-unknown', 'There is no such decision');
  }
}

/** undefined: it is not said. @throws AppError `body-invalid` */
function msIn(said: string | null): number | undefined {
  if (said === null) return undefined;
  if (/^\d{1,15}$/.test(said)) return Number(said);
  throw new AppError('body-invalid', 'failedByMs is no time in milliseconds', {
    fields: [{ field: 'failedByMs', problem: 'is no number' }],
  });
}

/** The end of a day in UTC. @throws AppError `waiver-invalid` */
export function endOfDayMs(day: string): number {
  const beginsMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(day) : Number.NaN;
  if (Number.isNaN(beginsMs)) throw new AppError('waiver-invalid', 'Name the last day as 2027-01-31');
  return beginsMs + DAY_MS;
}
