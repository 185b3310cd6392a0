import { personAccess } from '../ledger/person-access';
import type { DecidedBy } from '../decider';
import { fold } from '../fold';
import type { PersonLedger } from '../ledger/person-ledger';
import type { OrganizationPolicy } from '../policy';
import { wantedGroups } from './groups-out-of-policy';
import { changesIn, type MembershipPlan } from './membership-plan';

/** A refused change (dead letter): one that UiPath refused by itself, with all that is needed to correct and retry it. */
export type RefusedChange = Readonly<{
  id: string;
  personKey: string;
  groupId: string;
  groupName: string;
  memberId: string;
  decision: 'add' | 'remove';
  state: 'open' | 'retried';
  /** What happened to it, oldest first: refusals with their code, retries with the person who made them. */
  history: ReadonlyArray<
    Readonly<{ atMs: number; event: 'refused' | 'retried'; code: string; by: DecidedBy }>
  >;
}>;

const LONGEST_HISTORY = 50;

/** After so many refusals in a row only a person has a refused change tried again. */
const TRIES = 3;

/** Adds to the history of a refused change, or begins one. */
export function noteRefusal(
  before: RefusedChange | undefined,
  refused: Omit<RefusedChange, 'state' | 'history'>,
  refusal: Readonly<{ atMs: number; code: string }>,
): RefusedChange {
  const event = { ...refusal, event: 'refused' as const, by: '' };
  return { ...refused, state: 'open', history: [...(before?.history ?? []), event].slice(-LONGEST_HISTORY) };
}

/** How often a change was refused since a person last looked. */
export function refusalsInARow(letter: RefusedChange): number {
  const lastRetry = letter.history.findLastIndex((item) => item.event === 'retried');
  return letter.history.length - 1 - lastRetry;
}

/** Whether only a person has it tried again. */
export function waitsForPerson(letter: RefusedChange): boolean {
  return refusalsInARow(letter) >= TRIES;
}

/** The changes of a plan that were refused since then, with the last code, keyed `groupId/personKey`. */
export function refusedSince(
  refused: readonly RefusedChange[],
  plan: MembershipPlan,
  sinceMs: number,
): ReadonlyMap<string, string> {
  const codes = new Map<string, string>(
    refused.flatMap(({ groupId, personKey, decision, history }) => {
      const last = history.at(-1);
      return last?.event === 'refused' && last.atMs >= sinceMs
        ? [[`${decision}/${groupId}/${personKey}`, last.code] as const]
        : [];
    }),
  );
  return new Map(
    plan.groups.flatMap((group) =>
      changesIn(group).flatMap(({ decision, personKey }) => {
        const code = codes.get(`${decision}/${group.groupId}/${personKey}`);
        return code === undefined ? [] : [[`${group.groupId}/${personKey}`, code] as const];
      }),
    ),
  );
}

/** True while a refused change is still wanted and not made. One that is no longer wanted waits for no person. */
export function isStillWanted(
  { groupId, groupName, decision }: Pick<RefusedChange, 'groupId' | 'groupName' | 'decision'>,
  ledger: PersonLedger | undefined,
  organization: OrganizationPolicy,
  nowMs: number,
): boolean {
  if (ledger === undefined) return false;
  const isMember = ledger.applied.some((membership) => membership.groupId === groupId);
  const isToBe = wantedGroups(personAccess(ledger, organization, nowMs), organization).has(fold(groupName));
  return decision === 'add' ? isToBe && !isMember : isMember && !isToBe;
}
