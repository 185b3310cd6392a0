import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import type { OrganizationPolicy } from '../../../shared/domain/policy';
import { errorOf } from '../../fakes/error-of';

type Fields = Readonly<Record<string, unknown>>;

function parse(organization: Fields): OrganizationPolicy | undefined {
  const text = JSON.stringify({
    version: 1,
    organizations: {
      acme: {
        partitionGlobalId: '7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47',
        identityBaseUrl: 'https://cloud.uipath.com/acme/identity_',
        credentialSecret: 's',
        groups: {},
        ...organization,
      },
    },
  });
  return parsePolicy(text, 'policy.yaml').organizations.get('acme');
}

const waiver = {
  check: 'member-missing',
  subject: { group: 'x' },
  reason: 'r',
  owner: 'o@acme.example',
  ticket: 't',
  from: '2026-01-01',
  until: '2026-01-31',
};
const check = { each: 'member', when: 'left', title: 't', why: 'w', mend: 'm' };
const checks = (entry: Fields): Fields => ({ audit: { checks: { mine: { ...check, ...entry } } } });

describe('the audit in the policy', () => {
  it('counts both days of a waiver', () => {
    expect(parse({ waivers: [waiver] })?.audit.waivers).toMatchObject([
      { check: 'member-missing', fromMs: Date.UTC(2026, 0, 1), untilMs: Date.UTC(2026, 1, 1) },
    ]);
  });

  it('takes a waiver as long as the ceiling', () => {
    expect(parse({ waivers: [waiver], audit: { waiverCeilingDays: 31 } })?.audit.waivers).toHaveLength(1);
  });

  it.each<[string, Fields, RegExp]>([
    [
      'a waiver beyond the ceiling',
      { waivers: [waiver], audit: { waiverCeilingDays: 30 } },
      /waivers\.0\.until: is more than 30 days/,
    ],
    ['a waiver of two years', { waivers: [{ ...waiver, until: '2028-01-01' }] }, /is more than 180 days/],
    [
      'a waiver that ends before it begins',
      { waivers: [{ ...waiver, until: '2025-12-30' }] },
      /is before from/,
    ],
    ['a waiver without an owner', { waivers: [{ ...waiver, owner: undefined }] }, /waivers\.0\.owner/],
    ['a waiver about nothing', { waivers: [{ ...waiver, subject: {} }] }, /names nothing/],
    [
      'a waiver about what its check does not find',
      { waivers: [{ ...waiver, subject: { rule: 'x' } }] },
      /waivers\.0\.subject\.rule: is nothing that findings of member-missing are known by/,
    ],
    [
      'a waiver of everything',
      { waivers: [{ ...waiver, subject: { group: '*' } }] },
      /waivers\.0\.subject: covers every finding/,
    ],
    [
      'a waiver of an own check that there is not',
      { waivers: [{ ...waiver, check: 'own:mine' }] },
      /waivers\.0\.subject: is of own:mine/,
    ],
    ['a waiver of an unknown check', { waivers: [{ ...waiver, check: 'member-mising' }] }, /is not a check/],
    ['a day that is none', { waivers: [{ ...waiver, until: '31.1.2026' }] }, /is not a day/],
    [
      'more administrators at least than at most',
      { audit: { administrators: { fewest: 3, most: 2 } } },
      /is less than fewest/,
    ],
    [
      'a check whose plan takes a release',
      { audit: { remediate: ['rule-unknown'] } },
      /is never mended without a release/,
    ],
    [
      'the same for a group',
      { groups: { X: { remediate: ['duties-conflict'] } } },
      /is never mended without a release/,
    ],
    [
      'an expression with a name that there is not',
      checks({ when: 'lefft' }),
      /checks\.mine\.when: is no expression/,
    ],
    ['an expression with the name of another kind', checks({ each: 'entry' }), /is no expression/],
    ['an expression that is no expression', checks({ when: 'left &&' }), /is no expression/],
    ['an expression that gives a text', checks({ when: 'email' }), /gives string/],
    ['an expression that compares what cannot be', checks({ when: 'unusedDays > "x"' }), /is no expression/],
    [
      'an expression without a bound',
      checks({ when: 'email.matches // (\n("(a+)+$")' }),
      /audit\.checks\.mine\.when: may not use matches\(\) \(line 1, column 1\)/,
    ],
    [
      'more own checks than a night has time for',
      {
        audit: { checks: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`c${index}`, check])) },
      },
      /audit\.checks: are more than 50/,
    ],
    [
      'an expression that is too large',
      checks({ when: Array(120).fill('left').join(' || ') }),
      /is no expression/,
    ],
  ])('refuses %s', async (_what, organization, message) => {
    const error = await errorOf(async () => parse(organization));
    expect(error.code).toBe('policy-invalid');
    expect(error.message).toMatch(message);
  });

  it.each([
    ['unusedDays > 30 && !email.endsWith("@acme.example")', { unusedDays: 31, email: 'a@other' }, true],
    ['unusedDays > 30 && !email.endsWith("@acme.example")', { unusedDays: 30, email: 'a@other' }, false],
    ['kind in ["robot", "application"]', { kind: 'robot' }, true],
  ])('computes %s', (when, facts, found) => {
    const [own] = parse(checks({ when }))?.audit.ownChecks ?? [];
    expect(own?.id).toBe('own:mine');
    expect(own?.finds(facts)).toBe(found);
  });

  it('lets an expression ask for what people have', () => {
    const [own] =
      parse(checks({ each: 'person', when: 'groups.exists(g, g.startsWith("prod"))' }))?.audit.ownChecks ??
      [];
    expect([own?.finds({ groups: ['production'] }), own?.finds({ groups: ['x'] })]).toEqual([true, false]);
  });
});
