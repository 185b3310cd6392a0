import { randomUUID } from 'node:crypto';

/** Bodies in the standard contract, with everything that does not matter to a story filled in. */
const said = (): { schemaVersion: 1; id: string; occurredAt: string } => ({
  schemaVersion: 1,
  id: randomUUID(),
  occurredAt: new Date().toISOString(),
});

type Attributes = Readonly<Record<string, string>>;

/** `workerId` names the worker record; without it the source speaks of the person. */
export function workerJoined(email: string, attributes: Attributes, workerId?: string): object {
  return { ...said(), type: 'worker.joined', worker: { email, workerId }, attributes };
}

export function workerMoved(email: string, attributes: Attributes, workerId?: string): object {
  return { ...said(), type: 'worker.moved', worker: { email, workerId }, attributes };
}

export function workerLeft(email: string, workerId?: string): object {
  return { ...said(), type: 'worker.left', worker: { email, workerId }, immediate: true };
}

/** An approved request; `action` as in the published contract. */
export function requestApproved(
  people: Readonly<{ requester: string; approver: string }>,
  action: object,
  id: string = `REQ-${randomUUID().slice(0, 8)}`,
): object {
  const { schemaVersion, occurredAt } = said();
  return {
    schemaVersion,
    type: 'access.request.approved',
    id,
    occurredAt,
    ticket: { id, url: `https://tickets.acme.example/${id}` },
    requester: people.requester,
    approvals: [{ approver: people.approver, approvedAt: occurredAt }],
    action,
  };
}
