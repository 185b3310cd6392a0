import { expect, it } from '@jest/globals';
import { openCount, summarizeNight } from '../../../../shared/domain/audit/audit-summary';
import { eventfulReport, report } from '../../../fixtures/audit-reports';

it('counts what is open by severity, and what was accepted or not read', () => {
  const night = summarizeNight(eventfulReport());
  expect(night).toMatchObject({
    night: '202611210200',
    result: 'red',
    open: { critical: 1, high: 3, medium: 1, low: 0 },
    waived: 1,
    unknown: 1,
  });
  expect(openCount(night)).toBe(5);
});

it('counts nothing in a night without findings', () => {
  expect(openCount(summarizeNight(report()))).toBe(0);
});
