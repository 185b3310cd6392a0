import { ADMINISTRATORS_GROUP_ID } from '../../shared/domain/plan/hard-stops';
import type { CheckInput } from '../../shared/domain/audit/check-input';
import type { MemberKind } from '../../shared/domain/member-kind';
import { runAllChecks } from '../../shared/domain/audit/checks/run-all-checks';
import { carryFindingsOver } from '../../shared/domain/audit/carry-findings-over';
import type { ExpectedPerson } from '../../shared/domain/audit/expected-access-types';
import type { Known, SnapshotGroup, SnapshotUser } from '../../shared/domain/audit/snapshot';
import type { OrganizationPolicy } from '../../shared/domain/policy';
import { percentile } from '../benchmark';

const MEMBERS_EACH = 50;
const GROUPS_EACH = 5;

const SMALL = 1_000;
const LARGE = 100_000;
const ROUNDS = 7;

/** Milliseconds of checking and following by membership, in organizations of either size. */
type Growth = Readonly<{ small: number; large: number; ratio: number }>;

/**
 * Measures a hundred small organizations and a large one in turn, as many memberships on either side: whatever else the
 * machine does then slows both alike. One member in a hundred has no reason. Every organization has data of its own, as every
 * night has: the same thousand members over and over would measure the processor's cache.
 */
export function measureGrowth(organization: OrganizationPolicy): Growth {
  msPerMembership(organization, 10_000, 5);
  const rounds = Array.from({ length: ROUNDS }, () => {
    const small = msPerMembership(organization, SMALL, LARGE / SMALL);
    const large = msPerMembership(organization, LARGE, 1);
    return { small, large, ratio: large / small };
  });
  const median = (figure: keyof Growth): number =>
    percentile(
      rounds.map((round) => round[figure]),
      50,
    );
  return { small: median('small'), large: median('large'), ratio: median('ratio') };
}

function msPerMembership(
  organization: OrganizationPolicy,
  memberships: number,
  organizations: number,
): number {
  const cases = Array.from({ length: organizations }, () => toCase(organization, memberships));
  const startMs = performance.now();
  for (const audit of cases) {
    const found = runAllChecks(audit);
    carryFindingsOver([], found, { nowMs: audit.nowMs, isUnknown: () => false, waiverOf: () => undefined });
  }
  return (performance.now() - startMs) / (memberships * organizations);
}

function toCase(organization: OrganizationPolicy, memberships: number): Omit<CheckInput, 'personOf'> {
  const groupCount = Math.max(1, memberships / MEMBERS_EACH);
  const names = Array.from({ length: groupCount }, (_, index) => `audited group ${index}`);
  const policy = [...organization.groups.values()][0];
  if (policy === undefined) throw new Error('The policy has no group');
  const members = names.map(() => new Map<string, MemberKind>());
  const people = Array.from({ length: memberships / GROUPS_EACH }, (_, index): ExpectedPerson => {
    const own = Array.from({ length: GROUPS_EACH }, (__, step) => (index * GROUPS_EACH + step) % groupCount);
    for (const group of own) members[group]?.set(`member-${index}`, 'user');
    const isWrong = index % 100 === 0;
    return {
      personKey: `person-${index}`,
      email: `member.${index}@bench.example`,
      memberId: `member-${index}`,
      unresolved: undefined,
      left: false,
      lockedUntilMs: undefined,
      groups: new Set(own.slice(isWrong ? 1 : 0).map((group) => names[group] ?? '')),
      ended: new Set(),
      pending: false,
    };
  });
  const users = people.map(({ memberId = '', email }): [string, SnapshotUser] => [
    memberId,
    { id: memberId, email, isActive: true, lastUsedMs: 0 },
  ]);
  return {
    organization: { ...organization, groups: new Map(names.map((name) => [name, { ...policy, name }])) },
    nowMs: 1,
    expected: {
      people,
      protectedIds: new Map(),
      protectedUnfound: new Set(),
      rules: [],
      unreadable: new Set(),
    },
    snapshot: {
      groupNames: known(new Map(names.map((name) => [name, { name, builtIn: false }]))),
      groups: new Map(
        names.map((name, index): [string, Known<SnapshotGroup>] => [
          name,
          known({ groupId: name, members: members[index] ?? new Map() }),
        ]),
      ),
      administrators: known({ groupId: ADMINISTRATORS_GROUP_ID, members: new Map() }),
      elsewhere: known([]),
      accessPolicy: known([]),
      rules: known([]),
      users: known(new Map(users)),
      breakGlass: new Map(),
      applications: undefined,
      robots: undefined,
      directory: known({
        administratorIds: undefined,
        addresses: known(new Map()),
        names: new Map(),
        own: undefined,
      }),
    },
    operations: {
      refusals: [],
      deadDeliveries: [],
      holds: [],
      marks: [],
      secretEndsMs: known(new Map()),
      sources: [],
      administrators: [],
      uses: [],
      logUnread: undefined,
      lastAudit: undefined,
      unfinished: [],
      failing: [],
      unread: [],
      evidence: { faults: [] },
      own: { clientId: '', scopes: [] },
    },
  };
}

function known<T>(value: T): Known<T> {
  return { kind: 'known', value };
}
