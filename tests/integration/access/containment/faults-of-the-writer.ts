import { ACME, emailOf } from './fault-organizations';
import type { Story } from './fault-story';
import { TICK_MS } from './fault-world';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import {
  damageRow,
  groupIdOf,
  idOf,
  inGroup,
  isDead,
  isListedAsFailing,
  isLogged,
  ofPeople,
  onGroup,
  retryAll,
  stateRowOf,
  subjectOf,
} from './fault-tools';
import type { UnitFault } from './unit-fault';
import { keyHolder } from '../../../fixtures/key-holder';

/** Somebody of a group that fails leaves, and somebody joins it: both are concerned in that group only. */
const meetsSlow = async (story: Story): Promise<void> => {
  await story.leaves('sam');
  await story.joins('sven', 'Slow');
};

const ofGroup = (
  how: string,
  answer: number | 'reset',
  isMeant: (path: string, method: string) => boolean,
): UnitFault => ({
  unit: 'group',
  how,
  begin: async (story) => {
    const end = story.world.interfere(
      onGroup(story.world, 'Slow', answer, ({ path, method }) => isMeant(path, method)),
    );
    await meetsSlow(story);
    return end;
  },
  concerns: inGroup('Slow'),
  isVisible: async (story) => isListedAsFailing(story, 'group'),
});

const isPut = (_path: string, method: string): boolean => method === 'PUT';
const isCheck = (path: string): boolean => path.endsWith('/CheckMembers');

/** Removes two of Held at once, which its guard holds, and has a person release that. */
async function holdTwo(story: Story): Promise<void> {
  await story.moves('hal', 'Spare');
  await story.moves('hana', 'Spare');
  await story.world.live(2 * TICK_MS);
}

async function releaseHeld({ world }: Story): Promise<void> {
  for (const { hash, state } of await world.app.holds.list(ACME))
    if (state === 'held') await releaseHold(world.app, ACME, hash, keyHolder('olga'));
}

/** A row of a person that cannot be read, and the word that they leave. */
const unreadablePerson = (how: string, damage: Readonly<Record<string, unknown>>): UnitFault => ({
  unit: 'person',
  how,
  begin: async (story) => {
    const repair = await damageRow(story.world, stateRowOf('dora'), damage);
    await story.leaves('dora');
    return async () => {
      await repair();
      await retryAll(story, 'hr/main');
    };
  },
  concerns: ofPeople('dora'),
  isVisible: async (story) => isDead(story),
});

