import { deliveries, byHand, makeWeather, uipathTrouble } from './make-story';
import { makeTicket, type Granted } from './make-tickets';
import { makeWord, type Employment } from './make-words';
import { createRandom, type Random } from './random';
import type { Body, Delivery, Event, Story } from './story';
import {
  DAY_MS,
  DEPARTMENTS,
  HOUR_MS,
  MINUTE_MS,
  newAddressOf,
  PEOPLE,
  ROOMY,
  START_MS,
  TIGHT,
  type TestOrganization,
} from './test-organization';

/** Keeps the histories of the kinds apart where they have the same seed. */
const OTHER_SEEDS = 3_000_017;
type Source = NonNullable<Delivery['source']>;

/** One employment as the books of its source have it. */
type WorkerRecord = {
  readonly workerId: string;
  readonly source: Source;
  employment: Employment;
  saidMs: number;
  /** Its source has spoken of it under the address of before. */
  isUnderOld: boolean;
};

type Told = Readonly<{
  random: Random;
  records: Map<string, WorkerRecord[]>;
  granted: Granted[];
  /** From when on each of HR's sources, and UiPath, knows somebody under their new address. */
  renamed: ReadonlyMap<string, Readonly<Record<Source | 'uipath', number>>>;
}>;

/**
 * A random history of people with several employments, one after the other or side by side, in two sources, and with new addresses.
 * The same seed is the same history.
 */
export function makeRecordsStory(seed: number): Story {
  const random = createRandom(seed + OTHER_SEEDS);
  const tight = random.chance(0.1);
  const organization: TestOrganization = {
    graceDays: random.pick([0, 0, 2]),
    limits: tight ? TIGHT : ROOMY,
    share: tight ? 1 : 0.5,
    guards: 'large',
    hasAgency: true,
  };
  const weather = makeWeather(random);
  const told = makeEvents(random);
  const last = Math.max(...told.map(({ atMs }) => atMs));
  const trouble = random.chance(0.4) ? uipathTrouble(random, last) : [];
  return {
    seed,
    organization,
    weather,
    latencyMs: 0,
    events: [
      ...[...told, ...trouble].toSorted((a, b) => a.atMs - b.atMs),
      { kind: 'compare', atMs: last + HOUR_MS },
      { kind: 'compare', atMs: last + 45 * DAY_MS },
    ],
  };
}

function makeEvents(random: Random): readonly Event[] {
  const told: Told = {
    random,
    records: new Map(PEOPLE.map((person) => [person, []])),
    granted: [],
    renamed: makeRenamings(random),
  };
  const events: Event[] = [];
  let atMs = START_MS;
  const count = 6 + random.int(12);
  for (let number = 1; number <= count; number += 1) {
    atMs += random.chance(0.3) ? 1_000 + random.int(20_000) : random.int(2 * DAY_MS);
    const person = random.pick(PEOPLE);
    const what = random.next();
    if (what < 0.68 || !isLinked(told, person))
      events.push(...makeWordAbout(told, person, `${number}`, atMs));
    else if (what < 0.92) events.push(...makeTicketAbout(told, person, `${number}`, atMs));
    else events.push(byHand(random, person, atMs));
    if (random.chance(0.3)) events.push({ kind: 'tick', atMs: atMs + random.int(DAY_MS) });
  }
  const last = Math.max(...events.map((event) => event.atMs));
  return [...events, ...tellNewAddresses(told, last + MINUTE_MS)];
}

function makeRenamings(random: Random): Told['renamed'] {
  const people = PEOPLE.filter(() => random.chance(0.4));
  return new Map(
    people.map((person) => {
      const fromMs = START_MS + random.int(8 * DAY_MS);
      const at = (): number => fromMs + (random.chance(0.3) ? 0 : random.int(2 * DAY_MS));
      return [person, { standard: at(), agency: at(), uipath: at() }];
    }),
  );
}

function addressAt({ renamed }: Told, person: string, knownTo: Source | 'uipath', atMs: number): string {
  return (renamed.get(person)?.[knownTo] ?? Infinity) <= atMs ? newAddressOf(person) : person;
}

