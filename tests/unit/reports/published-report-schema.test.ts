import { describe, expect, it } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishedReportSchema } from '../../../shared/published-report-schema';
import { AuditReportSchema } from '../../../shared/storage/audit-report-schema';
import { eventfulReport, HOSTILE_NAMES, hostileReport, report } from '../../fixtures/audit-reports';

const { file, schema } = publishedReportSchema;
const validate = new Ajv2020({ validateFormats: false }).compile(schema);

describe('the published schema of a report', () => {
  it('is the one that stored reports are checked with', async () => {
    const refresh = 'Run: node scripts/write-schemas.mjs';
    const published: unknown = JSON.parse(
      await readFile(join(__dirname, '../../../docs/schemas', file), 'utf8'),
    );
    const current: unknown = JSON.parse(JSON.stringify(schema));
    expect({ refresh, schema: published }).toEqual({ refresh, schema: current });
  });

  it.each([
    ['an eventful night', eventfulReport()],
    ['an empty night', report()],
    ['its own example', schema.examples[0]],
    ...HOSTILE_NAMES.map(([what, name]) => [`names with ${what}`, hostileReport(name)] as const),
  ])('takes %s', (_what, night) => {
    expect([validate(night), validate.errors]).toEqual([true, null]);
    expect(AuditReportSchema.parse(night)).toEqual(night);
  });

  it.each([
    ['another version', { schemaVersion: 2 }],
    ['another result', { result: 'yellow' }],
    ['a finding without a state', { findings: [{ id: 'a', check: 'rule-missing', severity: 'low' }] }],
    ['no findings', { findings: undefined }],
  ])('refuses %s, as the application does', (_what, change) => {
    const night: unknown = JSON.parse(JSON.stringify({ ...report(), ...change }));
    expect(validate(night)).toBe(false);
    expect(AuditReportSchema.safeParse(night).success).toBe(false);
  });
});
