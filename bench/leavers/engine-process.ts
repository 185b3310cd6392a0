import { z } from 'zod';
import { workerJoined, workerLeft } from '../../sandbox/events';
import { bookMarkedRun } from '../../shared/access/ledger/mark-and-book-writer-run';
import type { AppDeps } from '../../shared/app-deps';
import { DAY_MS } from '../../shared/domain/durations';
import { largestOf } from '../../shared/domain/extremes';
import { personKey } from '../../shared/domain/person-key';
import { mapConcurrently } from '../../shared/map-concurrently';
import { assembleApplication, passLatency, type Application } from '../application';
import { rounded, type Figures } from '../benchmark';
import { manualClock, type ManualClock } from '../manual-clock';
import { play, type Happening } from '../timeline';
import type { EngineAnswer, EngineOrder, TimeQuestion } from './engine-messages';

/** Webhooks of one such moment arrive side by side. */
const MOMENT_MS = 100;
const SENDERS = 16;
const LONGEST_MS = 2 * DAY_MS;

/** The application and its queues in a process of their own, so that their memory is their own: storage and UiPath are elsewhere. */
process.once('message', (order: EngineOrder) => {
  carryOut(order).then(say, (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exit(1);
  });
});

function say(answer: EngineAnswer): void {
  process.send?.(answer);
}

async function carryOut(order: EngineOrder): Promise<EngineAnswer> {
  const clock = manualClock(order.nowMs);
  const seen: Seen = { heldAtMs: new Map(), startedAt: undefined, askedAt: undefined };
  const application = observed(order, clock, seen);
  process.on('message', (question: TimeQuestion) => {
    void tellTime(question, order, clock, application);
  });
  const figures =
    order.task.kind === 'plan'
      ? await planOnce(application, order, clock, seen)
      : await storm(application, order, clock, seen);
  const holds = await application.app.holds.list(order.organization, 'held');
  return {
    kind: 'done',
    figures: {
      ...figures,
      peakMemoryMb: rounded(process.resourceUsage().maxRSS / 1024, 1),
      holds: holds.length,
    },
    held: holds.flatMap(({ removals }) => removals.map(({ groupId, memberId }) => `${groupId}/${memberId}`)),
  };
}

async function tellTime(
  { call }: TimeQuestion,
  { latencyMs }: EngineOrder,
  clock: ManualClock,
  { work }: Application,
): Promise<void> {
  if (latencyMs > 0) await passLatency(clock, latencyMs, work);
  say({ kind: 'time', call, nowMs: clock.now() });
}

type Seen = {
  /** When a removal of a person was held first, by person key. */
  readonly heldAtMs: Map<string, number>;
  /** Real time of the first look at the marks, and when a guard was asked. */
  startedAt: number | undefined;
  askedAt: number | undefined;
};

function observed(order: EngineOrder, clock: ManualClock, seen: Seen): Application {
  const alter = (app: AppDeps): AppDeps => ({
    ...app,
    changes: {
      ...app.changes,
      listMarks: async (organization, most) => {
        seen.startedAt ??= performance.now();
        return app.changes.listMarks(organization, most);
      },
    },
    holds: {
      ...app.holds,
      list: async (organization, ...states) => {
        if (states.includes('held')) seen.askedAt ??= performance.now();
        return app.holds.list(organization, ...states);
      },
      putUnlessReleased: async (organization, hold) => {
        const isPut = await app.holds.putUnlessReleased(organization, hold);
        for (const { personKey: key } of hold.removals)
          if (isPut && !seen.heldAtMs.has(key)) seen.heldAtMs.set(key, clock.now());
        return isPut;
      },
    },
  });
  const { connectionString, signingSecret, task } = order;
  return assembleApplication(connectionString, signingSecret, clock, {
    alter,
    ...(task.kind === 'plan' ? { uipathFetch: answeredFromMemory(new Map(task.memberships)) } : {}),
  });
}

/** UiPath's own time is not the application's: which groups somebody is in is answered at once. Each list of groups is read once. */
function answeredFromMemory(groupsOf: ReadonlyMap<string, readonly string[]>): typeof globalThis.fetch {
  const lists = new Map<string, ReadonlySet<string>>();
  return async (input, init) => {
    const isAsked = typeof input === 'string' && input.includes('/api/Directory/GroupMembership/');
    if (!isAsked || typeof init?.body !== 'string') return fetch(input, init);
    const [, userId, list] = /^\{"userId":"([^"]+)","groupIds":(\[.*\])\}$/.exec(init.body) ?? [];
    if (userId === undefined || list === undefined) throw new Error('Another question than this one is read');
    const asked = lists.get(list) ?? new Set(IdsSchema.parse(JSON.parse(list)));
    lists.set(list, asked);
    const within = (groupsOf.get(userId) ?? []).filter((id) => asked.has(id));
    return Response.json(within.map((identifier) => ({ identifier })));
  };
}

const IdsSchema = z.array(z.string());

async function planOnce(
  application: Application,
  { organization }: EngineOrder,
  clock: ManualClock,
  seen: Seen,
): Promise<Figures> {
  await bookMarkedRun(application.app, organization, 'urgent', clock.now());
  await play({ ...application, clock }, [], LONGEST_MS);
  if (seen.startedAt === undefined || seen.askedAt === undefined) throw new Error('No guard was asked');
  return { planSeconds: rounded((seen.askedAt - seen.startedAt) / 1000) };
}

async function storm(
  application: Application,
  { task, nowMs }: EngineOrder,
  clock: ManualClock,
  { heldAtMs }: Seen,
): Promise<Figures> {
  if (task.kind !== 'storm') throw new Error('Nothing is to arrive');
  const moments = new Map<number, Array<() => object>>();
  const at = (afterMs: number, body: () => object): void => {
    const moment = nowMs + Math.floor(afterMs / MOMENT_MS) * MOMENT_MS;
    const bodies = moments.get(moment) ?? [];
    bodies.push(body);
    moments.set(moment, bodies);
  };
  for (const { email, afterMs } of task.leavers) at(afterMs, () => workerLeft(email));
  for (const { email, attributes, afterMs } of task.joiners)
    at(afterMs, () => workerJoined(email, attributes));
  const happenings = [...moments].map(([atMs, bodies]): Happening => ({
    atMs,
    run: async () => {
      await mapConcurrently(bodies, SENDERS, async (body) => application.post(body()));
      if ((atMs - nowMs) % 10_000 === 0)
        say({ kind: 'progress', line: `${(atMs - nowMs) / 1000} s of the export` });
    },
  }));
  await play({ ...application, clock }, happenings, LONGEST_MS);
  const waits = task.leavers.flatMap(({ email, afterMs }) => {
    const atMs = heldAtMs.get(personKey(email));
    return atMs === undefined ? [] : [(atMs - nowMs - afterMs) / 1000];
  });
  const most = largestOf(waits, undefined);
  return { heldPeople: waits.length, heldAfterVirtualSeconds: most === undefined ? null : rounded(most) };
}
