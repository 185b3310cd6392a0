import { describe, expect, it } from '@jest/globals';
import Ajv, { type AnySchema } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FORMATS } from '../../../shared/reports/formats';
import { renderCsv } from '../../../shared/reports/csv';
import { renderOcsf } from '../../../shared/reports/ocsf';
import { renderOscal } from '../../../shared/reports/oscal';
import { renderSarif } from '../../../shared/reports/sarif';
import {
  eventfulReport,
  finding,
  HOSTILE_NAMES,
  hostileReport,
  NIGHT_MS,
  report,
} from '../../fixtures/audit-reports';

const ALL = [
  ['an eventful night', eventfulReport()],
  ['an empty night', report({ result: 'green' })],
  ...HOSTILE_NAMES.map(([what, name]) => [`names with ${what}`, hostileReport(name)] as const),
] as const;

describe('CSV', () => {
  it('has a header, a row per finding and CRLF at each end', () => {
    const lines = renderCsv(eventfulReport()).split('\r\n');
    expect(lines).toHaveLength(1 + 7 + 1);
    expect(lines[0]).toContain('"check","title","severity","state"');
    expect(lines[2]).toContain('"olga.admin@acme.example"');
    expect(lines.at(-1)).toBe('');
  });

  it.each(HOSTILE_NAMES)('gives names with %s back, and no cell that a spreadsheet runs', (_what, name) => {
    const [header = [], row = []] = parseCsv(renderCsv(hostileReport(name)));
    expect(row).toHaveLength(header.length);
    for (const cell of row) expect(cell).not.toMatch(/^\s*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/);
    expect(row[header.indexOf('memberId')]?.replace(/^'/, '')).toBe(name.replaceAll('\0', ''));
  });
});

describe('SARIF', () => {
  const schema = readFixture('sarif-2.1.0-rtm.5.json') as { id?: string; $schema?: string };
  const { id: _id, $schema: _draft, ...draft7 } = schema;
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
    draft7 as AnySchema,
  );

  it.each(ALL)('is valid by its official schema for %s', (_what, night) => {
    const sarif: unknown = JSON.parse(renderSarif(night));
    expect([validate(sarif), validate.errors]).toEqual([true, null]);
  });

  it('says what became of each finding, and what could not be read', () => {
    const [{ results, invocations }] = (JSON.parse(renderSarif(eventfulReport())) as SarifLog).runs;
    const states = ['new', 'unchanged', 'new', 'unchanged', 'absent', 'unchanged', 'unchanged'];
    expect(results.map((result) => result['baselineState'])).toEqual(states);
    expect(results.filter((result) => 'suppressions' in result)).toHaveLength(1);
    const message = { text: 'rules could not be read: uipath-forbidden' };
    expect(invocations).toMatchObject([
      { executionSuccessful: false, toolExecutionNotifications: [{ message }] },
    ]);
  });

  it('names the rule of each result by its place', () => {
    const [{ tool, results }] = (JSON.parse(renderSarif(eventfulReport())) as SarifLog).runs;
    const { rules } = tool.driver;
    expect(results.map((result) => rules[Number(result['ruleIndex'])]?.['id'])).toEqual(
      results.map((result) => result['ruleId']),
    );
  });
});

describe('OCSF', () => {
  it.each(ALL)(
    'is a Compliance Finding per line, with all that the class requires, for %s',
    (_what, night) => {
      const lines = renderOcsf(night).split('\n').slice(0, -1);
      expect(lines).toHaveLength(night.findings.length);
      for (const line of lines) {
        const event = JSON.parse(line) as Json;
        expect(event).toMatchObject({
          category_uid: 2,
          class_uid: 2003,
          type_uid: 200_300 + (event['activity_id'] as number),
          time: expect.any(Number),
          severity_id: expect.any(Number),
          metadata: {
            version: '1.8.0',
            product: { name: expect.any(String), vendor_name: expect.any(String) },
          },
          finding_info: { uid: expect.stringMatching(/^[0-9a-f]{16}$/), analytic: { type_id: 1 } },
          compliance: { control: expect.any(String), standards: [expect.any(String)] },
        });
      }
    },
  );

  it.each([
    ['new', 1, 1, 3],
    ['open', 2, 1, 3],
    ['reopened', 2, 1, 3],
    ['waived', 2, 3, 3],
    ['fixed', 3, 4, 1],
  ] as const)(
    'says of a finding that is %s: activity %i, status %i, compliance %i',
    (state, activity, status, compliance) => {
      expect(JSON.parse(renderOcsf(report({ findings: [finding({ state })] })))).toMatchObject({
        activity_id: activity,
        status_id: status,
        compliance: { status_id: compliance },
      });
    },
  );
});

const official = process.env['OSCAL_SCHEMA'];
const whereGiven = official === undefined ? describe.skip : describe;

whereGiven('OSCAL by the schema that OSCAL_SCHEMA names', () => {
  it.each(ALL)('is valid for %s', (_what, night) => {
    const schema = JSON.parse(readFileSync(official ?? '', 'utf8')) as AnySchema;
    const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: true }).compile(schema);
    expect([validate(JSON.parse(renderOscal(night))), validate.errors]).toEqual([true, null]);
  });
});

