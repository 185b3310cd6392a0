import { describe, expect, it } from '@jest/globals';
import { listGroups } from '../../../../shared/access/desk/list-groups';
import { membershipsOf } from '../../../../shared/access/desk/memberships-of-person';
import { openFindingsOf } from '../../../../shared/access/desk/show-person';
import type { PersonExplained } from '../../../../shared/access/desk/explain-person';
import { createNewestNight, type NewestNight } from '../../../../shared/access/ledger/newest-night';
import { renderPerson } from '../../../../shared/console/pages/person-page';
import type { AppliedMembership } from '../../../../shared/domain/ledger/person-ledger';
import { aGroup, anOrganization, groupsOf } from '../../../fixtures/builders/organizations';
import { aPersonLedger } from '../../../fixtures/builders/person-ledgers';

const STARTED_MS = Date.parse('2026-12-01T02:00Z');
const organization = anOrganization({ groups: groupsOf(aGroup('Developers')) });

/** The newest night, made of what an audit stored; `groups` undefined: the list could not be read. */
async function nightOf(
  groups: ReadonlyArray<readonly [name: string, members: readonly string[]]> | undefined,
) {
  const parts = new Map<string, string>(
    (groups ?? []).map(
      ([name, members]) =>
        [
          `group:id-${name}:0`,
          JSON.stringify({ totalCount: members.length, entries: [['user', members]] }),
        ] as const,
    ),
  );
  if (groups !== undefined)
    parts.set('groups', JSON.stringify(groups.map(([name]) => ({ id: `id-${name}`, name, kind: 'custom' }))));
  const read = createNewestNight({
    reports: { list: async () => [{ night: '202612010200', takenAtMs: STARTED_MS + 60_000 }] as never },
    snapshots: { read: async () => ({ state: 'done', startedAtMs: STARTED_MS, calls: {}, parts }) },
  });
  return read('acme');
}

function explained(
  applied: readonly AppliedMembership[],
  evidence: ReadonlyArray<Readonly<{ kind: string; atMs: number }>> = [],
): PersonExplained {
  const ledger = aPersonLedger({
    applied,
    identity: { kind: 'resolved', id: 'u-1', checkedAtMs: 0 },
  });
  return {
    key: 'k',
    ledger,
    others: [],
    access: { employment: 'left', reasons: [], lockedUntilMs: undefined, nextChangeAtMs: undefined },
    groups: applied.map(({ groupName }) => groupName.toLowerCase()),
    would: undefined,
    evidence: evidence.map((one) => ({ ...one, facts: { groupId: 'id-Developers', group: 'Developers' } })),
  } as never;
}

const accounts = [{ memberId: 'u-1', name: 'ana.pop@example.com', lastUsedMs: undefined }];
const shown = (night: NewestNight | undefined, known: PersonExplained) =>
  membershipsOf(organization, { known, night, findings: [], accounts, names: new Set(['u-1']) });
const page = (night: NewestNight | undefined, known: PersonExplained): string =>
  renderPerson(
    { organization: 'acme', token: 't', may: {} } as never,
    {
      known,
      accounts,
      takenAtMs: night?.takenAtMs,
      memberships: shown(night, known),
      findings: [],
      requests: [],
      requestCount: 0,
      holds: [],
      history: [],
      historyCount: 0,
      verified: undefined,
    },
    0,
  ).html;
const applied = (sinceMs: number): AppliedMembership => ({
  groupId: 'id-Developers',
  groupName: 'Developers',
  origin: 'applied',
  sinceMs,
});

describe('the groups of a person', () => {
  it('say of one that this app took them out of since the night that it did', async () => {
    const night = await nightOf([['Developers', ['u-1']]]);
    const known = explained([], [{ kind: 'membership-removed', atMs: STARTED_MS + 3_600_000 }]);
    expect(shown(night, known)).toMatchObject([{ takenOutMs: STARTED_MS + 3_600_000 }]);
    expect(page(night, known)).toMatch(/<p>taken out by this application <time [^>]*>2026-12-01 03:00 UTC/);
    expect(page(night, known)).not.toContain('not put there by this application');
  });

  it('say of one that somebody put them into again after it that UiPath has it', async () => {
    const night = await nightOf([['Developers', ['u-1']]]);
    const known = explained([], [{ kind: 'membership-removed', atMs: STARTED_MS - 1 }]);
    expect(page(night, known)).toContain('member in UiPath, and not put there by this application');
  });

  it('do not say that the last audit missed what this app did after it', async () => {
    const night = await nightOf([['Developers', []]]);
    expect(page(night, explained([applied(STARTED_MS + 1)]))).not.toContain('did not have it');
    expect(page(night, explained([applied(STARTED_MS - 1)]))).toContain('did not have it in the last audit');
  });

  it('are known by their id: under the name of today, and not by that of a group which has it now', async () => {
    const night = await nightOf([['Engineers', ['u-1']]]);
    const known = explained([{ ...applied(1), groupId: 'id-Engineers' }]);
    expect(shown(night, known)).toMatchObject([{ group: 'Engineers', isMember: true, isInUiPath: true }]);
    expect(page(night, known)).not.toMatch(/not put there|did not have it/);
    const madeAgain = await nightOf([['Developers', ['u-1']]]);
    const before = explained([{ ...applied(1), groupId: 'id-of-before' }]);
    expect(shown(madeAgain, before)).toMatchObject([{ group: 'Developers', isMember: false, sinceMs: null }]);
    expect(page(madeAgain, before)).toContain('member in UiPath, and not put there by this application');
  });

  it('are not known to be missing in UiPath where the night could not read the list of groups', async () => {
    const night = await nightOf(undefined);
    expect(shown(night, explained([applied(1)]))).toMatchObject([{ isInUiPath: undefined }]);
    const listed = await listGroups(
      { newestNight: async () => night, recentFindings: async () => [] },
      organization,
      '',
    );
    expect(listed.groups).toMatchObject([{ group: 'Developers', members: 'unread' }]);
  });
});

describe('the findings of a person', () => {
  it('are not those of nobody, where UiPath has an empty address of them', () => {
    const findings = [{ group: 'Developers' }, { memberId: 'U-1', name: '' }, { name: 'eva@example.com' }];
    const records = findings.map((subject) => ({ state: 'open', subject }));
    expect(openFindingsOf(records as never, new Set(['u-1', '']))).toEqual([records[1]]);
  });
});
