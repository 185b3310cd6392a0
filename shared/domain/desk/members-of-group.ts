import { mayHaveAddress } from '../audit/checks/member-addresses';
import { fold } from '../fold';
import type { MemberKind } from '../member-kind';
import { protectedIn, type OrganizationPolicy } from '../policy';
import { waiverReason, type ExplainedGroup, type ExplainedReason, type WhatIsKnown } from './explained-group';

/** A member that UiPath has. The name is an address, or what the directory calls it; the id where neither is known. */
export type MemberInSnapshot = Readonly<{ memberId: string; kind: MemberKind; name: string }>;

/** A member with why they are there, as far as this app knows. */
export type ExplainedMember = MemberInSnapshot &
  Readonly<{
    /** Address in the ledger; null: the ledger does not have them. */
    person: string | null;
    employment: string | null;
    /** What gives the membership; none known: nothing that this app was told explains it. */
    reasons: ExplainedGroup['reasons'];
    sinceMs: number | null;
    origin: ExplainedGroup['origin'];
    /** Their ledger cannot be read: nothing is said of their reasons. */
    isUnreadable: boolean;
  }>;

/** A person of the ledger that has this directory id. */
export type PersonOfAccount = Readonly<{ memberId: string }> &
  (
    | Readonly<{ isUnreadable: true }>
    | Readonly<{ isUnreadable: false; email: string; employment: string; explained: ExplainedGroup }>
  );

/** Names before ids: the members in the order of their names, those without one last. */
export function inOrderOfNames(members: readonly MemberInSnapshot[]): readonly MemberInSnapshot[] {
  const keyOf = ({ memberId, name }: MemberInSnapshot): string =>
    `${name === memberId ? '1' : '0'}${name.toLowerCase()} ${memberId}`;
  return members
    .map((member) => [keyOf(member), member] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, member]) => member);
}

/**
 * Joins members with what the ledger says. Of several people with one account all reasons count, and the earliest of what is known of
 * since when.
 */
export function explainMembers(
  members: readonly MemberInSnapshot[],
  people: readonly PersonOfAccount[],
): readonly ExplainedMember[] {
  const known = new Map<string, PersonOfAccount[]>();
  for (const person of people) known.set(person.memberId, [...(known.get(person.memberId) ?? []), person]);
  return members.map((member) => {
    const own = known.get(member.memberId) ?? [];
    const read = own.flatMap((one) => (one.isUnreadable ? [] : [one]));
    const [best] = read.toSorted((a, b) => b.explained.reasons.length - a.explained.reasons.length);
    const sinces = read.flatMap(({ explained }) => explained.sinceMs ?? []);
    return {
      ...member,
      person: best?.email ?? null,
      employment: best?.employment ?? null,
      reasons: read.flatMap(({ explained }) => explained.reasons),
      sinceMs: sinces.length === 0 ? null : Math.min(...sinces),
      origin: read.find(({ explained }) => explained.origin !== null)?.explained.origin ?? null,
      isUnreadable: own.some(({ isUnreadable }) => isUnreadable),
    };
  });
}

/**
 * What explains a member whom no ledger knows: the policy keeps them there, or somebody accepted them. It goes by the id, as anybody may
 * call a robot what they like; by the name only where the policy keeps an address. `group`: with its folded name.
 */
export function reasonsBesideLedger(
  { organization, findings }: Pick<WhatIsKnown, 'findings'> & Readonly<{ organization: OrganizationPolicy }>,
  { memberId, kind, name }: MemberInSnapshot,
  group: Readonly<{ groupId: string; name: string }>,
): readonly ExplainedReason[] {
  const id = fold(memberId);
  const isKept =
    [...organization.protectedPrincipals].some((kept) => fold(kept) === id) ||
    (mayHaveAddress(kind) && protectedIn(organization, group).has(fold(name)));
  return [
    ...findings.flatMap((finding) => waiverReason(finding, group.name, new Set([id]))),
    ...(isKept ? [{ kind: 'protected' } as const] : []),
  ];
}
