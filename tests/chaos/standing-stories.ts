import { hr, storyOf, ticket } from './fixed-stories';
import type { Trouble } from './standing-troubles';
import type { Event, Story } from './story';
import { GROUPS, LEAD, MINUTE_MS, PEOPLE, START_MS } from './test-organization';

const [ANA, BEN, CLEO, DAN] = PEOPLE;

/** A history written by hand in which people come, move and leave around something that stays. */
export function standingStory(events: readonly Event[], other: Partial<Story> = {}): Story {
  const all = [
    joins('ana', 0, ANA, 'Finance'),
    joins('ben', 0.1, BEN, 'Automation'),
    joins('cleo', 0.2, CLEO, 'Legal'),
    watch(1),
    ...events,
  ].toSorted((a, b) => a.atMs - b.atMs);
  return { ...storyOf(all), ...other };
}

/** Somebody comes, somebody moves and somebody leaves while it stands. */
export const PEOPLE_MEANWHILE: readonly Event[] = [
  joins('dan', 20, DAN, 'Automation'),
  watch(21),
  hr('moved', 40, { type: 'worker.moved', worker: { email: CLEO }, attributes: { department: 'Finance' } }),
  watch(41),
  leaves('ana', 60, ANA),
  watch(61),
];

export function stands(trouble: Trouble, fromMinutes = 10, untilMinutes = 120): readonly Event[] {
  return [
    { kind: 'trouble-begins', atMs: at(fromMinutes), name: 'one', trouble },
    { kind: 'trouble-ends', atMs: at(untilMinutes), name: 'one' },
    watch(untilMinutes + 60),
  ];
}

export function damaged(person: string, fromMinutes: number, untilMinutes: number): readonly Event[] {
  const damage = { row: 'person', how: 'shape', person } as const;
  return [
    { kind: 'damage', atMs: at(fromMinutes), name: 'row', damage },
    { kind: 'repair', atMs: at(untilMinutes), name: 'row' },
    watch(untilMinutes + 60),
  ];
}

export function watch(minutes: number): Event {
  return { kind: 'watch', atMs: at(minutes) };
}

export function at(minutes: number): number {
  return START_MS + minutes * MINUTE_MS;
}

export function joins(id: string, minutes: number, email: string, department: string): Event {
  return hr(`${id}-joined`, minutes, {
    type: 'worker.joined',
    worker: { email },
    attributes: { department },
  });
}

export function leaves(id: string, minutes: number, email: string): Event {
  return hr(`${id}-left`, minutes, { type: 'worker.left', worker: { email }, immediate: true });
}

export function asksForRule(id: string, minutes: number): Event {
  return ticket(id, minutes, {
    kind: 'create-rule',
    name: 'Night rule',
    definition: {
      groups: [GROUPS.users],
      conditions: [{ claimName: 'department', conditionType: 'Contains', value: 'Night' }],
    },
    owner: LEAD,
    until: new Date(at(10 * 24 * 60)).toISOString(),
  });
}
