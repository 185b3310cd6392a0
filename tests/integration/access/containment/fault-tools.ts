import type { FaultWorld } from './fault-world';
import type { Request, RequestFault } from './interference';
import { listFailingUnits } from '../../../../shared/access/desk/list-failing-units';
import { listDeadDeliveries } from '../../../../shared/access/ledger/list-dead-deliveries';
import { retryDeadDeliveriesOf } from '../../../../shared/access/desk/retry-dead-delivery';
import { personKey } from '../../../../shared/domain/person-key';
import { personSubject, type Subject } from '../../../../shared/domain/ledger/subject';
import { ACME, emailOf, type Name } from './fault-organizations';
import type { Story, Thing } from './fault-story';
import { keyHolder } from '../../../fixtures/key-holder';

/** The row of somebody in the ledger. */
export const subjectOf = (name: Name): Subject<'person'> => personSubject(ACME, personKey(emailOf(name)));

export const stateRowOf = (name: Name): RowKey => ({
  table: 'ledger',
  partitionKey: `${ACME}:person:${subjectOf(name).key}`,
  rowKey: 'state',
});

export const idOf = ({ uipath }: FaultWorld, name: Name): string => uipath.idOf(ACME, emailOf(name));

export function groupIdOf({ uipath }: FaultWorld, name: string): string {
  const group = [...uipath.organization(ACME).groups.values()].find((one) => one.name === name);
  if (group === undefined) throw new Error(`There is no group ${name}`);
  return group.id;
}

/** True for memberships of one group. */
export const inGroup =
  (name: string) =>
  (thing: Thing): boolean =>
    thing.kind === 'member' && thing.group === name;

/** True for all memberships of some people. */
export const ofPeople =
  (...names: readonly Name[]) =>
  (thing: Thing): boolean =>
    thing.kind === 'member' && names.some((name) => name === thing.name);

/** An answer for the calls about one group of acme. */
export function onGroup(
  world: FaultWorld,
  name: string,
  answer: number | 'reset',
  isMeant: (request: Request) => boolean,
): RequestFault {
  const id = groupIdOf(world, name).toLowerCase();
  return (request) => (request.path.toLowerCase().includes(id) && isMeant(request) ? answer : undefined);
}

/** Units of a kind are on the list of what fails. */
export async function isListedAsFailing(
  { world }: Story,
  kind: string,
  organization: string = ACME,
): Promise<boolean> {
  return (await listFailingUnits(world.app, organization)).some((unit) => unit.kind === kind);
}

export async function isDead({ world }: Story): Promise<boolean> {
  return (await listDeadDeliveries(world.app, ACME)).length > 0;
}

/** An operator puts all dead deliveries of a source back, if it has any. */
export async function retryAll({ world }: Story, source: string, organization: string = ACME): Promise<void> {
  const found = await listDeadDeliveries(world.app, organization);
  if (found.some(({ source: { feed, name } }) => `${feed}/${name}` === source))
    await retryDeadDeliveriesOf(world.app, organization, source, {
      by: keyHolder('olga'),
      mayDecide: () => true,
    });
}

/** The log has a line of this event with these members. */
export function isLogged(
  { world }: Story,
  event: string,
  more: Readonly<Record<string, string>> = {},
): boolean {
  return world.log.some(
    (line) => line['event'] === event && Object.entries(more).every(([name, value]) => line[name] === value),
  );
}

type RowKey = Readonly<{ table: string; partitionKey: string; rowKey: string }>;

/** Damages a row; returns how to put it back as it was, unless somebody wrote it meanwhile. */
export async function damageRow(
  { storage }: FaultWorld,
  { table: name, partitionKey, rowKey }: RowKey,
  damage: Readonly<Record<string, unknown>>,
): Promise<() => Promise<void>> {
  const table = await storage.table(name);
  const { etag: _etag, timestamp: _timestamp, ...row } = await table.getEntity(partitionKey, rowKey);
  const { etag } = await table.updateEntity({ ...row, partitionKey, rowKey, ...damage }, 'Replace');
  return async () => {
    const now = await table.getEntity(partitionKey, rowKey).catch(() => undefined);
    if (now?.etag === etag) await table.updateEntity({ ...row, partitionKey, rowKey }, 'Replace');
  };
}

/** Adds a row that cannot be read; returns how to remove it. */
export async function addRow(
  { storage }: FaultWorld,
  { table: name, partitionKey, rowKey }: RowKey,
  properties: Readonly<Record<string, unknown>> = {},
): Promise<() => Promise<void>> {
  const table = await storage.table(name);
  await table.upsertEntity({ partitionKey, rowKey, ...properties }, 'Replace');
  return async () => {
    await table.deleteEntity(partitionKey, rowKey).catch(() => undefined);
  };
}
