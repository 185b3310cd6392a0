import { randomUUID } from 'node:crypto';
import { parse } from 'yaml';
import { bodyTextOf } from '../../../../sandbox/vendors/body-text';
import { hrBodies } from '../../../../sandbox/vendors/hr-bodies';
import {
  finchRecords,
  personioRecords,
  successFactorsJob,
  workerRecords,
  type Worker,
} from '../../../../sandbox/vendors/workers';
import { acceptDelivery } from '../../../../shared/access/intake/accept-delivery';
import type { Instance } from '../../../fixtures/engine-instance';
import { ANA, postingOf, vendorSenders, type VendorSender } from '../../../fixtures/webhooks/vendor-senders';
import type { useWorlds, World } from '../world';
import { dateOf, playHistory, SEED, type History, type Said } from './history';
import { HISTORY_POLICY } from './say-in-contract';

const OWN = ['Developers', 'Users'];
const FINANCE = ['Finance', 'Users'];
const BOTH = ['Developers', 'Finance', 'Users'];
const [R1, R2] = [{ record: '601' }, { record: '602' }];
const inFinance = { department: 'Finance' };

/** What every system with worker ids can say. A last day of work ends with the day. */
export const SOURCE_HISTORIES: readonly History[] = [
  {
    number: 1,
    title: 'a second record begins, then the first ends',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'joins', ...R2, ...inFinance },
      { day: 4, says: 'leaves', ...R1 },
    ],
    at: { 1: OWN, 3: BOTH, 5: FINANCE },
  },
  {
    number: 2,
    title: 'the first ended before the second began, and that is said later',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 4, says: 'joins', ...R2, ...inFinance },
      { day: 5, says: 'leaves', ...R1, on: 3 },
    ],
    at: { 6: FINANCE },
  },
  {
    number: 4,
    title: 'a rehire under the same number',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1 },
      { day: 5, says: 'joins', ...R1, ...inFinance },
    ],
    at: { 4: [], 6: FINANCE },
  },
  {
    number: 5,
    title: 'a rehire under a new number',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1 },
      { day: 5, says: 'joins', ...R2, ...inFinance },
    ],
    at: { 4: [], 6: FINANCE },
  },
  {
    number: 12,
    title: 'a new address in UiPath and then in HR, and they leave under it',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 3, says: 'moves', ...R1, address: 'B' },
      { day: 5, says: 'leaves', ...R1, address: 'B' },
    ],
    acts: [{ day: 2, does: 'renames' }],
    at: { 4: OWN, 6: [] },
  },
  {
    number: 24,
    title: 'a leaving, then a move of the same record',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1 },
      { day: 4, says: 'moves', ...R1, ...inFinance },
    ],
    at: { 3: [], 5: [] },
  },
  {
    number: 28,
    title: 'a backdated end',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 6, says: 'leaves', ...R1, on: 4 },
    ],
    at: { 5: OWN, 7: [] },
  },
];

/** What the API of a system answers for somebody. */
function recordOf(format: string, worker: Worker): object {
  switch (format) {
    case 'bamboohr':
    case 'hibob':
    case 'rippling':
      return workerRecords[format](worker);
    case 'personio':
      return { person: personioRecords.person(worker), employment: personioRecords.employment(worker) };
    case 'finch':
      return {
        individual: finchRecords['/employer/individual'](worker),
        employment: finchRecords['/employer/employment'](worker),
      };
    default:
      return {
        ...successFactorsJob(worker),
        employmentNav: {},
        status: worker.active ? 'active' : 'inactive',
      };
  }
}

/** How the books of a system change by a word. */
function afterWord(before: Worker | undefined, { day, says, record, on, email, department }: Said): Worker {
  const known = before ?? { ...ANA, id: record, startDate: dateOf(day) };
  const next = { ...known, email, department: department ?? known.department };
  if (says === 'joins') return { ...next, active: true, startDate: dateOf(on ?? day), endDate: undefined };
  return says === 'leaves' ? { ...next, active: false, endDate: dateOf(on ?? day) } : next;
}

const KINDS = { joins: 'joiner', moves: 'mover', leaves: 'leaver' } as const;

/** Posts the raw bytes of a system, signed as it signs, and answers for its API. */
function createSayer(world: World, sender: VendorSender): (of: World, word: Said) => Promise<void> {
  const { app } = world.engine;
  const { format, secret, fetchBack } = sender;
  const books = new Map<string, Worker>();
  let asked = '';
  const instance: Instance = {
    ...app,
    secrets: {
      ...app.secrets,
      read: async (name) =>
        name === 'main' ? { current: secret, previous: undefined } : app.secrets.read(name),
    },
    ...(fetchBack === undefined
      ? {}
      : {
          fetchBackOf: () => ({
            ...fetchBack,
            worker: async () => recordOf(format, books.get(asked) ?? { ...ANA, active: false }),
          }),
        }),
  };
  return async (_world, word) => {
    if (word.says === 'deletes') throw new Error('Not every source says that');
    const worker = afterWord(books.get(word.record), word);
    books.set(word.record, worker);
    asked = word.record;
    const atMs = world.engine.clock.now();
    const said = hrBodies[format as keyof typeof hrBodies]({ kind: KINDS[word.says], worker, atMs });
    const { headers, body } = postingOf(sender, { body: bodyTextOf(format, said), atMs, id: randomUUID() });
    const rawBody = Buffer.from(body);
    await acceptDelivery(instance, {
      feed: 'hr',
      source: 'main',
      headers: new Headers(headers),
      rawBody,
      receivedAtMs: atMs,
    });
    await world.engine.finish({ instances: [instance] });
  };
}

/** Who proves itself by a token only, and is not asked back, may say no leaving; identity providers know no worker ids. */
export const SOURCES_WITH_IDS = vendorSenders.filter(
  ({ feed, signs, fetchBack }) => feed === 'hr' && (signs || fetchBack !== undefined),
);

/** The groups at the days that a history looks at, as a source tells it in its own bytes. */
export async function playFromSource(
  begin: ReturnType<typeof useWorlds>,
  sender: VendorSender,
  history: History,
): Promise<History['at']> {
  const settings = parse(sender.settings) as object | null;
  const main = { format: sender.format, secret: 'main', ...settings };
  const world = await begin({ policy: { ...HISTORY_POLICY, sources: { main } }, seed: SEED });
  return (await playHistory(world, history, createSayer(world, sender))).at;
}
