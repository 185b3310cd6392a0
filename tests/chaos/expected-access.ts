import type { Body } from './story';
import { BIRTHRIGHT, DAY_MS, personBehind, sourceOf } from './test-organization';

/**
 * What should be, written from the plain words of the contract and sharing no code with the application: HR says who works
 * here and in which department, tickets say who was allowed what and until when.
 */
export type Expected = Readonly<{
  /** Not known to HR, hired for a later day, working, gone. */
  state: 'unknown' | 'hired' | 'works' | 'gone';
  groups: ReadonlySet<string>;
}>;

type HrBody = Extract<Body, { worker: unknown }>;
type TicketBody = Extract<Body, { ticket: unknown }>;
/** `said`: when HR said it; `from`: from when it holds. */
type Word = Readonly<{
  kind: 'in' | 'out' | 'move';
  said: number;
  from: number;
  id: string;
  department: string;
}>;

export function expectedFor(
  person: string,
  bodies: readonly Body[],
  atMs: number,
  { graceDays, refused }: Readonly<{ graceDays: number; refused: ReadonlySet<string> }>,
): Expected {
  const records = recordsOf(
    bodies.filter(isHr).filter(({ worker }) => personBehind(worker.email) === person),
  );
  const state = stateOfPerson(records, atMs);
  const groups = new Set<string>();
  if (state === 'works')
    for (const words of records)
      for (const department of departmentsWithin(words, atMs, graceDays * DAY_MS))
        for (const group of BIRTHRIGHT[department] ?? []) groups.add(group);
  if (state === 'works' || state === 'unknown') {
    const tickets = once(bodies.filter(isTicket).filter((body) => !refused.has(body.id)));
    for (const group of groupsGranted(person, tickets, atMs, records)) groups.add(group);
  }
  return { state, groups };
}

/** When tickets let somebody's access to a group end, as was approved. */
export function agreedEnds(person: string, group: string, bodies: readonly Body[]): readonly number[] {
  return bodies.filter(isTicket).flatMap(({ action }) => {
    const isGrant = action.kind === 'grant' || action.kind === 'extend';
    return isGrant && action.group === group && personBehind(action.person) === person
      ? [Date.parse(action.until)]
      : [];
  });
}

/** What was said of each employment: numbers are each source's own. Where HR has no numbers, somebody has one. */
function recordsOf(bodies: readonly HrBody[]): ReadonlyArray<readonly Word[]> {
  const records = new Map<string, HrBody[]>();
  for (const body of bodies) {
    const record = `${sourceOf(body)} ${body.worker.workerId ?? ''}`;
    records.set(record, [...(records.get(record) ?? []), body]);
  }
  return [...records.values()].map((own) => once(own).map(toWord));
}

/** Somebody works as long as they do in one employment, and is gone when the last one has ended. */
function stateOfPerson(records: ReadonlyArray<readonly Word[]>, atMs: number): Expected['state'] {
  const states = new Set(records.map((words) => stateAt(words, atMs)));
  return (['works', 'gone', 'hired'] as const).find((state) => states.has(state)) ?? 'unknown';
}

export type ExpectedRule = Readonly<{ name: string; exists: boolean }>;

/** Of all that was approved about a rule the latest word counts, as long as it lasts. */
export function expectedRules(
  bodies: readonly Body[],
  atMs: number,
  refused: ReadonlySet<string>,
): readonly ExpectedRule[] {
  const latest = new Map<string, TicketBody>();
  for (const body of once(bodies.filter(isTicket))) {
    if (!('name' in body.action) || refused.has(body.id)) continue;
    const known = latest.get(body.action.name);
    if (known === undefined || said(known) < said(body)) latest.set(body.action.name, body);
  }
  return [...latest].map(([name, { action }]) => ({
    name,
    exists: action.kind === 'create-rule' && (action.until === undefined || Date.parse(action.until) > atMs),
  }));
}

function isHr(body: Body): body is HrBody {
  return 'worker' in body;
}

function isTicket(body: Body): body is TicketBody {
  return 'ticket' in body;
}

/** The same statement counts once, however often it was sent. */
function once<B extends Body>(bodies: readonly B[]): readonly B[] {
  return [...new Map(bodies.map((body) => [body.id, body])).values()];
}

