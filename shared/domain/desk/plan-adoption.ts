import type { CheckId } from '../audit/check-catalog';
import { DAY_MS } from '../durations';
import { endOfDayMs } from '../ledger/effective-time';
import { fold } from '../fold';
import { EVERYONE_GROUP_ID } from '../plan/hard-stops';
import { groupPolicyOf, type OrganizationPolicy } from '../policy';
import type { ComputedPlan, LeftOut, PlanFacts, PlannedChange } from './proposed-plan';

/** Whoever says no day is asked again after so many: nobody looked at each of many. */
export const REVIEW_DAYS = 90;

/** A member whom the newest audit saw in a group without a reason. */
export type UnexplainedMember = Readonly<{
  finding: string;
  check: CheckId;
  /** As UiPath has it, or as the policy does. */
  group: string;
  groupId: string;
  memberId: string;
  /** False where UiPath was asked again, and does not have them there any more. */
  isMember: boolean;
  who: WhoIsMember;
}>;

/** The person behind a member, as far as is known; or why nobody can be told, in words. */
export type WhoIsMember =
  | Readonly<{
      kind: 'person';
      personKey: string;
      employment: string;
      /** Folded names of the groups that they have a reason for. */
      reasons: ReadonlySet<string>;
      /** Of the account that the ledger knows to be theirs; undefined: none. */
      account: string | undefined;
      /** Nobody has said yet whose an address or account is. */
      isInDoubt: boolean;
    }>
  | Readonly<{ kind: 'nobody'; why: string }>;

/** What an operator asks for. Times are epoch milliseconds. */
export type AskedAdoption = Readonly<{
  /** The last day, such as `2027-03-31`. */
  untilDay: string;
  /** Nobody named that day: a group whose grants may last less long ends it earlier. */
  isDayByDefault: boolean;
  /** From when the days of a grant are counted: when the plan was asked for. */
  fromMs: number;
}>;

export type IsOwn = (personKey: string, memberId: string) => boolean;

type Adoptable = Readonly<{
  member: UnexplainedMember;
  personKey: string;
  untilMs: number;
  reasons: ReadonlySet<string>;
}>;

/**
 * Makes reasons of memberships that nothing explains. What cannot be a reason is left out with why: whoever is no person, has left, or is
 * not told apart from somebody else, what separation of duties forbids, and what would last longer than a grant of the group may.
 */
export function planAdoption(
  members: readonly UnexplainedMember[],
  organization: OrganizationPolicy,
  asked: AskedAdoption,
  isOwn: IsOwn,
): ComputedPlan {
  const leftOut: LeftOut[] = [];
  const judged: Adoptable[] = [];
  for (const member of members) {
    const why = whyNotAdopted(member, organization, asked, isOwn);
    if (typeof why === 'string') leftOut.push(toLeftOut(member, why));
    else judged.push(why);
  }
  const groupsOf = new Map<string, Set<string>>();
  for (const { personKey, member, reasons } of judged)
    groupsOf.set(personKey, new Set([...(groupsOf.get(personKey) ?? reasons), fold(member.group)]));
  const adopted = judged.filter(({ member, personKey }) => {
    const other = conflictOf(organization, fold(member.group), groupsOf.get(personKey));
    if (other === undefined) return true;
    leftOut.push(
      toLeftOut(
        member,
        `separation of duties keeps it apart from ${other}: somebody decides which of the two ends`,
      ),
    );
    return false;
  });
  return {
    changes: adopted.map(toChange),
    leftOut,
    facts: factsOf(adopted),
    guards: [],
    notes: [
      `Each reason ends with ${asked.untilDay}${asked.isDayByDefault ? `, the review date of ${REVIEW_DAYS} days, or earlier where grants of its group may not last so long` : ''}. Then the membership has no reason again.`,
      'Nothing is written to UiPath: what is there stays, and has a reason.',
    ],
  };
}