/** A source says something of one of somebody's employments, or of a new one. */
function makeWordAbout(told: Told, person: string, id: string, atMs: number): readonly Event[] {
  const { random } = told;
  const own = told.records.get(person) ?? [];
  const begins = own.length === 0 || (own.length < 3 && random.chance(0.3));
  const record = begins ? beginRecord(told, person, own) : random.pick(own);
  const worker = { email: addressAt(told, person, record.source, atMs), workerId: record.workerId };
  record.isUnderOld ||= worker.email === person;
  const wordId = wordIdOf(record, id);
  const { body, next } =
    backdatedEnd(random, record, wordId, worker, atMs) ??
    makeWord(random, wordId, worker, record.employment, atMs);
  if (record.employment.kind === 'unknown' || record.employment.kind === 'gone') record.saidMs = atMs;
  record.employment = next;
  return deliveries(random, 'hr', body, atMs, record.source);
}

/** Shows its source, as `sourceOf` reads it. */
function wordIdOf({ source }: WorkerRecord, id: string): string {
  return `${source === 'agency' ? 'agency' : 'hr'}-${id}`;
}

function beginRecord({ random }: Told, person: string, own: WorkerRecord[]): WorkerRecord {
  const source = random.chance(0.6) ? 'standard' : 'agency';
  // Numbers are each source's own: those of two may be the same.
  const number = own.filter((other) => other.source === source).length + 1;
  const workerId = `${PEOPLE.indexOf(person as (typeof PEOPLE)[number]) + 1}0${number}`;
  const record: WorkerRecord = {
    workerId,
    source,
    employment: { kind: 'unknown' },
    saidMs: 0,
    isUnderOld: false,
  };
  own.push(record);
  return record;
}

/** HR notices that somebody has been gone for a day or two. */
function backdatedEnd(
  random: Random,
  { employment, saidMs }: WorkerRecord,
  id: string,
  worker: Extract<Body, { worker: unknown }>['worker'],
  atMs: number,
): Readonly<{ body: Body; next: Employment }> | undefined {
  if (employment.kind !== 'working' || employment.leavesAtMs !== undefined) return undefined;
  const day = Math.floor((atMs - DAY_MS - random.int(DAY_MS)) / DAY_MS) * DAY_MS;
  if (day <= saidMs + 5 * DAY_MS || !random.chance(0.3)) return undefined;
  return {
    body: {
      schemaVersion: 1,
      id,
      occurredAt: new Date(atMs).toISOString(),
      type: 'worker.left',
      worker,
      lastWorkingDay: new Date(day).toISOString().slice(0, 10),
    },
    next: { kind: 'gone' },
  };
}

/** Who has a new address is known by it to nobody, unless HR spoke of them under both. */
function isLinked({ records, renamed }: Told, person: string): boolean {
  return !renamed.has(person) || records.get(person)?.some(({ isUnderOld }) => isUnderOld) === true;
}

/** Requesters name somebody as UiPath has them. */
function makeTicketAbout(told: Told, person: string, id: string, atMs: number): readonly Event[] {
  const { random, granted } = told;
  const ticket = makeTicket(random, id, person, granted, atMs);
  const { action } = ticket;
  if (!('person' in action)) return deliveries(random, 'ticket', ticket, atMs);
  const named = { ...action, person: addressAt(told, action.person, 'uipath', atMs) };
  return deliveries(random, 'ticket', { ...ticket, action: named }, atMs);
}

/** In the end every source has told everybody's new address, of each employment, and UiPath has it. */
function tellNewAddresses(told: Told, lastMs: number): readonly Event[] {
  const { random } = told;
  const events: Event[] = [];
  for (const [person, { uipath }] of told.renamed) {
    const records = told.records.get(person) ?? [];
    if (records.length === 0) continue;
    events.push({ kind: 'rename-account', atMs: uipath, person });
    const tellsAtMs = Math.max(lastMs, uipath) + random.int(3 * DAY_MS);
    for (const [index, record] of records.entries()) {
      const { workerId, source } = record;
      const saidMs = tellsAtMs + index * MINUTE_MS;
      const body: Body = {
        schemaVersion: 1,
        id: wordIdOf(record, `${person.slice(0, 3)}-${index}`),
        occurredAt: new Date(saidMs).toISOString(),
        type: 'worker.moved',
        worker: { email: newAddressOf(person), workerId },
        attributes: { department: random.pick(DEPARTMENTS) },
      };
      events.push({
        kind: 'deliver',
        atMs: saidMs,
        delivery: { feed: 'hr', source, webhookId: `msg_${body.id}`, body },
      });
    }
  }
  return events;
}
