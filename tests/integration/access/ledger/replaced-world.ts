import { addAccount, DAY_MS } from '../desk/joined-by-mistake';
import { MINUTE_MS } from '../live-through-time';
import { ANA, BEN, type World } from '../world';

const requests = { approvers: [BEN] };
/** The groups of `groupsOf`, of which one is privileged. */
export const POLICY = {
  groups: {
    Developers: { requests },
    Users: { requests },
    Finance: { requests },
    Treasury: { requests, privileged: true },
  },
};

export const asks = async (world: World, id: string, group: string, person = ANA): Promise<void> =>
  world.asks(id, { kind: 'grant', person, group, duration: 'P300D' });

let titles = 0;

/** HR says something of a record when a look-up is believed no more, so that its person is looked up again. */
export async function lookUp(
  world: World,
  { email = ANA, workerId = '7', department = 'Automation' } = {},
): Promise<void> {
  await world.pass(8 * DAY_MS);
  titles += 1;
  await world.moves(email, { worker: { workerId }, attributes: { department, title: `t${titles}` } });
  await world.settle();
  await world.pass(MINUTE_MS);
  await world.pass(MINUTE_MS);
}

/** The account of an address is deleted, and another one is made; returns its id. */
export function replace(world: World, account: string, email = ANA): string {
  const { principals } = world.engine.uipath.organization(world.alias);
  const now = addAccount(world, email);
  principals.remove(account);
  return now;
}
