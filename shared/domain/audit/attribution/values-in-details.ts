import { fold } from '../../fold';
import { ACTOR_KEYS } from './find-mention-in-event';
import { actsIn, type LoggedEvent } from './logged-event';

type LoggedValue = LoggedEvent['values'][number];

/** Deeper than any log that is known: what is below is not looked at. */
const MOST_LEVELS = 12;
/** Names that say nothing of the thing in them. */
const WRAPPER = /^(?:data|details?|payload|items?|entries|objects?|resources?|values?|changes?|properties)$/;
/** Names that say which of a thing's texts it is, and not what the thing is. */
const OF_A_THING =
  /^(?:ids?|identifier|guid|key|name|displayname|username|identityname|email|emailaddress|type|value)$/;

/**
 * Every value of the details of an event, with the name that it stands under. What stands in a list stands under the name of the list,
 * and the id or name of an object under that of the object: `members: [{ id }]` is a `memberId`. In lists of additions or removals the
 * name says so: `added: [{ user: { id } }]` is a `userIdAdded`; in whoever acted too: `addedBy: { user: { id } }` is an `actorUserId`.
 */
export function valuesInDetails(details: unknown): readonly LoggedValue[] {
  const values: LoggedValue[] = [];
  const collect = (value: unknown, place: PlaceInDetails, level: number): void => {
    if (typeof value === 'string' || typeof value === 'number')
      values.push({ key: place.key, value: String(value).normalize('NFC') });
    if (typeof value !== 'object' || value === null || level > MOST_LEVELS) return;
    for (const [name, one] of Object.entries(value))
      collect(one, Array.isArray(value) ? place : placeWithin(place, name), level + 1);
  };
  collect(details, { key: '', thing: '', list: '' }, 0);
  return values;
}

/** `thing`: the name of the nearest object around. `list`: whether it is among additions, removals, or whoever acted. */
type PlaceInDetails = Readonly<{ key: string; thing: string; list: '' | 'Added' | 'Removed' | 'actor' }>;

function placeWithin(around: PlaceInDetails, name: string): PlaceInDetails {
  const { thing, list } = around;
  const isTextOfThing = thing !== '' && OF_A_THING.test(fold(name));
  const key = isTextOfThing ? `${singular(thing)}${capital(name)}` : name;
  const within = listIn(name) || list;
  return {
    key: within === 'actor' && !ACTOR_KEYS.test(fold(key)) ? `actor${capital(key)}` : withAct(key, within),
    thing: WRAPPER.test(fold(name)) ? thing : name,
    list: within,
  };
}

function listIn(name: string): PlaceInDetails['list'] {
  if (ACTOR_KEYS.test(fold(name))) return 'actor';
  const acts = actsIn(name);
  if (acts.has('added') === acts.has('removed')) return '';
  return acts.has('added') ? 'Added' : 'Removed';
}

function withAct(key: string, list: PlaceInDetails['list']): string {
  return list === '' || list === 'actor' || listIn(key) !== '' ? key : `${key}${list}`;
}

function singular(name: string): string {
  return name.replace(/ies$/, 'y').replace(/(?<!s)s$/, '');
}

function capital(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
