import { describe, expect, it } from '@jest/globals';
import type { CheckId } from '../../../../../shared/domain/audit/check-catalog';
import {
  idsOf,
  whyEntryIsNotAdded,
  whyEntryStays,
} from '../../../../../shared/domain/audit/remediation/plan-entry-remediation';
import type { PolicyEntity } from '../../../../../shared/domain/policy';
import type { SnapshotEntry } from '../../../../../shared/domain/audit/snapshot';
import { type anAudit, known } from '../../../../fixtures/builders/audits';
import { anOrganization } from '../../../../fixtures/builders/organizations';
import { plannedFor, shortly } from '../../../../fixtures/builders/plan-worlds';

const GUID = (digit: number): string => `00000000-0000-4000-8000-00000000000${digit}`;
const entry = (
  name: string,
  entityId?: string,
  entityType: SnapshotEntry['entityType'] = 'group',
): SnapshotEntry => ({
  entityType,
  name,
  ...(entityId === undefined ? {} : { entityId }),
});
const STAFF = entry('Staff', GUID(1));
const FINANCE = entry('Finance', GUID(2));
const EVE = entry('Eve@x.example', GUID(3), 'user');
const ALL = entry('All Staff', GUID(4));
const agreed = (...entries: readonly PolicyEntity[]) => ({
  accessPolicy: { requests: undefined, baseline: entries },
});

const planned = (
  check: CheckId,
  entity: string,
  have: readonly SnapshotEntry[],
  baseline: readonly PolicyEntity[] | undefined,
  more: Readonly<{ requested?: boolean; pinned?: string; own?: string }> = {},
) => {
  const parts: Parameters<typeof anAudit>[0] = {
    organization: {
      accessPolicy: { requests: undefined, baseline },
      protectedPrincipals: new Set(more.pinned === undefined ? [] : [more.pinned]),
    },
    audit: { broadGroups: new Set(['all staff']) },
    snapshot: { accessPolicy: known(have) },
    operations: { own: { clientId: more.own ?? 'own', scopes: [] } },
  };
  const requested = new Map(more.requested === undefined ? [] : [[entity, more.requested] as const]);
  return shortly(plannedFor(check, { entity }, parts, requested));
};
const removal = (entity: string, ...entityIds: readonly string[]) => ({
  kind: 'access-policy',
  entity,
  decision: 'remove',
  entityIds,
});

describe('the plan for an entry that was not agreed', () => {
  it('removes it, and every other of the same name', () => {
    expect(planned('policy-entity-unexpected', 'user:eve@x.example', [STAFF, EVE], [STAFF])).toEqual(
      removal('user:eve@x.example', GUID(3)),
    );
    const twice = [STAFF, entry('FINANCE', GUID(5)), FINANCE];
    expect(planned('policy-entity-unexpected', 'group:finance', twice, [STAFF])).toEqual(
      removal('group:finance', GUID(2), GUID(5)),
    );
  });

  it.each<[string, string, readonly SnapshotEntry[], readonly PolicyEntity[] | undefined, object, string]>([
    ['there is no baseline', 'group:all staff', [ALL, STAFF], undefined, {}, 'decision'],
    ['the baseline names it', 'group:all staff', [ALL, STAFF], [ALL, STAFF], {}, 'decision'],
    [
      'an approved request put it there',
      'group:finance',
      [STAFF, FINANCE],
      [STAFF],
      { requested: true },
      'decision',
    ],
    ['no agreed entry would be left', 'group:finance', [FINANCE], [STAFF], {}, 'not-now'],
    ['nothing was agreed', 'group:finance', [FINANCE], [], {}, 'not-now'],
    [
      'it lets nearly everybody in and an agreed one is missing',
      'group:all staff',
      [ALL, STAFF],
      [STAFF, FINANCE],
      {},
      'not-now',
    ],
    ['it is protected', 'group:finance', [STAFF, FINANCE], [STAFF], { pinned: GUID(2) }, 'not-now'],
    ['it is the application itself', 'group:finance', [STAFF, FINANCE], [STAFF], { own: GUID(2) }, 'not-now'],
    [
      'it has an id of its directory',
      'group:finance',
      [STAFF, entry('Finance', `aad|${GUID(2)}`)],
      [STAFF],
      {},
      'by-hand',
    ],
    ['it has no id', 'group:finance', [STAFF, entry('Finance')], [STAFF], {}, 'by-hand'],
  ])('is none when %s', (_when, entity, have, baseline, more, kind) => {
    const check = entity === 'group:all staff' ? 'policy-entity-broad' : 'policy-entity-unexpected';
    expect(planned(check, entity, have, baseline, more)).toBe(kind);
  });

  it('removes one that lets nearly everybody in once all agreed ones are there', () => {
    expect(
      planned('policy-entity-broad', 'group:all staff', [ALL, STAFF, FINANCE], [STAFF, FINANCE]),
    ).toEqual(removal('group:all staff', GUID(4)));
  });

  it('does not wait for missing ones where it is about one person', () => {
    expect(planned('policy-entity-unexpected', 'user:eve@x.example', [STAFF, EVE], [STAFF, FINANCE])).toEqual(
      removal('user:eve@x.example', GUID(3)),
    );
  });

  it('removes what a request wants gone', () => {
    const have = [STAFF, FINANCE];
    expect(planned('policy-entity-unexpected', 'group:finance', have, [STAFF], { requested: false })).toEqual(
      removal('group:finance', GUID(2)),
    );
  });

  it.each(['policy-entity-unexpected', 'policy-entity-missing'] as const)(
    'of %s is none without its name',
    (check) => {
      expect(shortly(plannedFor(check, {}))).toBe('decision');
    },
  );
});

describe('the plan for an agreed entry that is missing', () => {
  it('adds it by its name', () => {
    expect(planned('policy-entity-missing', 'group:finance', [STAFF], [STAFF, FINANCE])).toEqual({
      kind: 'access-policy',
      entity: 'group:finance',
      decision: 'add',
      entityIds: [],
    });
  });

  it.each<[string, boolean | undefined, readonly PolicyEntity[], string | undefined]>([
    ['a request took it away', false, [FINANCE], 'decision'],
    ['a request wants it', true, [FINANCE], undefined],
    ['the baseline does not name it any more', undefined, [STAFF], 'decision'],
  ])('is none when %s', (_when, requested, baseline, kind) => {
    const facts = { organization: anOrganization(agreed(...baseline)), requested };
    expect(whyEntryIsNotAdded(facts, 'group:finance')?.kind).toBe(kind);
  });

  it('is none when a request took it away, as the audit sees it, or without any baseline', () => {
    expect(planned('policy-entity-missing', 'group:finance', [], [FINANCE], { requested: false })).toBe(
      'decision',
    );
    const facts = { organization: anOrganization(), requested: undefined };
    expect(whyEntryIsNotAdded(facts, 'group:finance')?.kind).toBe('decision');
  });
});

it('an entry that is gone already may be taken for removed', () => {
  const facts = {
    organization: anOrganization(agreed(STAFF)),
    have: [STAFF],
    requested: undefined,
    ownIds: new Set(''),
  };
  expect(whyEntryStays(facts, 'group:finance')).toBeUndefined();
});

it('entries are one by type and name, whatever the case of it', () => {
  const have = [STAFF, entry('STAFF', GUID(6)), entry('Staff', GUID(7), 'user'), entry('staff')];
  expect(idsOf(have, 'group:staff')).toEqual([GUID(1), GUID(6), '']);
});
