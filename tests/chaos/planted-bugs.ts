import { AppError } from '../../shared/errors';
import type { PersonLedger } from '../../shared/domain/ledger/person-ledger';
import type { Stored } from '../../shared/storage/ledger';
import type { WebhookFormat } from '../../shared/webhooks/webhook-format';
import type { Instance } from '../fixtures/engine-instance';
import type { HistoryStorage } from './history-storage';
import { createMemoryTable } from '../fixtures/memory-storage/table';
import { withGroups } from './bent-instances';
import type { Bug, PlayOptions } from './play';
import type { Story, Weather } from './story';
import { GOOD_POST } from './post-office';
import { ROOMY, START_MS, TIGHT } from './test-organization';

/** Mistakes that the application does not make, made in its place, each with the weather in which it matters. */
export type PlantedBug = Readonly<{
  weather: Partial<Weather>;
  organization?: Story['organization'];
  /** Trouble that the bug needs to show. */
  events?: Story['events'];
  options: Pick<PlayOptions, 'bug' | 'storageOf'>;
}>;

const crashes: Partial<Weather> = { steps: { 'crash-after': 0.03 } };
const calm: Partial<Weather> = {};
const roomy = { graceDays: 0, limits: ROOMY, share: 0.5, guards: 'large' } as const;

export const PLANTED_BUGS: Readonly<Record<string, PlantedBug>> = {
  'a mark is cleared although the person was marked again': {
    weather: { instances: 2 },
    options: {
      bug: (instance) => ({
        ...instance,
        changes: {
          ...instance.changes,
          clearMark: async (mark) => {
            const marks = await instance.changes.listMarks(mark.subject.organization, 1_000);
            const now = marks.find(({ subject }) => subject.key === mark.subject.key);
            await instance.changes.clearMark(now ?? mark);
          },
        },
      }),
    },
  },
  'a call is made before its intent is stored': {
    weather: crashes,
    options: {
      bug: (instance) => ({ ...instance, changes: { ...instance.changes, begin: async () => undefined } }),
    },
  },
  'what was left open is not settled': {
    weather: crashes,
    options: {
      bug: (instance) => ({ ...instance, changes: { ...instance.changes, listAttempts: async () => [] } }),
    },
  },
  'a lost answer is taken for a refusal': {
    weather: { steps: { 'fail-after': 0.03 } },
    options: {
      bug: withGroups((groups) => ({
        ...groups,
        updateMembers: async (update) => {
          try {
            return await groups.updateMembers(update);
          } catch (error) {
            if (!(error instanceof AppError) || error.code !== 'uipath-outcome-unknown') throw error;
            throw new AppError('uipath-rejected', 'Taken for a refusal', { cause: error });
          }
        },
      })),
    },
  },
  'the end of one grant takes away what another still gives': {
    weather: calm,
    options: {
      bug: withPerson((ledger, nowMs) => ({
        ...ledger,
        grants: onlyGroupsWithoutEndedGrants(ledger, nowMs),
      })),
    },
  },
  'the word that arrives last wins': {
    weather: calm,
    options: {
      bug: (instance, { clock }) => ({
        ...instance,
        formatOf: (feed, format) => {
          const source = instance.formatOf(feed, format);
          return source === undefined ? undefined : saidOnArrival(source, clock.now);
        },
      }),
    },
  },
  'several writers work at once': {
    weather: { instances: 2, post: { twice: 0.5, late: 0, lost: 0 } },
    options: {
      bug: (instance) => ({
        ...instance,
        leases: {
          acquire: async () => ({
            signal: new AbortController().signal,
            renew: async () => undefined,
            release: async () => undefined,
          }),
        },
        changes: {
          ...instance.changes,
          begin: async (organization, _fence, attempt) =>
            instance.changes.begin(organization, await instance.changes.takeFence(organization), attempt),
        },
      }),
    },
  },
  'what was spent of the quota is forgotten with the process': {
    weather: { steps: { 'crash-after': 0.02 } },
    organization: { graceDays: 0, limits: TIGHT, share: 0.5, guards: 'large' },
    options: { storageOf: withOwnQuota },
  },
  'a change leaves no evidence': {
    weather: calm,
    options: {
      bug: (instance) => ({
        ...instance,
        ledger: {
          ...instance.ledger,
          write: async (subject, next, read, evidence) =>
            instance.ledger.write(
              subject,
              next,
              read,
              evidence.filter(({ kind }) => kind !== 'membership-removed'),
            ),
        },
      }),
    },
  },
  'a group is written with the name it used to have': {
    weather: calm,
    options: {
      bug: withGroups((groups) => ({
        ...groups,
        updateMembers: async (update) => groups.updateMembers({ ...update, name: capitalized(update.name) }),
      })),
    },
  },
  'a leaver stays in the groups that nobody manages': {
    weather: calm,
    options: {
      bug: withGroups((groups) => ({
        ...groups,
        list: async () => (await groups.list()).filter(({ name }) => name !== 'Old Stuff'),
      })),
    },
  },
  'a date that comes is not looked at': {
    weather: calm,
    options: {
      bug: (instance) => ({ ...instance, due: { ...instance.due, schedule: async () => undefined } }),
    },
  },
  'a delivery whose message was lost is not sent again': {
    weather: { post: { ...GOOD_POST, lost: 0.3 } },
    options: {
      bug: (instance) => ({
        ...instance,
        deliveries: { ...instance.deliveries, listResends: async () => [] },
      }),
    },
  },
  'a read that fails is taken for nobody': {
    weather: calm,
    events: [
      {
        kind: 'uipath-fault',
        atMs: START_MS + 19 * 60_000,
        fault: { kind: 'answer', status: 503, match: { endpoint: 'G7' }, times: 8 },
      },
    ],
    options: {
      bug: withGroups((groups) => ({
        ...groups,
        checkMembers: async (groupId, ids) =>
          groups.checkMembers(groupId, ids).catch(() => new Set<string>()),
      })),
    },
  },
};

