import { ACME, BETA } from './fault-organizations';
import type { Thing } from './fault-story';
import { addRow, inGroup, isListedAsFailing, isLogged, ofPeople, retryAll, subjectOf } from './fault-tools';
import { MINUTE_MS, type FaultWorld } from './fault-world';
import type { UnitFault } from './unit-fault';

/** A row of acme that cannot be read, beside all others. */
const row = (
  unit: UnitFault['unit'],
  how: string,
  table: string,
  rowKey: string,
  partitionKey: string = ACME,
): UnitFault => ({
  unit,
  how,
  begin: async ({ world }) =>
    addRow(world, { table, partitionKey, rowKey }, { json0: '{', schemaVersion: 1 }),
  isVisible: (story) => isLogged(story, 'row-unreadable', { table }),
});

const inBeta = (thing: Thing): boolean => thing.kind === 'member' && thing.organization === BETA;

/** What is due then is the end of Tim's access and of Quinn's, and a look at Tom each minute. */
const ofTick = (how: string, diesAfter: Parameters<FaultWorld['killTicks']>[0]): UnitFault => ({
  unit: 'tick',
  how,
  begin: async (story) => {
    const { world } = story;
    await story.isGranted('tim', 3);
    const end = world.killTicks(diesAfter);
    for (let minute = 4; minute < 60; minute += 1)
      await world.app.due.schedule({ subject: subjectOf('tom'), dueAtMs: world.now() + minute * MINUTE_MS });
    return () => {
      end();
      story.grantEnds('tim');
    };
  },
  concerns: (thing) => inGroup('Asked')(thing) && ofPeople('tim', 'quinn')(thing),
  isVisible: ({ world }) => world.failures.includes('tick: died'),
});

export const OTHER_FAULTS: readonly UnitFault[] = [
  row('row', 'a mark cannot be read', 'changes', 'm:1:robot:'),
  row('row', 'a backoff cannot be read', 'backoffs', 'ffff'),
  row('row', 'a date cannot be read', 'due', '000000000000000:robot:x'),
  row('finding', 'a finding cannot be read', 'findings', 'ffff'),
  row('dead letter', 'a dead letter cannot be read', 'deliveries', 'x:ffff', 'hr:main'),
  {
    unit: 'source',
    how: 'its secret is missing',
    begin: async (story) => {
      const end = story.world.loseSecret('hr-other');
      await story.joins('otto', 'Spare', 'other');
      return end;
    },
    concerns: ofPeople('otto'),
    isVisible: ({ world }) => world.failures.includes('hr/other: secret-missing'),
  },
  {
    unit: 'source',
    how: 'its deliveries cannot be read',
    begin: async (story) => {
      await story.joins('otto', 'Spare', 'other');
      const end = story.world.storage.lose({ table: 'deliveries', partitionKey: 'hr:other' });
      return async () => {
        end();
        await retryAll(story, 'hr/other');
      };
    },
    concerns: ofPeople('otto'),
    isVisible: (story) => isLogged(story, 'unit-failed', { kind: 'source', key: 'hr/other' }),
  },
  {
    unit: 'source',
    how: 'when it was heard cannot be read',
    begin: async ({ world }) =>
      addRow(
        world,
        { table: 'deliveries', partitionKey: 'hr:other', rowKey: 'last' },
        { receivedAtMs: 'soon' },
      ),
    isVisible: () => true,
  },
  {
    unit: 'organization',
    how: 'its UiPath is away',
    begin: async (story) => {
      const end = story.world.interfere(({ organization }) => (organization === BETA ? 'reset' : undefined));
      await story.leavesBeta('bea');
      return end;
    },
    concerns: inBeta,
    leavesWithoutReport: BETA,
    isVisible: async (story) =>
      isLogged(story, 'apply-stopped', { organization: BETA }) || isListedAsFailing(story, 'phase', BETA),
  },
  {
    unit: 'organization',
    how: 'its credential is missing',
    begin: async (story) => {
      const end = story.world.loseSecret('uipath-beta');
      await story.leavesBeta('bea');
      return end;
    },
    concerns: inBeta,
    leavesWithoutReport: BETA,
    isVisible: async (story) =>
      isLogged(story, 'apply-stopped', { organization: BETA }) || isListedAsFailing(story, 'phase', BETA),
  },
  {
    unit: 'organization',
    how: 'its changes cannot be read',
    begin: async (story) => {
      await story.leavesBeta('bea');
      const end = story.world.storage.lose({ table: 'changes', partitionKey: BETA });
      return async () => {
        end();
        await retryAll(story, 'hr/beta', BETA);
      };
    },
    concerns: inBeta,
    leavesWithoutReport: BETA,
    isVisible: ({ world }) => world.failures.some((failure) => failure.endsWith('storage-unavailable')),
  },
  ofTick('its process dies when it has marked what is due', (step) => step === 'mark'),
  ofTick(
    'each third process dies before the message of the run that it booked',
    (step, tick) => step === 'book' && tick % 3 === 0,
  ),
];
