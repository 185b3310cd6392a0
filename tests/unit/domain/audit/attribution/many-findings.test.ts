import { describe, expect, it } from '@jest/globals';
import {
  attribute,
  searchFromMs,
  toAttribute,
} from '../../../../../shared/domain/audit/attribution/attribute-findings';
import { knownNamesIn } from '../../../../../shared/domain/audit/attribution/expected-cause';
import { createNameIndex } from '../../../../../shared/domain/audit/attribution/name-index';
import { carryFindingsOver } from '../../../../../shared/domain/audit/carry-findings-over';
import type { FindingRecord } from '../../../../../shared/domain/audit/finding';
import { anEvent } from '../../../../fixtures/builders/audit-log';
import { anAudit, known, NOW_MS } from '../../../../fixtures/builders/audits';
import { aRecord } from '../../../../fixtures/builders/findings';
import { startCpuClock } from '../../../../fakes/cpu-clock';

const nameOf = (at: number): string => `Robot Team ${at}`;

const SAMPLE = aRecord('member-without-reason', {});

/** Members without a reason, each in one of so many groups. */
function recordsOf(count: number, groups: number): readonly FindingRecord[] {
  return Array.from({ length: count }, (_, at) => ({
    ...SAMPLE,
    id: `f${at}`,
    subject: {
      group: nameOf(at % groups).toLowerCase(),
      memberId: `m${at}`,
      groupId: `g${at % groups}`,
      name: `member.${at}@acme.example`,
    },
  }));
}

/** Milliseconds of joining findings with a log that has an event for each tenth. */
function msOfAttribution(count: number, groups: number): number {
  const names = Array.from({ length: groups }, (_, at) => [`g${at}`, nameOf(at)] as const);
  const { snapshot } = anAudit({
    snapshot: { groupNames: known(new Map(names.map(([id, name]) => [id, { name, builtIn: false }]))) },
  });
  const records = recordsOf(count, groups);
  const events = Array.from({ length: count / 10 }, (_, at) =>
    anEvent(
      `member.${at * 10}@acme.example was added to ${nameOf((at * 10) % groups)}`,
      {},
      { id: `e${at}` },
    ),
  );
  const computedMs = startCpuClock();
  const given = knownNamesIn(snapshot);
  const asked = toAttribute(records, given, NOW_MS);
  const done = attribute(
    records,
    asked,
    { kind: 'read', events, isWhole: true },
    { known: given, nowMs: NOW_MS },
  );
  const ms = computedMs();
  expect(done.filter(({ attribution }) => attribution?.kind === 'known')).toHaveLength(count / 10);
  return ms;
}

describe('many findings', () => {
  it('ten times as many, of ten times as many groups, take about ten times as long to attribute and not a hundred', () => {
    msOfAttribution(300, 200);
    const ratios = Array.from({ length: 3 }, () => {
      const small = msOfAttribution(300, 200);
      return msOfAttribution(3_000, 2_000) / small;
    });
    expect(ratios.toSorted((a, b) => a - b)[0]).toBeLessThan(35);
  });

  it('200,000 of them have their log searched from somewhere, and are followed', () => {
    const records = recordsOf(200_000, 10);
    expect(searchFromMs(records, NOW_MS)).toBeLessThan(NOW_MS);
    const followed = carryFindingsOver(records, records, {
      nowMs: NOW_MS,
      isUnknown: () => false,
      waiverOf: () => undefined,
    });
    expect(followed).toHaveLength(200_000);
  });
});

describe('names', () => {
  const index = createNameIndex([
    'finance',
    'finance automation',
    'of finance',
    'refinance',
    '***',
    'a-***-b',
  ]);

  it.each([
    ['finance', ['finance automation', 'of finance']],
    ['automation', ['finance automation']],
    ['***', ['a-***-b']],
    ['sales', []],
  ])('around %p are %j', (name, around) => {
    expect(index.around(name).filter((one) => one !== 'refinance')).toEqual(around);
  });

  it('within a text are those whose words it has', () => {
    expect(new Set(index.within('Somebody of Finance was renamed'))).toEqual(
      new Set(['finance', 'of finance', '***']),
    );
  });
});