function said(body: Body): number {
  return Date.parse(body.occurredAt);
}

function toWord(body: HrBody): Word {
  const base = { said: said(body), id: body.id };
  if (body.type === 'worker.left') {
    const lastDay = body.lastWorkingDay;
    const from = lastDay === undefined ? said(body) : Date.parse(`${lastDay}T00:00:00Z`) + DAY_MS;
    return { ...base, kind: 'out', from, department: '' };
  }
  const from = body.effectiveAt === undefined ? said(body) : Date.parse(body.effectiveAt);
  return {
    ...base,
    kind: body.type === 'worker.joined' ? 'in' : 'move',
    from,
    department: body.attributes.department,
  };
}

/**
 * What HR announced is called off by a later word, unless that word only tells what comes after it, or moves a start that was still
 * ahead: whoever begins on another day leaves on the day that was agreed.
 */
function comingsAndGoings(words: readonly Word[]): readonly Word[] {
  const all = words.filter((word) => word.kind !== 'move');
  const agreed = all
    .filter((word) => !isReplaced(word, all))
    .toSorted((a, b) => a.from - b.from || a.said - b.said);
  const ends = agreed.flatMap((word): readonly Word[] => {
    const saidMs = putOffAt(word, agreed, all);
    return saidMs === undefined ? [] : [{ ...word, kind: 'out', said: saidMs, from: saidMs, department: '' }];
  });
  return [...agreed, ...ends].toSorted((a, b) => a.from - b.from || a.said - b.said);
}

function isReplaced(word: Word, among: readonly Word[]): boolean {
  return among.some(
    (later) =>
      later.said > word.said &&
      word.from > later.said &&
      !movesStart(later, word, among) &&
      !among.some(
        (between) => between.kind !== word.kind && between.from > word.from && between.from <= later.from,
      ),
  );
}

/**
 * When a hire first put off a start of the last month that had come, where no going was known of before the new one: they had not begun
 * after all.
 */
function putOffAt(hire: Word, agreed: readonly Word[], all: readonly Word[]): number | undefined {
  const isAhead = (word: Word): boolean => word.kind === 'in' && word.from > word.said;
  const before = agreed.findLast((word) => word.from <= hire.said);
  if (!isAhead(hire) || before?.kind !== 'in') return undefined;
  const chain = [hire];
  for (;;) {
    const [first = hire] = chain;
    const earlier = all.filter(
      (word) => isAhead(word) && word.said > before.from && word.said < first.said && word.from > first.said,
    );
    if (earlier.length === 0) break;
    chain.unshift(earlier.reduce((a, b) => (b.said < a.said ? b : a)));
  }
  const saidMs = chain[0]?.said ?? hire.said;
  const earlier = all.filter((word) => word.said < saidMs);
  const starts = all.filter((word) => isAhead(word) && word.said >= saidMs && word.said <= hire.said);
  const latest = Math.max(...starts.map(({ from }) => from));
  const goes = all.some(
    (word) =>
      word.kind === 'out' &&
      word.said <= hire.said &&
      saidMs < word.from &&
      word.from <= latest &&
      !isReplaced(word, earlier),
  );
  const hadBegun = before.said < saidMs && saidMs - before.from <= 30 * DAY_MS;
  return hadBegun && !goes ? saidMs : undefined;
}

/** Whether a hire is the one before it on another day, which was still ahead and would have come before this end. */
function movesStart(hire: Word, end: Word, all: readonly Word[]): boolean {
  if (hire.kind !== 'in' || end.kind !== 'out') return false;
  const isCalledOff = (start: Word): boolean =>
    all.some(
      (out) => out.kind === 'out' && start.said <= out.said && out.said < end.said && out.from < start.from,
    );
  const before = all
    .filter((word) => word.kind === 'in' && word.said < hire.said && word.from < end.from)
    .filter((start) => !isCalledOff(start))
    .toSorted((a, b) => a.said - b.said)
    .at(-1);
  return before !== undefined && before.from > hire.said;
}