function whyNotAdopted(
  member: UnexplainedMember,
  organization: OrganizationPolicy,
  asked: AskedAdoption,
  isOwn: IsOwn,
): string | Adoptable {
  const { check, isMember } = member;
  if (isMember && check === 'member-after-grant')
    return 'a grant of it ended or was revoked: have it requested anew, or let it be taken away';
  const permitted = whyNoReason(member, organization, asked, isOwn);
  if (typeof permitted === 'string') return permitted;
  return isMember ? { member, ...permitted } : 'UiPath does not have them in the group any more';
}

/** A membership that is to have a reason. */
type ToExplain = Pick<UnexplainedMember, 'group' | 'groupId' | 'memberId' | 'who'>;

/** Until when a membership may have a reason that somebody proposes, or why not, in words. */
export function whyNoReason(
  { group, groupId, memberId, who }: ToExplain,
  organization: OrganizationPolicy,
  asked: AskedAdoption,
  isOwn: IsOwn,
): string | Omit<Adoptable, 'member'> {
  const policy = groupPolicyOf(organization, group);
  if (groupId === EVERYONE_GROUP_ID) return 'everybody is in the group Everyone: there is nothing to adopt';
  if (policy === undefined) return `the policy does not name the group ${group}: add it there first`;
  if (who.kind === 'nobody') return who.why;
  const { personKey, employment, reasons, account, isInDoubt } = who;
  if (isOwn(personKey, memberId)) return 'it is about whoever asked for this plan: somebody else decides it';
  if (employment === 'left') return 'the person has left';
  if (employment === 'expected') return 'the person has not begun to work';
  if (isInDoubt) return 'somebody has to say first whose an address or account is';
  if (account !== undefined && account !== memberId)
    return 'the ledger knows another account of the person of this address';
  if (reasons.has(fold(group))) return 'it has a reason by now';
  const longestDays = policy.requests?.longestDays;
  const untilMs = untilOf(organization, asked, longestDays);
  if (untilMs === undefined)
    return `grants of the group may last ${longestDays ?? 0} days at most: name an earlier day`;
  return { personKey, untilMs, reasons };
}

function untilOf(
  { timeZone }: OrganizationPolicy,
  { untilDay, isDayByDefault, fromMs }: AskedAdoption,
  longestDays = Infinity,
): number | undefined {
  const untilMs = endOfDayMs(untilDay, timeZone);
  const latestMs = fromMs + longestDays * DAY_MS;
  if (untilMs <= latestMs) return untilMs;
  return isDayByDefault ? latestMs : undefined;
}

/** The group, folded, that separation of duties keeps apart from one of a person. */
export function conflictOf(
  { separationOfDuties }: OrganizationPolicy,
  group: string,
  groups: ReadonlySet<string> | undefined,
): string | undefined {
  return separationOfDuties
    .flatMap(([a, b]) => (a === group ? [b] : b === group ? [a] : []))
    .find((other) => groups?.has(other) === true);
}

function toChange({
  member: { finding, group, groupId, memberId },
  personKey,
  untilMs,
}: Adoptable): PlannedChange {
  const why = ['nothing explains the membership'];
  return { change: 'add-reason', at: group, groupId, personKey, memberId, why, untilMs, of: finding };
}

function toLeftOut({ group, groupId, memberId, who }: UnexplainedMember, why: string): LeftOut {
  return {
    at: group,
    groupId,
    memberId,
    ...(who.kind === 'person' ? { personKey: who.personKey } : {}),
    why,
  };
}

/** What has to be so still when it is carried out. */
function factsOf(adopted: readonly Adoptable[]): readonly PlanFacts[] {
  const people = new Map<string, Adoptable['member']['who']>();
  for (const { personKey, member } of adopted) people.set(personKey, member.who);
  const groups = new Map(adopted.map(({ member }) => [member.groupId, member.group]));
  return [
    ...[...people].flatMap(([personKey, who]): readonly PlanFacts[] =>
      who.kind === 'nobody'
        ? []
        : [
            {
              about: `person:${personKey}`,
              facts: {
                employment: who.employment,
                account: who.account ?? 'not looked up',
                reasons: [...who.reasons].toSorted().join(', '),
              },
            },
          ],
    ),
    ...[...groups].map(([groupId, name]) => ({ about: `group:${groupId}`, facts: { name } })),
  ];
}
