import { describe, expect, it } from '@jest/globals';
import type { CheckInput } from '../../../../shared/domain/audit/check-input';
import { runAllChecks } from '../../../../shared/domain/audit/checks/run-all-checks';
import { CHECKS } from '../../../../shared/domain/audit/check-catalog';
import type { Finding, FindingRecord } from '../../../../shared/domain/audit/finding';
import { isUnverifiable } from '../../../../shared/domain/audit/is-finding-unverifiable';
import { carryFindingsOver } from '../../../../shared/domain/audit/carry-findings-over';
import { NOW_MS } from '../../../fixtures/builders/audits';
import { clean, LINES, withFault } from '../../../fixtures/builders/every-fault';
import { hiding, PARTS } from '../../../fixtures/builders/hidden-parts';

type Case = Omit<CheckInput, 'personOf'>;

const nameOfCheck = (line: string): string => line.split(' ')[0] ?? '';
/** What became of an earlier finding in this audit. */
const stateAfter = (before: Finding, audit: Case): string | undefined => {
  const today = runAllChecks(audit);
  const unknown = new Set(
    today.flatMap(({ check, subject: { part = '' } }) => (check === 'part-unknown' ? [part] : [])),
  );
  const record: FindingRecord = { ...before, state: 'open', firstSeenMs: 1, lastSeenMs: 1 };
  return carryFindingsOver([record], today, {
    nowMs: NOW_MS,
    isUnknown: (one) => isUnverifiable(one, unknown),
    waiverOf: () => undefined,
  }).find(({ id }) => id === before.id)?.state;
};
/** Where the list of groups, or the directory, is unknown, so is what depends on it. */
const COVERS: Readonly<Record<string, readonly string[]>> = {
  groups: ['groups', 'leavers', 'group:developers', 'group:finance'],
  directory: ['directory', 'leavers', 'administrators', 'group:developers', 'group:finance'],
};

describe('a part that could not be read', () => {
  it('is tried against every check', () => {
    const tried = new Set(LINES.map(([line]) => nameOfCheck(line)));
    expect(Object.keys(CHECKS).filter((check) => !tried.has(check))).toEqual(['part-unknown']);
    expect(runAllChecks(clean)).toEqual([]);
  });

  it.each(LINES)('makes nothing new of %s, alone or with another', (_line, _needs, fault) => {
    const faulty = withFault(fault);
    const ids = new Set(runAllChecks(faulty).map(({ id }) => id));
    const isNew = ({ id, subject: { part = '' } }: Finding): boolean => !PARTS.includes(part) && !ids.has(id);
    for (const [at, part] of PARTS.entries())
      for (const other of PARTS.slice(at))
        expect(runAllChecks(hiding(faulty, part, other)).filter(isNew)).toEqual([]);
  });

  it.each(LINES)('leaves %s as it is where it is needed, and nowhere else', (line, needs, fault) => {
    const faulty = withFault(fault);
    const before = runAllChecks(faulty).find(({ check }) => check === nameOfCheck(line));
    if (before === undefined) throw new Error(`${line} is not found`);
    const isNeeded = (part: string): boolean => (COVERS[part] ?? [part]).some((one) => needs.includes(one));
    expect(PARTS.map((part) => [part, stateAfter(before, hiding(clean, part))])).toEqual(
      PARTS.map((part) => [part, isNeeded(part) ? 'open' : 'fixed']),
    );
    expect(PARTS.filter((part) => stateAfter(before, hiding(faulty, part)) !== 'open')).toEqual([]);
  });
});
