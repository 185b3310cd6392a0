import { createRandom, type Random } from './random';
import { GOOD_POST } from './post-office';
import { makeRule, makeTicket, type Granted } from './make-tickets';
import { makeWord, type Employment } from './make-words';
import type { Body, Delivery, Event, Story, Weather } from './story';
import {
  DAY_MS,
  GROUPS,
  HOUR_MS,
  MANAGED,
  PEOPLE,
  ROOMY,
  START_MS,
  TIGHT,
  type TestOrganization,
} from './test-organization';

/** A random history: what HR, tickets and people in the portal do, and in which weather. The same seed is the same history. */
export function makeStory(seed: number): Story {
  const random = createRandom(seed);
  const tight = random.chance(0.15);
  const organization: TestOrganization = {
    graceDays: random.pick([0, 0, 2]),
    limits: tight ? TIGHT : ROOMY,
    share: tight ? 1 : 0.5,
    guards: 'large',
  };
  const weather = makeWeather(random);
  const told = makeEvents(random);
  const last = Math.max(...told.map(({ atMs }) => atMs));
  const events = [...told, ...uipathTrouble(random, last)].toSorted((a, b) => a.atMs - b.atMs);
  return {
    seed,
    organization,
    weather,
    latencyMs: 0,
    events: [
      ...events,
      { kind: 'compare', atMs: last + HOUR_MS },
      { kind: 'compare', atMs: last + 45 * DAY_MS },
    ],
  };
}

const RARELY = 0.004;
const SOMETIMES = 0.02;

export function makeWeather(random: Random): Weather {
  const calm: Weather = { steps: {}, post: GOOD_POST, instances: 1 };
  const crashes = { 'crash-before': RARELY, 'crash-after': SOMETIMES } as const;
  const failures = { 'fail-before': SOMETIMES, 'fail-after': SOMETIMES, twice: SOMETIMES } as const;
  const badPost = { twice: 0.15, late: 0.15, lost: 0.05 };
  return random.pick<Weather>([
    calm,
    { ...calm, steps: crashes },
    { ...calm, steps: failures },
    { ...calm, post: badPost },
    { ...calm, instances: 2 },
    { steps: { 'lose-lease': SOMETIMES, 'jump-clock': RARELY }, post: badPost, instances: 2 },
    {
      steps: { ...crashes, ...failures, 'lose-lease': RARELY, 'jump-clock': RARELY },
      post: badPost,
      instances: 2,
    },
  ]);
}

function makeEvents(random: Random): readonly Event[] {
  const employments = new Map<string, Employment>(PEOPLE.map((person) => [person, { kind: 'unknown' }]));
  const granted: Granted[] = [];
  const events: Event[] = [];
  let atMs = START_MS;
  const count = 4 + random.int(9);
  for (let number = 1; number <= count; number += 1) {
    atMs += random.chance(0.3) ? 1_000 + random.int(20_000) : random.int(2 * DAY_MS);
    const person = random.pick(PEOPLE);
    const what = random.next();
    const id = `${number}`;
    if (what < 0.5) {
      const { body, next } = makeWord(
        random,
        `hr-${id}`,
        { email: person },
        employments.get(person) ?? { kind: 'unknown' },
        atMs,
      );
      employments.set(person, next);
      events.push(...deliveries(random, 'hr', body, atMs));
    } else if (what < 0.8)
      events.push(...deliveries(random, 'ticket', makeTicket(random, id, person, granted, atMs), atMs));
    else if (what < 0.86) events.push(...deliveries(random, 'ticket', makeRule(random, id, atMs), atMs));
    else if (what < 0.95) events.push(byHand(random, person, atMs));
    else events.push(renaming(random, atMs));
    if (random.chance(0.3)) events.push({ kind: 'tick', atMs: atMs + random.int(DAY_MS) });
  }
  return events;
}

/** Most arrive at once; some hours or days late, some twice, some again as another delivery of the same statement. */
export function deliveries(
  random: Random,
  feed: Delivery['feed'],
  body: Body,
  saidAtMs: number,
  source?: Delivery['source'],
): readonly Event[] {
  const from = source === undefined ? {} : { source };
  const lateMs = random.chance(0.2) ? random.int(2 * DAY_MS) : 0;
  const first: Event = {
    kind: 'deliver',
    atMs: saidAtMs + lateMs,
    delivery: { feed, ...from, webhookId: `msg_${body.id}`, body },
  };
  if (!random.chance(0.2)) return [first];
  const webhookId = random.chance(0.5) ? `msg_${body.id}` : `again_${body.id}`;
  const again: Event = {
    kind: 'deliver',
    atMs: first.atMs + random.int(random.chance(0.5) ? 2_000 : DAY_MS),
    delivery: { feed, ...from, webhookId, body },
  };
  return [first, again];
}

export function byHand(random: Random, person: string, atMs: number): Event {
  const group = random.pick([...MANAGED, GROUPS.old]);
  const joins = random.chance(0.6);
  return { kind: 'by-hand', atMs, group, add: joins ? [person] : [], remove: joins ? [] : [person] };
}

export function renaming(random: Random, atMs: number): Event {
  const group = random.pick(MANAGED);
  return {
    kind: 'rename',
    atMs,
    group,
    name: random.chance(0.5) ? group.toUpperCase() : group.toLowerCase(),
  };
}

/** Trouble that UiPath makes by itself, and that passes. */
export function uipathTrouble(random: Random, lastMs: number): readonly Event[] {
  const at = (): number => START_MS + random.int(lastMs - START_MS + HOUR_MS);
  const events: Event[] = [];
  if (random.chance(0.15))
    events.push({ kind: 'uipath-lag', atMs: START_MS, ms: random.pick([200, 1_500, 4_000, 90_000]) });
  if (!random.chance(0.5)) return events;
  for (let left = 1 + random.int(5); left > 0; left -= 1) {
    const times = 1 + random.int(4);
    const skip = random.int(4);
    events.push({
      kind: 'uipath-fault',
      atMs: at(),
      fault: random.pick([
        { kind: 'answer', status: 429, headers: { 'retry-after': '3' }, times, skip } as const,
        { kind: 'answer', status: 429, headers: { 'retry-after': '200' }, times, skip } as const,
        { kind: 'answer', status: 503, times, skip } as const,
        { kind: 'answer', status: 500, match: { endpoint: 'G4' }, times } as const,
        { kind: 'answer', status: 403, times: 1, skip } as const,
        { kind: 'reset', times, skip } as const,
        { kind: 'reset', match: { endpoint: 'G4' }, times } as const,
        { kind: 'answer-lost', how: 'reset', match: { endpoint: 'G4' }, times } as const,
        { kind: 'answer-lost', how: 'gateway-timeout', match: { endpoint: 'G4' }, times } as const,
        { kind: 'answer-lost', how: 'reset', match: { endpoint: 'R2' }, times: 1 } as const,
        { kind: 'truncate', times, skip } as const,
        { kind: 'html', times: 1, skip } as const,
      ]),
    });
  }
  return events;
}
