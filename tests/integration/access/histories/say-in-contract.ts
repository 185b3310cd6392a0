import { entraUser, patchOf, scimClient } from '../../../fixtures/scim-client';
import type { World } from '../world';
import { dateOf, DAY_MS, firstDayMs, type Said } from './history';

const requests = { approvers: ['ben.lead@acme.example'] };

/** Two sources of employments, one whose leavings mean the person, and one that provisions accounts. */
export const HISTORY_POLICY = {
  leaver: { groups: 'managed' },
  groups: {
    Developers: {},
    Users: {},
    Finance: { requests },
    Treasury: { privileged: true, requests: { ...requests, longestDays: 90 } },
  },
  sources: {
    agency: { secret: 'agency' },
    core: { secret: 'core', leaving: 'person' },
    directory: { format: 'scim', secret: 'directory-token', may: ['joiner', 'mover', 'leaver'] },
  },
};

/** Says a word in the standard contract, or by SCIM, at the time of its day, whenever it arrives. */
export async function sayInContract(world: World, word: Said): Promise<void> {
  const { day, says, record, human, on, email, department, source } = word;
  if (source === 'directory') return switchAccount(world, word);
  const saidAtMs = Math.min(world.engine.clock.now(), firstDayMs + day * DAY_MS + 8 * 3_600_000 + 60_000);
  const about = {
    saidAtMs,
    source: source ?? 'standard',
    worker: record === '' ? {} : { workerId: record, personId: human },
  };
  if (says === 'deletes') throw new Error('The contract knows no deletion');
  if (says === 'leaves')
    return world.leaves(email, {
      ...about,
      ...(on === undefined ? { immediate: true } : { lastWorkingDay: dateOf(on) }),
    });
  const attributes = { department: department ?? 'Automation' };
  const effectiveAt = on === undefined ? {} : { effectiveAt: `${dateOf(on)}T00:00:00Z` };
  return says === 'joins'
    ? world.joins(email, { ...about, attributes, ...effectiveAt })
    : world.moves(email, { ...about, attributes, ...effectiveAt });
}

/** The identity provider posts an account once, and switches it from then on. */
async function switchAccount(world: World, { says, email }: Said): Promise<void> {
  const client = scimClient(world);
  const found = await client.send('GET', `/Users?filter=userName eq "${email}"`);
  const [user] = (found.body['Resources'] ?? []) as Array<Readonly<{ id: string }>>;
  const switched = patchOf({ op: 'Replace', path: 'active', value: says !== 'leaves' });
  const answer =
    user === undefined
      ? await client.send('POST', '/Users', entraUser(email))
      : says === 'deletes'
        ? await client.send('DELETE', `/Users/${user.id}`)
        : await client.send('PATCH', `/Users/${user.id}`, switched);
  if (answer.status >= 300) throw new Error(`The account was not switched: ${answer.status}`);
}