function stateAt(words: readonly Word[], atMs: number): Expected['state'] {
  const standing = comingsAndGoings(words);
  const now = standing.findLast((word) => word.from <= atMs);
  if (now !== undefined) return now.kind === 'in' ? 'works' : 'gone';
  if (standing[0]?.kind === 'in') return 'hired';
  return words.length === 0 ? 'unknown' : 'works';
}

function lastOut(words: readonly Word[], atMs: number): number {
  return comingsAndGoings(words).findLast((word) => word.kind === 'out' && word.from <= atMs)?.from ?? 0;
}

/** The department of an instant: the last one said for this employment. */
function departmentAt(words: readonly Word[], atMs: number): string | undefined {
  if (stateAt(words, atMs) !== 'works') return undefined;
  const hired = comingsAndGoings(words).findLast((word) => word.kind === 'in' && word.from <= atMs);
  const standing = new Set(comingsAndGoings(words));
  return words
    .filter((word) => word.kind === 'move' || standing.has(word))
    .filter((word) => word.kind !== 'out' && word.from <= atMs)
    .map((word) =>
      hired !== undefined && word.said > hired.said
        ? { ...word, from: Math.max(word.from, hired.from) }
        : word,
    )
    .filter((word) => hired === undefined || word.from >= hired.from)
    .toSorted((a, b) => a.from - b.from || a.said - b.said)
    .at(-1)?.department;
}

/** Today's department and those of the days of grace, but nothing from before the person last left. */
function departmentsWithin(words: readonly Word[], atMs: number, graceMs: number): ReadonlySet<string> {
  const since = lastOut(words, atMs);
  const changes = [...words.filter((word) => word.kind === 'move'), ...comingsAndGoings(words)]
    .map((word) => word.from)
    .filter((from) => since < from && from <= atMs && atMs < from + graceMs);
  const departments = [atMs, ...changes.map((from) => from - 1)].map((instant) =>
    departmentAt(words, instant),
  );
  return new Set(departments.filter((department) => department !== undefined));
}

/**
 * Somebody has what was approved for them as long as one of the employments that they had then goes on: it does not come back with
 * another one.
 */
function groupsGranted(
  person: string,
  tickets: readonly TicketBody[],
  atMs: number,
  records: ReadonlyArray<readonly Word[]>,
): readonly string[] {
  return tickets.flatMap((ticket) => {
    const { action } = ticket;
    if (action.kind !== 'grant' && action.kind !== 'extend') return [];
    if (personBehind(action.person) !== person || isOver(records, said(ticket), atMs)) return [];
    const from = action.validFrom === undefined ? said(ticket) : Date.parse(action.validFrom);
    if (atMs < from || atMs >= Date.parse(action.until)) return [];
    const isRevoked = tickets.some(
      (other) =>
        other.action.kind === 'revoke' &&
        personBehind(other.action.person) === person &&
        other.action.group === action.group &&
        (other.action.grantRequestId === undefined
          ? said(other) >= said(ticket)
          : other.action.grantRequestId === ticket.id),
    );
    return isRevoked ? [] : [action.group];
  });
}

/** Whether all employments ended that somebody had at an instant, as far as was known then. */
function isOver(records: ReadonlyArray<readonly Word[]>, askedAtMs: number, atMs: number): boolean {
  const wasGone = (words: readonly Word[]): boolean => {
    const latest = comingsAndGoings(words).findLast((word) => word.from <= askedAtMs);
    return latest?.kind === 'out' && latest.said > askedAtMs;
  };
  const had = records.filter((words) => stateAt(words, askedAtMs) === 'works' || wasGone(words));
  const described = had.filter((words) => words.some(({ kind }) => kind !== 'out'));
  if (wasOut(records, askedAtMs)) return true;
  const [under = []] = [described, had, records].filter(({ length }) => length > 0);
  return under.length > 0 && under.every((words) => wasGone(words) || lastOut(words, atMs) >= askedAtMs);
}

/** Somebody had gone, and nobody had said that they would begin again. */
function wasOut(records: ReadonlyArray<readonly Word[]>, atMs: number): boolean {
  const isAhead = ({ kind, said: saidMs, from }: Word): boolean =>
    kind === 'in' && saidMs <= atMs && from > atMs;
  return stateOfPerson(records, atMs) === 'gone' && !records.flat().some(isAhead);
}
