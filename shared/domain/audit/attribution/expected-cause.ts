import { ADMINISTRATORS_GROUP_ID } from '../../plan/hard-stops';
import { fold } from '../../fold';
import type { CheckId } from '../check-catalog';
import type { Finding } from '../finding';
import type { Act } from './logged-event';
import type { MentionedThing } from './find-mention-in-event';
import { createNameIndex, type NameIndex } from './name-index';
import { valueOr, type Snapshot } from '../snapshot';

/** Names and ids that UiPath gives to what findings are about. Names are folded. */
export type KnownNames = Readonly<{
  groupIds: ReadonlyMap<string, string>;
  /** Of groups, rules and entries of the access policy. */
  all: NameIndex;
  /** Accounts for emergencies, by address. */
  accountIds: ReadonlyMap<string, string>;
}>;

/** What an event must name and say to have caused a finding: one of `by`, and none of `notBy` beside it. */
export type Cause = Readonly<{
  things: readonly MentionedThing[];
  by: readonly Act[];
  notBy: readonly Act[];
  /** What the event is about in UiPath's words, where names alone would not tell. */
  about: RegExp | undefined;
}>;

type Direction = Pick<Cause, 'by' | 'notBy'>;

const CAME: Direction = { by: ['added', 'created'], notBy: ['removed', 'deleted'] };
const WENT: Direction = { by: ['removed', 'deleted'], notBy: ['added', 'created'] };
const MADE: Direction = { by: ['created'], notBy: ['added', 'removed', 'deleted', 'changed'] };
const NAMED: Direction = { by: ['created', 'renamed'], notBy: ['added', 'removed', 'deleted', 'changed'] };
const UNNAMED: Direction = { by: ['deleted', 'renamed'], notBy: ['added', 'removed', 'created', 'changed'] };
const ALTERED: Direction = { by: ['changed', 'renamed'], notBy: ['created', 'deleted'] };
const GONE: Direction = { by: ['deleted', 'removed'], notBy: ['created', 'changed'] };
const GIVES: Direction = { by: ['created', 'changed', 'added'], notBy: ['deleted', 'removed'] };

/** Checks whose findings a change in UiPath causes. What time, HR or this application causes has no author there. */
const DIRECTIONS: Readonly<Partial<Record<CheckId, Direction>>> = {
  'member-without-reason': CAME,
  'member-missing': WENT,
  'member-after-grant': CAME,
  'leaver-present': CAME,
  'duties-conflict': CAME,
  'group-missing': UNNAMED,
  'group-unlisted': NAMED,
  'administrator-unknown': CAME,
  'administrator-unagreed': CAME,
  'administrator-gone': WENT,
  'break-glass-missing': WENT,
  'policy-entity-unexpected': CAME,
  'policy-entity-missing': WENT,
  'policy-entity-broad': CAME,
  'rule-altered': ALTERED,
  'rule-missing': GONE,
  'rule-unknown': MADE,
  'rule-re-adds': GIVES,
  'rule-fills-privileged': GIVES,
  'rule-matches-nearly-everybody': GIVES,
  'external-in-privileged-group': CAME,
  'machine-in-privileged-group': CAME,
};

/** Under which names of details the id of a thing stands. */
const ID_KEYS = {
  member: /^(?:member|user|principal|entity|account|client|directory\w*|robot\w*)ids?/,
  group: /groupids?/,
  rule: /^(?:rule)?id$/,
  entity: /^(?:entity|user|group|application|client)ids?/,
};

/** Under which names of details that stands which was acted upon, for what may also act: `memberName`, `usersToAdd`, not `addedBy`. */
const OBJECT_KEYS = /member|^(?:entity|target)|to(?:add|remove)(?:id|name|email)?$|(?:added|removed)(?!by)/;

/** The cause that a finding is expected to have; undefined when no change in UiPath causes it. */
export function expectedCauseOf(
  { check, subject }: Pick<Finding, 'check' | 'subject'>,
  known: KnownNames,
): Cause | undefined {
  const direction = directionOf(check, subject);
  if (direction === undefined) return undefined;
  const { entity, ruleId, rule } = subject;
  if (entity !== undefined) return { ...direction, things: [entityIn(known, entity)], about: /polic|allow/i };
  if (ruleId !== undefined)
    return { ...direction, things: [thingOf(known, 'rule', [ruleId], present(rule))], about: /rule/i };
  const { memberId, account, name, group, other, groupId } = subject;
  const isAdministrators = check.startsWith('administrator-') || check === 'break-glass-missing';
  const groups = present(group, other, isAdministrators ? 'administrators' : undefined);
  const groupIds = isAdministrators
    ? [ADMINISTRATORS_GROUP_ID]
    : present(groupId, ...groups.map((one) => known.groupIds.get(fold(one))));
  const memberIds = present(memberId, known.accountIds.get(account ?? ''));
  const members = present(name, account);
  return {
    ...direction,
    things: [
      ...(memberIds.length + members.length === 0 ? [] : [thingOf(known, 'member', memberIds, members)]),
      thingOf(known, 'group', groupIds, groups),
    ],
    about: undefined,
  };
}

function entityIn(known: KnownNames, entity: string): MentionedThing {
  const colon = entity.indexOf(':');
  const name = entity.slice(colon + 1);
  const id = entity.startsWith('group:') ? known.groupIds.get(name) : undefined;
  return thingOf(known, 'entity', present(id), [name]);
}

function thingOf(
  known: KnownNames,
  kind: keyof typeof ID_KEYS,
  ids: readonly string[],
  said: readonly string[],
): MentionedThing {
  const names = said.map(fold);
  const longerNames = names.flatMap((name) => known.all.around(name));
  const objectKeys = kind === 'member' || kind === 'entity' ? OBJECT_KEYS : undefined;
  return { ids, names, longerNames, idKeys: ID_KEYS[kind], objectKeys };
}

function present(...values: ReadonlyArray<string | undefined>): readonly string[] {
  return values.flatMap((value) => (value === undefined || value === '' ? [] : [value]));
}

/** What UiPath calls what findings are about. */
export function knownNamesIn({ groupNames, rules, accessPolicy, breakGlass }: Snapshot): KnownNames {
  const groups = [...valueOr(groupNames, new Map<string, Readonly<{ name: string }>>())];
  const named = [...groups.map(([, group]) => group), ...valueOr(rules, []), ...valueOr(accessPolicy, [])];
  return {
    groupIds: new Map(groups.map(([id, { name }]) => [fold(name), id])),
    all: createNameIndex([...new Set(named.map(({ name }) => fold(name)))]),
    accountIds: new Map(
      [...breakGlass].flatMap(([account, read]) => {
        const memberId = valueOr(read, undefined)?.memberId;
        return memberId === undefined ? [] : [[account, memberId] as const];
      }),
    ),
  };
}

/** Of the policy's own checks, those about one membership, rule or entry: a whole group or person is as it is through many events. */
function directionOf(
  check: CheckId,
  { memberId, ruleId, entity }: Finding['subject'],
): Direction | undefined {
  if (!check.startsWith('own:')) return DIRECTIONS[check];
  if (memberId !== undefined || entity !== undefined) return CAME;
  return ruleId === undefined ? undefined : GIVES;
}
