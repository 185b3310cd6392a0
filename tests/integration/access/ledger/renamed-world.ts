import { personSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { ANA, type useWorlds, type World } from '../world';

type Start = ReturnType<typeof useWorlds>;

export const NEW = 'ana.neu@acme.example';
export const DAY_MS = 86_400_000;
export const AUTOMATION = { attributes: { department: 'Automation' } };
export const FINANCE = { attributes: { department: 'Finance' } };
const GROUPS = ['Developers', 'Users', 'Finance'];

/** An account gets another address in UiPath. */
export function rename(world: World, from: string, to: string): void {
  const { principals } = world.engine.uipath.organization(world.alias);
  const user = principals.get(world.id(from));
  if (user?.kind !== 'user') throw new Error('There is no such account');
  principals.put({ ...user, email: to, userName: to });
}

/** Ana at work, with an account that has another address by now. */
export async function renamed(start: Start, policy = {}): Promise<World> {
  const world = await start({ policy });
  await world.joins(ANA);
  await world.settle();
  rename(world, ANA, NEW);
  return world;
}

/** The groups of Developers, Users and Finance that an account is in. */
export function groupsOf(world: World, id: string): readonly string[] {
  return GROUPS.filter((group) => world.engine.uipath.memberIds(world.alias, group).has(id));
}

/** Puts something else in place of a ledger, as another version of the program may have left it. */
export async function rewrite(
  world: World,
  email: string,
  change: (ledger: PersonLedger) => PersonLedger,
): Promise<void> {
  const subject = personSubject(world.alias, personKey(email));
  const { ledger } = world.engine.app;
  const stored = await ledger.read(subject);
  if (stored === undefined) throw new Error('There is no ledger');
  await ledger.write(subject, change(stored.value), stored, []);
}

/** Processes what was said, while the writer waits. */
export async function record({ engine }: World): Promise<void> {
  await engine.work({ ...engine.app, leases: { acquire: async () => undefined } });
}