describe('OSCAL', () => {
  it.each(ALL)('has values of one line, no empty list and no id twice, for %s', (_what, night) => {
    const oscal: unknown = JSON.parse(renderOscal(night));
    const ids = valuesOf(oscal, 'uuid').map(String);
    expect(new Set(ids).size).toBe(ids.length);
    const oddIds = ids.filter(
      (id) => !/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/.test(id),
    );
    const oddValues = valuesOf(oscal, 'value').filter((value) => !/^\S(.*\S)?$/u.test(String(value)));
    const oddTargets = valuesOf(oscal, 'target-id').filter(
      (id) => !/^[\p{L}_][\p{L}\p{N}._-]*$/u.test(String(id)),
    );
    expect([...oddIds, ...oddValues, ...oddTargets]).toEqual([]);
    expect(renderOscal(night)).not.toContain('[]');
  });

  it.each([
    ['open', 'not-satisfied'],
    ['waived', 'not-satisfied'],
    ['fixed', 'satisfied'],
  ] as const)('calls a check whose one finding is %s %s', (state, expected) => {
    const waiver = { reason: 'r', owner: 'o', ticket: 't', untilMs: NIGHT_MS };
    const results = JSON.parse(renderOscal(report({ findings: [finding({ state, waiver })] }))) as {
      'assessment-results': { results: Json[] };
    };
    expect(results['assessment-results'].results[0]?.['findings']).toMatchObject([
      { target: { status: { state: expected } } },
    ]);
  });
});

describe.each(Object.entries(FORMATS))('as %s, a report', (_name, format) => {
  it('says in words why nobody can be named, with the code of a failure', () => {
    const text = 'the audit log could not be read';
    const attribution = {
      kind: 'unknown',
      why: 'audit-log-unavailable',
      text,
      code: 'uipath-unavailable',
    } as const;
    const night = report({ findings: [finding({ attribution })] });
    const rendered = format.render(night, { before: undefined, nights: [] });
    expect(rendered).toContain(text);
    expect(rendered).toContain('uipath-unavailable');
  });
});

type Json = Readonly<Record<string, unknown>>;
type SarifLog = Readonly<{
  runs: readonly [Readonly<{ tool: { driver: { rules: Json[] } }; results: Json[]; invocations: Json[] }>];
}>;

function readFixture(file: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, '../../fixtures/schemas', file), 'utf8'));
}

/** What stands under a name, wherever that is. */
function valuesOf(value: unknown, name: string): readonly unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  const members: ReadonlyArray<readonly [string, unknown]> = Object.entries(value);
  return members.flatMap(([key, member]) => [...(key === name ? [member] : []), ...valuesOf(member, name)]);
}

/** Rows of cells, all of them quoted. */
function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  const cell = /"((?:[^"]|"")*)"(,|\r\n)/gy;
  for (let found = cell.exec(text); found !== null; found = cell.exec(text)) {
    rows.at(-1)?.push((found[1] ?? '').replaceAll('""', '"'));
    if (found[2] === '\r\n') rows.push([]);
  }
  return rows;
}
