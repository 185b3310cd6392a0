import { describe, expect, it } from '@jest/globals';
import Ajv, { type AnySchema } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AuditReport } from '../../../shared/domain/audit/report';
import { FORMATS } from '../../../shared/reports/report-formats';
import { renderCsv } from '../../../shared/reports/csv';
import { renderOcsf } from '../../../shared/reports/ocsf';
import { renderOscal } from '../../../shared/reports/oscal';
import { renderSarif } from '../../../shared/reports/sarif';
import {
  ALL_REPORTS,
  eventfulReport,
  finding,
  HOSTILE_NAMES,
  hostileReport,
  NIGHT_MS,
  report,
} from '../../fixtures/audit-reports';

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

describe('who caused a finding', () => {
  const attribution = { kind: 'known', actor: 'max@acme.example', atMs: NIGHT_MS } as const;
  const certain = report({ findings: [finding({ attribution })] });
  const likely = report({ findings: [finding({ attribution: { ...attribution, certainty: 'likely' } })] });

  it.each([
    ['SARIF', renderSarif],
    ['OCSF', renderOcsf],
    ['OSCAL', renderOscal],
  ] as const)('is said to be likely in %s where only a name tells it', (_format, render) => {
    expect(JSON.stringify(render(likely))).toContain('probably max@acme.example');
    expect(JSON.stringify(render(certain))).not.toContain('probably');
  });

  it('is said to be certain or likely in CSV', () => {
    for (const [one, certainty] of [
      [certain, 'certain'],
      [likely, 'likely'],
    ] as const) {
      const [header = [], row = []] = parseCsv(renderCsv(one));
      expect(row[header.indexOf('actorCertainty')]).toBe(certainty);
    }
  });
});

describe('SARIF', () => {
  const schema = readFixture('sarif-2.1.0-rtm.5.json') as { id?: string; $schema?: string };
  const { id: _id, $schema: _draft, ...draft7 } = schema;
  const validate = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false }).compile(
    draft7 as AnySchema,
  );

  it.each(ALL_REPORTS)('is valid by its official schema for %s', (_what, night) => {
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

  it('makes no link of a name', () => {
    const forged = finding({ subject: { rule: '[Approve](https://evil.example) \\[a](b)' } });
    const sarif = JSON.parse(renderSarif(report({ findings: [forged] }))) as SarifLog;
    expect(sarif.runs[0].results[0]?.['message']).toEqual({
      text: String.raw`Member without a reason: rule \[Approve\](https://evil.example) \\\[a\](b)`,
    });
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

describe('OSCAL', () => {
  it.each(ALL_REPORTS)('has no id twice and refers only to what it has, for %s', (_what, night) => {
    const oscal: unknown = JSON.parse(renderOscal(night));
    const ids = valuesOf(oscal, 'uuid');
    expect(new Set(ids).size).toBe(ids.length);
    const hrefs = valuesOf(oscal, 'href').map((href) => String(href).replace(/^#/, ''));
    const referred = [...valuesOf(oscal, 'observation-uuid'), ...hrefs];
    expect(referred.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it('says its title in one line, and of a check whose title is blank its name', () => {
    const titlesOf = (title: string): readonly unknown[] => {
      const [result] = resultsOf(hostileReport(title));
      return valuesOf(result?.['findings'], 'title');
    };
    expect(titlesOf(' Two\r\nlines ')).toEqual(['Member without a reason', 'Two lines']);
    expect(titlesOf(' \0 ')).toEqual(['Member without a reason', 'own:mine']);
  });

  it('tells its own properties from those of OSCAL', () => {
    const namespaces = new Set(valuesOf(resultsOf(eventfulReport()), 'ns'));
    expect([...namespaces]).toEqual(['urn:uuid:4fca2f5c-954d-5665-ac1e-4cfcadc1fa46']);
  });

  it.each([
    ['open', 'not-satisfied'],
    ['waived', 'not-satisfied'],
    ['fixed', 'satisfied'],
  ] as const)('calls a check whose one finding is %s %s', (state, expected) => {
    const waiver = { reason: 'r', owner: 'o', ticket: 't', untilMs: NIGHT_MS };
    const [result] = resultsOf(report({ findings: [finding({ state, waiver })] }));
    expect(result?.['findings']).toMatchObject([{ target: { status: { state: expected } } }]);
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

function resultsOf(night: AuditReport): readonly Json[] {
  const document = JSON.parse(renderOscal(night)) as { 'assessment-results': { results: Json[] } };
  return document['assessment-results'].results;
}

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
