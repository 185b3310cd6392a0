import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { summarizeNight, type AuditSummary } from '../../../shared/domain/audit/audit-summary';
import { renderReportPage } from '../../../shared/reports/report-page';
import {
  eventfulReport,
  finding,
  HOSTILE_NAMES,
  hostileReport,
  NIGHT_MS,
  report,
  PAUSED,
} from '../../fixtures/audit-reports';

const alone = { before: undefined, nights: [] };

/** The elements of a page, in order. */
function tags(page: string): readonly string[] {
  return [...page.matchAll(/<\/?([a-z][a-z0-9]*)/g)].map(([tag]) => tag);
}

describe('the page of a report', () => {
  it.each(HOSTILE_NAMES)('has the same elements with %s as with a plain name', (_what, name) => {
    expect(tags(renderReportPage(hostileReport(name), alone))).toEqual(
      tags(renderReportPage(hostileReport('plain'), alone)),
    );
  });

  it.each(['<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', "' onload='x"])(
    'shows %s as text',
    (name) => {
      expect(renderReportPage(hostileReport(name), alone)).not.toContain(name);
    },
  );

  it('isolates the direction of a name and cuts one of ten thousand characters', () => {
    const page = renderReportPage(hostileReport('\u202Egpj.exe'), alone);
    expect(page).toContain('<bdi>\u202Egpj.exe</bdi>');
    expect(renderReportPage(hostileReport('x'.repeat(10_000)), alone)).toContain(
      `<dd><bdi>${'x'.repeat(200)}…</bdi></dd>`,
    );
  });

  it('names the worst of what appeared first, however much else did', () => {
    const findings = Array.from({ length: 60 }, (_, index) =>
      finding({ id: `f${index}`, severity: 'low', subject: { name: `low${index}@acme.example` } }),
    );
    const worst = finding({ id: 'worst', severity: 'critical', subject: { name: 'worst@acme.example' } });
    const page = renderReportPage(report({ findings: [...findings, worst] }), alone);
    const changed = page.slice(page.indexOf('<h2>What changed</h2>'), page.indexOf('more below'));
    expect(changed.match(/[a-z0-9]+@acme\.example/)?.[0]).toBe('worst@acme.example');
  });

  it('allows its own style and script and nothing else', () => {
    const page = renderReportPage(eventfulReport(), alone);
    const [, policy = ''] = /content-security-policy" content="([^"]*)"/.exec(page) ?? [];
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
    const [, script = ''] = /<script>(.*?)<\/script>/s.exec(page) ?? [];
    const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
    expect(policy).toBe(
      `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(script)}; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(/ (?:style|on\w+)=|https?:/);
  });

  it('says first what could not be read, then what changed', () => {
    const page = renderReportPage(eventfulReport(), alone);
    const places = [
      '<h2>Not read</h2>',
      '<h2>What changed</h2>',
      '<h2>Summary</h2>',
      '<h2>All findings</h2>',
    ].map((heading) => page.indexOf(heading));
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(Math.min(...places)).toBeGreaterThan(0);
  });

  it.each([
    [{ sinceMs: NIGHT_MS }, 'in observe since <time'],
    [{}, 'in observe: nothing is written'],
  ])('says that the organization is in observe: %j', (observed, said) => {
    const page = renderReportPage({ ...report(), observed }, alone).replaceAll(/\s+/g, ' ');
    expect(page).toContain(said);
    expect(renderReportPage(report(), alone)).not.toContain('in observe');
  });

  it('says first who paused the organization, why, and who waits since when', () => {
    const page = renderReportPage(report({ paused: PAUSED }), alone).replaceAll(/\s+/g, ' ');
    expect(page).toMatch(/This organization is paused:.*until somebody resumes it, by .*Maria &lt;@all&gt;/);
    expect(page).toContain('Urgent changes wait: 3');
    expect(page.indexOf('is paused')).toBeLessThan(page.indexOf('<h2>'));
    expect(renderReportPage(report(), alone)).not.toContain('paused');
  });

  it('counts the changes since the night it is compared with', () => {
    const [kept, mended] = [finding(), finding()];
    const before = report({ findings: [kept, mended] });
    const after = report({
      findings: [kept, { ...mended, state: 'fixed', fixedAtMs: NIGHT_MS }, finding({ state: 'new' })],
    });
    const page = renderReportPage(after, { ...alone, before }).replaceAll(/\s+/g, ' ');
    expect(page).toContain('1 appeared, 0 came back, 1 fixed, 0 accepted, 1 still open.');
  });

  it('shows actor, waiver and plan of a finding', () => {
    const page = renderReportPage(eventfulReport(), alone).replaceAll(/\s+/g, ' ');
    expect(page).toContain('<bdi>olga.admin@acme.example</bdi>');
    expect(page).toContain('not known: no event of the audit log fits');
    expect(page).toContain('<bdi>Until the migration</bdi>, owner <bdi>elena@acme.example</bdi>');
    expect(page).toContain('accepted by <bdi>the policy</bdi>');
    expect(page).toContain('remove 2a5e494c from Automation Developers (held by a guard)');
  });

  it('names people and groups, and shows ids behind details alone', () => {
    const memberId = '2a5e494c-5ce6-46a8-8ef1-bd26a9602ecc';
    const groupId = '9c0ac0ee-6e0e-469b-8221-e1c7e6153ddb';
    const subject = { group: 'automation developers', memberId, name: 'mallory.field@acme.example', groupId };
    const remediation = {
      planHash: 'a'.repeat(64),
      status: 'proposed' as const,
      kind: 'membership' as const,
      group: 'automation developers',
      groupId,
      add: [],
      remove: [memberId],
    };
    const page = renderReportPage(report({ findings: [{ ...finding(), subject, remediation }] }), alone);
    const shown = page.replaceAll(/<details>.*?<\/details>/gs, '');
    expect(shown).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-|a{64}/);
    const text = shown.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    expect(text).toContain('name mallory.field@acme.example group automation developers');
    expect(text).toContain(
      'remove mallory.field@acme.example from automation developers (waits for a release)',
    );
    for (const id of [memberId, groupId, remediation.planHash]) expect(page).toContain(id);
    const nameless = { ...finding(), subject: { group: 'automation developers', memberId } };
    expect(renderReportPage(report({ findings: [nameless] }), alone)).toContain(`<dd><bdi>${memberId}`);
  });

  it('lists the waivers of the policy with what they cover, first those that are of no use', () => {
    const page = renderReportPage(eventfulReport(), alone).replaceAll(/\s+/g, ' ');
    const lines = [
      '<bdi>rule Gone</bdi>: matches nothing; owner <bdi>elena@acme.example</bdi>',
      '<bdi>rule Late</bdi>: has ended (2 findings not accepted by it any more)',
      '<bdi>rule Contractors</bdi>: covers 1 finding;',
      '<bdi>rule Interns</bdi>: has not begun (would cover 0 findings)',
    ].map((line) => page.indexOf(line));
    expect(lines).toEqual(lines.toSorted((a, b) => a - b));
    expect(Math.min(...lines)).toBeGreaterThan(page.indexOf('<h2>Waivers of the policy (4)</h2>'));
    expect(renderReportPage(report(), alone)).not.toContain('Waivers of the policy');
  });

  it('tells which versions of the policy came into force since, and the latest of all nights', () => {
    const change = (seq: number) => ({
      seq,
      atMs: NIGHT_MS,
      ...(seq === 1 ? {} : { from: String(seq - 1).repeat(64) }),
      to: String(seq).repeat(64),
      origin: { kind: 'blob', name: 'policy/policy.yaml', said: { author: '<b>ana' } } as const,
      ...(seq === 1 ? {} : { changed: [{ section: 'groups', name: '<i>Ops', change: 'removed' } as const] }),
    });
    const [before, after] = [[change(1)], [change(1), change(2)]].map((policyChanges) =>
      report({ policyChanges }),
    );
    const page = renderReportPage(after ?? report(), { ...alone, before });
    const [, since = '', all = ''] =
      /<h3>Policy \(1\)<\/h3>(.*)<h2>Versions of the policy<\/h2>(.*)/s.exec(page) ?? [];
    const words = (seq: number) =>
      `from ${String(seq - 1).repeat(12)} to ${String(seq).repeat(12)}; <bdi>groups &lt;i&gt;Ops removed</bdi>`;
    expect(since).toContain(words(2));
    expect(since).not.toContain('the first on record');
    expect(all).toContain(words(2));
    expect(all).toContain(`${'1'.repeat(12)}, the first on record`);
    expect(all).toContain('author &lt;b&gt;ana, unproven');
    expect(renderReportPage(report(), alone)).not.toContain('Versions of the policy');
  });

  it('says probably where only a name tells who caused a finding', () => {
    const attribution = { kind: 'known', actor: 'p@x', atMs: 1, certainty: 'likely' } as const;
    const page = renderReportPage(report({ findings: [finding({ attribution })] }), alone);
    expect(page).toContain('probably <bdi>p@x</bdi>');
  });

  it('takes the words of a check of the policy from the report', () => {
    expect(renderReportPage(eventfulReport(), alone)).toContain('Move the robot to its own group.');
  });
});

describe('the trend', () => {
  const nights = [0, 1, 2].map((day): AuditSummary => ({
    ...summarizeNight(report()),
    takenAtMs: NIGHT_MS + day * 86_400_000,
    open: { critical: 0, high: day, medium: 2, low: 0 },
  }));

  it('is a picture with its numbers in words, and a table', () => {
    const page = renderReportPage(report(), { before: undefined, nights });
    expect(page).toContain(
      'aria-label="Open findings over 3 nights: 2 in the first, 4 in the last, 4 at most."',
    );
    expect([...page.matchAll(/<rect/g)]).toHaveLength(5);
    expect([...page.matchAll(/<th scope="row">/g)]).toHaveLength(3);
  });

  it('begins with the second night', () => {
    expect(renderReportPage(report(), { before: undefined, nights: nights.slice(0, 1) })).not.toContain(
      '<svg',
    );
  });
});
