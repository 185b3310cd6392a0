import { byHand, deliveries, makeWeather, renaming, uipathTrouble } from './make-story';
import { makeRule, makeTicket, type Granted } from './make-tickets';
import { makeWord, type Employment } from './make-words';
import { GOOD_POST } from './post-office';
import { createRandom, type Random } from './random';
import type { Damage } from './damaged-rows';
import type { Trouble } from './standing-troubles';
import type { Event, Story, Weather } from './story';
import {
  DAY_MS,
  HOUR_MS,
  MANAGED,
  MINUTE_MS,
  PEOPLE,
  ROOMY,
  START_MS,
  TIGHT,
  type TestOrganization,
} from './test-organization';

/** Keeps the histories of the two kinds apart where they have the same seed. */
const OTHER_SEEDS = 1_000_003;
const SLICE_SEEDS = 2_000_000;

/** A random history of faults that stay, alone and two at a time, of slow calls and of weather. The same seed is the same history. */
export function makeStandingStory(seed: number): Story {
  const random = createRandom(seed + OTHER_SEEDS);
  const latencyMs = random.pick([0, 0, 150, 150, 2_000, 18_000]);
  const tight = random.chance(0.1);
  const organization: TestOrganization = {
    graceDays: random.pick([0, 0, 2]),
    limits: tight ? TIGHT : ROOMY,
    share: tight ? 1 : 0.5,
    guards: random.chance(0.3) ? 'small' : 'large',
    ...makeSlices(createRandom(seed + SLICE_SEEDS), latencyMs),
  };
  const told = makeChapters(random, organization.guards === 'small');
  const last = Math.max(...told.map(({ atMs }) => atMs));
  const weather = makeHardWeather(random, latencyMs);
  const extra = random.chance(0.2) ? uipathTrouble(random, last) : [];
  return {
    seed,
    organization,
    weather,
    latencyMs,
    events: [
      ...[...told, ...extra].toSorted((a, b) => a.atMs - b.atMs),
      { kind: 'compare', atMs: last + HOUR_MS },
      { kind: 'compare', atMs: last + 45 * DAY_MS },
    ],
  };
}

/** A few people a pass and little time a run, so that work comes in parts. A run has time for what one person needs. */
function makeSlices(random: Random, latencyMs: number): Pick<TestOrganization, 'peoplePerPass' | 'runMs'> {
  return {
    ...(random.chance(0.4) ? { peoplePerPass: 1 + random.int(3) } : {}),
    ...(latencyMs <= 2_000 && random.chance(0.3) ? { runMs: 60_000 } : {}),
  };
}

/** Half of the time only what stands is wrong, so that delays can be judged. */
function makeHardWeather(random: Random, latencyMs: number): Weather {
  // While one process waits for UiPath, another takes up what comes.
  const instances = latencyMs > 0 || random.chance(0.3) ? 2 : 1;
  if (random.chance(0.5)) return { steps: {}, post: GOOD_POST, instances };
  const stalls: Weather = { steps: { stall: 0.01, 'lose-lease': 0.01 }, post: GOOD_POST, instances };
  return random.chance(0.3) ? stalls : { ...makeWeather(random), instances };
}

type Told = {
  readonly random: Random;
  readonly employments: Map<string, Employment>;
  readonly granted: Granted[];
  said: number;
};

