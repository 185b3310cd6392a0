import { entraUser, scimClient } from '../../../fixtures/scim-client';
import { addAccount, DAY_MS, NEW, record } from '../desk/joined-by-mistake';
import { HISTORY_POLICY } from '../histories/say-in-contract';
import { ANA, BEN, type useWorlds, type World } from '../world';
import { record as processWords } from './renamed-world';

type Start = ReturnType<typeof useWorlds>;

export const OWN = ['Developers', 'Users'];
const requests = { approvers: [BEN] };
/** Four groups that people may ask for. */
export const FOUR_GROUPS = {
  ...HISTORY_POLICY,
  groups: {
    Developers: { requests },
    Users: { requests },
    Finance: { requests },
    Treasury: { requests },
  },
};

/** Ana at work, and an account that an identity provider posted under an address that HR does not know yet. */
export async function posted(
  start: Start,
  policy: Readonly<Record<string, unknown>> = HISTORY_POLICY,
): Promise<Readonly<{ world: World; first: string; second: string; userId: string }>> {
  const world = await start({ policy });
  await world.joins(ANA, record('7'));
  await world.settle();
  const second = addAccount(world, NEW);
  const { body } = await scimClient(world).send('POST', '/Users', entraUser(NEW));
  await world.settle();
  await world.pass(DAY_MS);
  return { world, first: world.id(ANA), second, userId: String(body['id']) };
}

/** HR says that Ana's record has the new address, and no writer comes to it yet. */
export async function tells(world: World): Promise<void> {
  await world.moves(NEW, record('7'));
  await processWords(world);
}

/** A request for a group, of a year or so. */
export async function asksFor(world: World, id: string, group: string, person: string): Promise<void> {
  await world.asks(id, { kind: 'grant', person, group, duration: 'P300D' });
}
