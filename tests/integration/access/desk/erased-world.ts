import { erasePerson } from '../../../../shared/access/desk/erase-person';
import { toFaultLines, verifyEvidenceOf } from '../../../../shared/access/ledger/verify-evidence';
import { originOf } from '../../../../shared/domain/evidence/log-origin';
import { personKey } from '../../../../shared/domain/person-key';
import { keyHolder } from '../../../fixtures/key-holder';
import { rename } from '../ledger/renamed-world';
import { auditNight, withoutFaults } from '../remediation-world';
import { ANA, type useWorlds, type World } from '../world';
import { DAY_MS, NEW, record } from './joined-by-mistake';

type Start = ReturnType<typeof useWorlds>;

export const OLGA = keyHolder('olga');

/** A world that Ana left after she had what her department and a ticket gave. */
export async function left(begin: Start, policy = {}): Promise<World> {
  const world = await withoutFaults(begin)({ policy });
  await world.joins(ANA, record('7'));
  await world.settle();
  await world.asks('T-1', { kind: 'grant', person: ANA, group: 'Finance', duration: 'P300D' });
  await world.settle();
  await world.pass(DAY_MS);
  await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
  await world.settle();
  return world;
}

/** The same after her lockout. */
export async function leftLongAgo(begin: Start, policy = {}): Promise<World> {
  const world = await left(begin, policy);
  await world.pass(31 * DAY_MS);
  await auditNight(world);
  return world;
}

/** A world that Ana left, whose ledger another of hers joined, after her lockout. */
export async function joinedAndLeftLongAgo(begin: Start): Promise<World> {
  const world = await withoutFaults(begin)();
  await world.joins(ANA, record('7'));
  await world.settle();
  rename(world, ANA, NEW);
  await world.joins(NEW, { attributes: { department: 'Finance' }, source: 'standard' });
  await world.settle();
  await world.pass(DAY_MS);
  await world.leaves(ANA, { worker: { workerId: '7' }, immediate: true });
  await world.leaves(NEW);
  await world.settle();
  await world.pass(31 * DAY_MS);
  return world;
}

export const erase = async (
  { engine, alias }: World,
  key = personKey(ANA),
  { by = OLGA, app = engine.app } = {},
): Promise<void> => erasePerson(app, alias, { key, by, reason: 'Asked for, CHG-7' });

/** All rows of the tables that are kept without end, as text. */
export async function kept({ engine }: World): Promise<string> {
  const texts: string[] = [];
  for (const name of ['ledger', 'accounts', 'subjects'])
    for await (const row of (await engine.storage.table(name)).listEntities())
      texts.push(JSON.stringify(row));
  return texts.join('\n');
}

export async function faults({ engine, alias }: World): Promise<readonly string[]> {
  const { app } = engine;
  const organization = (await app.policy()).organizations.get(alias);
  if (organization === undefined) throw new Error('There is no such organization');
  return toFaultLines(await verifyEvidenceOf(app, { alias, origin: originOf(organization) }));
}
