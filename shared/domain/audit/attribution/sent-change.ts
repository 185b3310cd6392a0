import { HOUR_MS } from '../../durations';
import { fold } from '../../fold';
import { isGuid } from '../../guid';
import { mentionOf, withoutNames, ACTOR_KEYS } from './find-mention-in-event';
import { actsIn, type Act, type LoggedEvent } from './logged-event';

/** A change that was sent to UiPath: of a group's members, of a rule, or of the access policy, which has neither id nor name. */
export type SentChange = Readonly<{
  thing: 'group' | 'rule' | 'access-policy';
  act: 'created' | 'changed' | 'deleted';
  id?: string | undefined;
  name?: string | undefined;
  /** Ids of members or entries. */
  added: readonly string[];
  removed: readonly string[];
}>;

/** A change and when it was about to be sent. */
export type NotedChange = SentChange & Readonly<{ atMs: number }>;

/** Between a note and what UiPath logs: retries, late answers, and clocks that differ. */
export const LOGGED_WITHIN_MS = HOUR_MS;

/** What is no change: who signs in, and who only looks. */
const SIGN_IN = /authenticat|\blog[- ]?(?:in|out|on|off)|\bsign[- ]?(?:in|out|on|off)|\btokens?\b/i;
const LOOK = /\b(?:view|read|download|export|search|quer|list)/i;
/** Under which names of details the ids of what was added or removed stand. */
const MEMBER_KEYS = /member|user|principal|entit|robot|directory|to(?:add|remove)|(?:added|removed)/;
const ID_KEYS = { group: /groupids?/, rule: /^(?:rule)?id$/ };

/** Events of this application that none of its own changes explains. */
export function unexplainedEvents(
  events: readonly LoggedEvent[],
  changes: readonly NotedChange[],
): readonly LoggedEvent[] {
  const byThing = new Map<string, NotedChange[]>();
  for (const change of changes) {
    const key = [change.thing, change.id, fold(change.name ?? '')].join(' ');
    byThing.set(key, [...(byThing.get(key) ?? []), change]);
  }
  return events.filter((event) => {
    if (!event.isOwn || isNoChange(event)) return false;
    return ![...byThing.values()].some((same) => {
      const near = same.filter(({ atMs }) => Math.abs(event.atMs - atMs) <= LOGGED_WITHIN_MS);
      return near.length > 0 && isAbout(event, near) && near.some((change) => explains(change, event));
    });
  });
}

function isNoChange({ text, values }: LoggedEvent): boolean {
  if (SIGN_IN.test(text.split('\n').slice(0, 2).join('\n'))) return true;
  return LOOK.test(text) && actsIn([text, ...values.map(({ key }) => key)].join('\n')).size === 0;
}

/** All of them are of one thing. */
function isAbout(event: LoggedEvent, [change]: readonly NotedChange[]): boolean {
  if (change === undefined) return false;
  const { thing, id, name } = change;
  if (thing === 'access-policy') return /polic|restrict|allow/i.test(event.text);
  const ids = id === undefined ? [] : [id];
  const names = name === undefined ? [] : [fold(name)];
  const asked = { ids, names, longerNames: [], idKeys: ID_KEYS[thing], objectKeys: undefined };
  return mentionOf(event, asked) !== undefined;
}

const ACTS: Readonly<Record<SentChange['act'], readonly Act[]>> = {
  created: ['created', 'added', 'changed'],
  changed: ['changed'],
  deleted: ['deleted', 'removed'],
};

function explains(change: NotedChange, event: LoggedEvent): boolean {
  const { act, name, added, removed } = change;
  const said = withoutNames(event, name === undefined ? [] : [name]);
  const acts = actsIn(said);
  const may = new Set([
    ...ACTS[act],
    ...(added.length > 0 ? (['added', 'created'] as const) : []),
    ...(removed.length > 0 ? (['removed', 'deleted'] as const) : []),
  ]);
  if (acts.size > 0 && ![...acts].some((one) => may.has(one))) return false;
  return event.values.every(({ key, value }) => isOfChange(change, acts, { key, value, event }));
}

/** An id that an event says was added or removed is one of those that were sent so. */
function isOfChange(
  { id, added, removed }: NotedChange,
  acts: ReadonlySet<Act>,
  { key, value, event }: LoggedEvent['values'][number] & Readonly<{ event: LoggedEvent }>,
): boolean {
  const name = fold(key);
  const isMember = MEMBER_KEYS.test(name) && !ACTOR_KEYS.test(name) && isGuid(value);
  const one = fold(value);
  if (!isMember || one === id || event.actorNames.some((actor) => fold(actor) === one)) return true;
  const keyActs = actsIn(key);
  const told = keyActs.has('added') || keyActs.has('removed') ? keyActs : acts;
  const isAddition = told.has('added') || told.has('created');
  const isRemoval = told.has('removed') || told.has('deleted');
  const either = isAddition === isRemoval;
  return (
    ((either || isAddition) && added.some((sent) => fold(sent) === one)) ||
    ((either || isRemoval) && removed.some((sent) => fold(sent) === one))
  );
}