/** In each chapter one or two troubles begin, people are told about while they stand, and they end, or not. */
function makeChapters(random: Random, hasHolds: boolean): readonly Event[] {
  const told: Told = {
    random,
    employments: new Map(PEOPLE.map((person) => [person, { kind: 'unknown' }])),
    granted: [],
    said: 0,
  };
  const events: Event[] = makeWords(told, START_MS, 1 + random.int(3));
  let atMs = START_MS + HOUR_MS;
  for (let chapter = 1 + random.int(3); chapter > 0; chapter -= 1) {
    atMs += random.int(2 * DAY_MS);
    const names = random.chance(0.5) ? ['one'] : ['one', 'other'];
    if (hasHolds && random.chance(0.7)) {
      events.push(...makeWave(told, atMs));
      if (random.chance(0.6)) events.push({ kind: 'release', atMs: atMs + random.int(3 * HOUR_MS) });
    }
    for (const name of names) {
      const beginsAtMs = atMs + random.int(random.chance(0.5) ? 1_000 : 20 * MINUTE_MS);
      if (random.chance(0.35)) {
        events.push({
          kind: 'damage',
          atMs: beginsAtMs,
          name: `${name} of ${chapter}`,
          damage: makeDamage(random),
        });
        continue;
      }
      events.push({
        kind: 'trouble-begins',
        atMs: beginsAtMs,
        name: `${name} of ${chapter}`,
        trouble: makeTrouble(random),
      });
    }
    for (let part = 1 + random.int(2); part > 0; part -= 1) {
      const words = makeWords(told, atMs, 1 + random.int(3));
      const lastMs = Math.max(...words.map((event) => event.atMs));
      events.push(...words, { kind: 'watch', atMs: lastMs + 1_000 });
      atMs = lastMs + random.int(2 * HOUR_MS) + 20 * MINUTE_MS;
    }
    for (const name of names) {
      // A few outlast what is told.
      const endsAtMs = atMs + (random.chance(0.8) ? 0 : random.int(8 * HOUR_MS));
      for (const kind of ['trouble-ends', 'repair'] as const)
        events.push({ kind, atMs: endsAtMs, name: `${name} of ${chapter}` });
    }
    if (random.chance(0.4)) events.push({ kind: 'watch', atMs: atMs + HOUR_MS });
    if (random.chance(0.1)) events.push({ kind: 'delete-group', atMs, group: random.pick(MANAGED) });
  }
  return events;
}

function makeDamage(random: Random): Damage {
  return {
    row: random.pick(['person', 'person', 'mark', 'attempt', 'hold', 'backoff']),
    how: random.pick(['shape', 'newer', 'unsaid']),
    person: random.pick(PEOPLE),
  };
}

/** HR says something of everybody at once. */
function makeWave(told: Told, atMs: number): Event[] {
  return PEOPLE.flatMap((person) => {
    told.said += 1;
    const before = told.employments.get(person) ?? { kind: 'unknown' };
    const saidAtMs = atMs + told.random.int(5_000);
    const { body, next } = makeWord(told.random, `hr-${told.said}`, { email: person }, before, saidAtMs);
    told.employments.set(person, next);
    return deliveries(told.random, 'hr', body, saidAtMs);
  });
}

function makeTrouble(random: Random): Trouble {
  const group = random.pick(MANAGED);
  const person = random.pick(PEOPLE);
  return random.pick<Trouble>([
    { kind: 'put-fails', group },
    { kind: 'put-unanswered', group },
    { kind: 'put-half-made', group },
    { kind: 'members-unreadable', group },
    { kind: 'name-unreadable', person },
    { kind: 'groups-unreadable' },
    { kind: 'rules-fail' },
    { kind: 'all-unavailable' },
    { kind: 'renewals-fail' },
  ]);
}

/** A few things that are said, or done by hand, within a minute or some. */
function makeWords(told: Told, fromMs: number, count: number): Event[] {
  const { random, employments, granted } = told;
  const events: Event[] = [];
  let atMs = fromMs;
  for (let left = count; left > 0; left -= 1) {
    atMs += random.chance(0.7) ? 500 + random.int(20_000) : random.int(20 * MINUTE_MS);
    told.said += 1;
    const id = `${told.said}`;
    const person = random.pick(PEOPLE);
    const what = random.next();
    if (what < 0.6) {
      const word = makeWord(
        random,
        `hr-${id}`,
        { email: person },
        employments.get(person) ?? { kind: 'unknown' },
        atMs,
      );
      employments.set(person, word.next);
      events.push(...deliveries(random, 'hr', word.body, atMs));
    } else if (what < 0.87)
      events.push(...deliveries(random, 'ticket', makeTicket(random, id, person, granted, atMs), atMs));
    else if (what < 0.92) events.push(...deliveries(random, 'ticket', makeRule(random, id, atMs), atMs));
    else if (what < 0.97) events.push(byHand(random, person, atMs));
    else events.push(renaming(random, atMs));
  }
  return events;
}