export const WRITER_FAULTS: readonly UnitFault[] = [
  ofGroup('changes of its members fail', 500, isPut),
  ofGroup('changes of its members are not answered', 'reset', isPut),
  ofGroup('changes of its members are forbidden', 403, isPut),
  ofGroup('its members cannot be looked up', 500, isCheck),
  ofGroup('nothing about it is answered', 'reset', () => true),
  {
    unit: 'group',
    how: 'its size cannot be read while a guard asks for it',
    begin: async (story) => {
      const { world } = story;
      const end = world.interfere(onGroup(world, 'Sized', 500, ({ path }) => path.endsWith('/Members')));
      await story.leaves('sid');
      await story.leaves('sara');
      return end;
    },
    concerns: inGroup('Sized'),
    isVisible: async (story) => isListedAsFailing(story, 'guard'),
  },
  unreadablePerson('their row is cut off', { json0: '{"email":' }),
  unreadablePerson('their row is of a newer version', { schemaVersion: 2 }),
  {
    unit: 'person',
    how: 'their row has another shape, and something about them is due',
    begin: async ({ world }) => {
      const repair = await damageRow(world, stateRowOf('dora'), { json0: '[]' });
      await world.app.due.schedule({ subject: subjectOf('dora'), dueAtMs: world.now(), lane: 'urgent' });
      return repair;
    },
    concerns: ofPeople('dora'),
    isVisible: async (story) => isListedAsFailing(story, 'person'),
  },
  {
    unit: 'person',
    how: 'their name cannot be looked up',
    begin: async (story) => {
      const end = story.world.interfere(({ path, body }) =>
        path.includes('/Directory/') && body.includes(emailOf('nell')) ? 500 : undefined,
      );
      await story.joins('nell', 'Spare');
      return end;
    },
    concerns: ofPeople('nell'),
    isVisible: async (story) => isListedAsFailing(story, 'person'),
  },
  {
    unit: 'attempt',
    how: 'whether it was made cannot be looked up',
    begin: async (story) => {
      const { world } = story;
      const end = world.interfere(onGroup(world, 'Stuck', 500, ({ path }) => isCheck(path)));
      await beginAttempt(story, 'Stuck');
      return end;
    },
    concerns: inGroup('Stuck'),
    isVisible: async (story) => isListedAsFailing(story, 'attempt'),
  },
  {
    unit: 'attempt',
    how: 'its group was deleted',
    begin: async (story) => {
      const { world } = story;
      await beginAttempt(story, 'Gone');
      world.uipath.organization(ACME).groups.delete(groupIdOf(world, 'Gone'));
      return () => undefined;
    },
    isVisible: (story) => isLogged(story, 'attempt-recovered'),
  },
  {
    unit: 'attempt',
    how: 'the rules cannot be listed',
    begin: async ({ world }) => {
      const end = world.interfere(({ organization, method, path }) =>
        organization === ACME && method === 'GET' && path.includes('/api/Rule/') ? 403 : undefined,
      );
      const fence = await world.app.changes.takeFence(ACME);
      await world.app.changes.begin(ACME, fence, {
        kind: 'create-rule',
        id: `${String(world.now()).padStart(15, '0')}-x`,
        subjectKey: 'k',
        name: 'Lost rule',
        description: '',
        contentHash: '',
        startedAtMs: world.now(),
      });
      return end;
    },
    isVisible: async (story) => isListedAsFailing(story, 'attempt'),
  },
  {
    unit: 'hold',
    how: 'what was released cannot be made',
    begin: async (story) => {
      const { world } = story;
      await holdTwo(story);
      const end = world.interfere(onGroup(world, 'Held', 500, ({ method }) => method === 'PUT'));
      await releaseHeld(story);
      return end;
    },
    concerns: inGroup('Held'),
    isVisible: async (story) => (await isListedAsFailing(story, 'hold')) || isListedAsFailing(story, 'group'),
  },
  {
    unit: 'hold',
    how: 'a hold cannot be read',
    begin: async (story) => {
      const { world } = story;
      await holdTwo(story);
      const [held] = await world.app.holds.list(ACME, 'held');
      if (held === undefined) throw new Error('Nothing is held');
      const repair = await damageRow(
        world,
        { table: 'plans', partitionKey: ACME, rowKey: held.hash },
        { json0: '{' },
      );
      return async () => {
        await repair();
        await releaseHeld(story);
      };
    },
    concerns: inGroup('Held'),
    isVisible: (story) => isLogged(story, 'row-unreadable', { table: 'plans' }),
  },
  {
    unit: 'rule',
    how: 'it cannot be created',
    begin: async (story) => {
      const end = story.world.interfere(({ path, body }) =>
        path.endsWith('/api/Rule') && body.includes('Bad rule') ? 500 : undefined,
      );
      await story.asksForRule('Bad rule');
      return end;
    },
    concerns: (thing) => thing.kind === 'rule' && thing.name === 'Bad rule',
    isVisible: async (story) =>
      (await isListedAsFailing(story, 'rule')) || isListedAsFailing(story, 'attempt'),
  },
  {
    unit: 'entity',
    how: 'it cannot be added',
    begin: async (story) => {
      const id = idOf(story.world, 'quinn');
      const end = story.world.interfere(({ path, body }) =>
        path.includes('/PartitionAccessPolicy/') && body.includes(id) ? 500 : undefined,
      );
      await story.asksForEntry('quinn');
      return end;
    },
    concerns: (thing) => thing.kind === 'entry' && thing.name === 'quinn',
    isVisible: async (story) => isListedAsFailing(story, 'entity'),
  },
];

/** A call of a writer that died, which put Stan into a group; nobody says that it was made. */
async function beginAttempt({ world }: Story, group: string): Promise<void> {
  const fence = await world.app.changes.takeFence(ACME);
  await world.app.changes.begin(ACME, fence, {
    kind: 'membership',
    id: `${String(world.now()).padStart(15, '0')}-${group}`,
    groupId: groupIdOf(world, group),
    groupName: group,
    add: [{ personKey: subjectOf('stan').key, memberId: idOf(world, 'stan') }],
    remove: [],
    planHash: '',
    startedAtMs: world.now(),
  });
}