/** The story with a bug's weather. */
export function underBug(story: Story, { weather, organization = roomy, events = [] }: PlantedBug): Story {
  const still: Weather = { steps: {}, post: GOOD_POST, instances: 1 };
  return {
    ...story,
    organization,
    weather: { ...still, ...weather },
    events: [...story.events, ...events].toSorted((a, b) => a.atMs - b.atMs),
  };
}

/** Bends what is read of a person; what is written of them stays as it is. */
function withPerson(change: (ledger: PersonLedger, nowMs: number) => PersonLedger): Bug {
  return (instance, { clock }) => {
    const { read } = instance.ledger;
    const bent: Instance['ledger']['read'] = async (subject) => {
      const stored = await read(subject);
      if (subject.kind !== 'person' || stored === undefined) return stored;
      const person = stored as unknown as Stored<PersonLedger>;
      return { ...stored, value: change(person.value, clock.now()) } as unknown as typeof stored;
    };
    return { ...instance, ledger: { ...instance.ledger, read: bent } };
  };
}

function onlyGroupsWithoutEndedGrants(ledger: PersonLedger, nowMs: number): PersonLedger['grants'] {
  const ended = new Set(
    ledger.grants.filter(({ validUntilMs = Infinity }) => validUntilMs <= nowMs).map(({ group }) => group),
  );
  return ledger.grants.filter(({ group }) => !ended.has(group));
}

function saidOnArrival(source: WebhookFormat, now: () => number): WebhookFormat {
  return {
    ...source,
    parse: (...args) => {
      const meanings = source.parse(...args);
      if (meanings === 'ignored') return meanings;
      return meanings.map((meaning) =>
        meaning.kind === 'worker-event'
          ? { ...meaning, event: { ...meaning.event, occurredAtMs: now() } }
          : meaning,
      );
    },
  };
}

function withOwnQuota(storage: HistoryStorage): HistoryStorage {
  const own = createMemoryTable();
  return { ...storage, table: async (name) => (name === 'quota' ? own : storage.table(name)) };
}

function capitalized(name: string): string {
  return name.toLowerCase().replaceAll(/\b\w/g, (letter) => letter.toUpperCase());
}
