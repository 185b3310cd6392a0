import type { Stage } from '../../../chaos/play';
import { ACME, BETA, STAFF, type Name } from './fault-organizations';
import { createStory, type Department, type Story } from './fault-story';
import { HOUR_MS, MINUTE_MS, openFaultWorld, TICK_MS } from './fault-world';
import type { EndFault, UnitFault } from './unit-fault';

export type Lasting = Readonly<{ fault: UnitFault; how: 'passes' | 'stays' }>;

const PASSES_MS = 7 * MINUTE_MS;
const STAYS_MS = 3 * HOUR_MS;
const TWO_TICKS_MS = 2 * TICK_MS;
/** Long before anything is said or looked at, three of four ticks are left out: half of the time of a case goes into them. */
const CALM_TICK_MS = 4 * TICK_MS;
const BUSY_BEFORE_MS = 4 * TICK_MS;
/** The longest backoff is half an hour; whatever was late is done so long after the last fault ended. */
const CONVERGES_WITHIN_MS = 45 * MINUTE_MS;

/** Words about whom no fault concerns, by minutes after the faults began: each has to be in force two ticks later. */
const UNCONCERNED: ReadonlyArray<readonly [minute: number, say: (story: Story) => Promise<void>]> = [
  [2, async (story) => story.joins('ada', 'Calm')],
  [2, async (story) => story.leaves('cara')],
  [9, async (story) => story.isGranted('cleo', 60 * 24)],
  [9, async (story) => story.isGranted('quinn', 36 - 9)],
  [36, async (story) => story.grantEnds('quinn')],
  [36, async (story) => story.joins('ann', 'Quiet')],
  [36, async (story) => story.leaves('carl')],
  [36, async (story) => story.joinsBeta('bob')],
  [77, async (story) => story.moves('cora', 'Quiet')],
  [77, async (story) => story.asksForRule('Calm rule')],
  [111, async (story) => story.asksForEntry('cleo')],
  [111, async (story) => story.leavesBeta('bea')],
  [163, async (story) => story.joins('art', 'Calm')],
  [163, async (story) => story.leaves('ada')],
];
const AUDIT_MINUTE = 40;
const VISIBLE_WITHIN_MS = HOUR_MS;

/** Plays faults side by side from their beginning to when all is as it should be, and returns what was not. */
export async function playFaults(stage: Stage, lasting: readonly Lasting[]): Promise<readonly string[]> {
  const world = openFaultWorld(stage);
  const story = createStory(world);
  const wrong: string[] = [];
  const faults = lasting.map(({ fault }) => fault);
  for (const [name, department] of Object.entries(STAFF) as Array<[Name, Department | undefined]>)
    if (department !== undefined) await story.joins(name, department);
  await story.joinsBeta('bea');
  await world.live(2 * TWO_TICKS_MS);
  wrong.push(...story.differences(() => false).map((difference) => `before: ${difference}`));

  const startMs = world.now();
  const open: Array<Readonly<{ fault: UnitFault; endsAtMs: number; end: EndFault }>> = [];
  for (const { fault, how } of lasting)
    open.push({
      fault,
      endsAtMs: startMs + (how === 'passes' ? PASSES_MS : STAYS_MS),
      end: await fault.begin(story),
    });
  const lastMs = Math.max(...open.map(({ endsAtMs }) => endsAtMs));
  const isConcerned: Parameters<Story['differences']>[0] = (thing) =>
    faults.some((fault) => fault.concerns?.(thing) === true);
  const unseen = new Set(faults);
  const look = async (): Promise<void> => {
    for (const fault of unseen) if (await fault.isVisible(story)) unseen.delete(fault);
  };
  const liveUntil = async (atMs: number): Promise<void> => {
    const calmMs = atMs - BUSY_BEFORE_MS - world.now();
    if (calmMs > 0) await world.live(calmMs, CALM_TICK_MS);
    if (atMs > world.now()) await world.live(atMs - world.now());
  };
  const moments = [
    ...UNCONCERNED.map(([minute]) => startMs + minute * MINUTE_MS),
    ...open.map(({ endsAtMs }) => endsAtMs),
    startMs + AUDIT_MINUTE * MINUTE_MS,
    startMs + VISIBLE_WITHIN_MS,
  ].filter((atMs) => atMs <= lastMs);
  for (const atMs of [...new Set(moments)].toSorted((a, b) => a - b)) {
    await liveUntil(atMs);
    const minute = (atMs - startMs) / MINUTE_MS;
    if (minute === AUDIT_MINUTE) await world.audit();
    if (minute <= 60) await look();
    for (const { end, endsAtMs } of open) if (endsAtMs === atMs) await end();
    const words = UNCONCERNED.filter(([at]) => at === minute);
    for (const [, say] of words) await say(story);
    if (words.length === 0) continue;
    await world.live(TWO_TICKS_MS);
    wrong.push(
      ...story
        .differences(isConcerned)
        .map((difference) => `two ticks after ${minute} minutes: ${difference}`),
    );
  }
  for (const { fault, how } of lasting)
    if (how === 'stays' && unseen.has(fault)) wrong.push(`not visible within an hour: ${fault.how}`);
  if (lastMs > startMs + AUDIT_MINUTE * MINUTE_MS)
    for (const organization of [ACME, BETA])
      if (
        faults.every(({ leavesWithoutReport }) => leavesWithoutReport !== organization) &&
        (await world.app.reports.read(organization, 'latest')) === undefined
      )
        wrong.push(`${organization} has no report`);

  await liveUntil(world.now() + CONVERGES_WITHIN_MS);
  wrong.push(...story.differences(() => false).map((difference) => `in the end: ${difference}`));
  wrong.push(...(await leftOver(story)));
  return wrong;
}

/** What is still to be done although nothing is wrong any more. */
async function leftOver({ world }: Story): Promise<readonly string[]> {
  const { app } = world;
  const left: string[] = [];
  for (const organization of [ACME, BETA]) {
    for (const { unit, code } of await app.backoffs.list(organization))
      left.push(
        `in the end: ${organization} has a backoff of ${unit.kind} ${unit.name ?? unit.key}, ${code}`,
      );
    for (const { subject } of await app.changes.listMarks(organization, 100))
      left.push(`in the end: ${organization} has a mark of ${subject.kind} ${subject.key}`);
    for (const attempt of await app.changes.listAttempts(organization))
      left.push(`in the end: ${organization} has an open attempt of ${attempt.kind}`);
  }
  for (const { queue } of world.queued()) left.push(`in the end: a message of ${queue} waits`);
  return left;
}
