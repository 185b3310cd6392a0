import { describe, expect, it } from '@jest/globals';
import { checkPolicy } from '../../../../shared/policy/parse-policy';
import { accessTo, ONE_ORGANIZATION, problem } from '../../../fakes/running-app';
import { policyFile } from '../../../fixtures/policy-files';

const SMALLEST = policyFile('mode: observe\ngroups: {}');
const INVENTORY = {
  organization: 'acme',
  from: 'audit',
  takenAtMs: Date.parse('2026-12-01T02:00:00Z'),
  groups: {
    kind: 'known',
    value: [
      { id: 'g-1', name: 'Sup\u202Eport: #1', isBuiltIn: false },
      { id: 'g-2', name: 'x'.repeat(256), isBuiltIn: false },
    ],
  },
  administrators: { kind: 'known', value: [{ id: 'u-1', kind: 'user', name: 'olga@acme.example' }] },
  rules: { kind: 'known', value: [{ name: 'All of IT' }] },
  accessPolicy: { kind: 'known', value: [{ entityType: 'group', name: 'Administrators' }] },
};
const APP = { '/': ONE_ORGANIZATION, '/acme/inventory': { json: INVENTORY } };
const WORDS = ['policy', 'init', 'policy.yaml'];
const files = { 'policy.yaml': SMALLEST };

describe('access policy init', () => {
  it('prints a policy file, and tells a person what is not in it', async () => {
    const { exit, stdout, stderr, asked } = await accessTo(WORDS, APP, { files });
    expect(exit).toBe(0);
    const organization = checkPolicy(stdout).policy?.organizations.get('acme');
    expect([...(organization?.groups.values() ?? [])].map(({ name, mode }) => [name, mode])).toEqual([
      ['Sup\u202Eport: #1', 'observe'],
    ]);
    expect(organization?.rules.baseline).toMatchObject([{ name: 'All of IT' }]);
    expect(stderr).toContain(
      '1 group, 1 rule, 1 entry of the access policy and 1 administrator added, as the audit saw them at 2026-12-01T02:00:00.000Z\n',
    );
    expect(stderr).toContain('Left out: group "xxx');
    expect(stdout + stderr).not.toContain('\u202E');
    expect(asked.at(-1)?.url).toBe('https://app.example/api/operator/acme/inventory');
  });

  it('answers with JSON, and can ask UiPath anew', async () => {
    const { json, stderr, asked } = await accessTo([...WORDS, '--json', '--fresh'], APP, { files });
    expect(json).toMatchObject({
      command: 'policy init',
      from: 'audit',
      groups: 1,
      leftOut: [{ what: 'group' }],
      notRead: [],
      policy: expect.stringMatching(/^version: 1\n/),
    });
    expect(stderr).toBe('');
    expect(asked.at(-1)?.url).toBe('https://app.example/api/operator/acme/inventory?fresh=1');
  });

  it('ends with 1 where something could not be read', async () => {
    const rules = { kind: 'unknown', code: 'uipath-forbidden' };
    const app = { ...APP, '/acme/inventory': { json: { ...INVENTORY, rules } } };
    const { exit, stderr } = await accessTo(WORDS, app, { files });
    expect(exit).toBe(1);
    expect(stderr).toContain('Not read, and so not in the file: rules (uipath-forbidden)\n');
  });

  it.each([
    ['a file that is not there', { files: {} }, APP, 2, 'file-unreadable'],
    ['a file with a fault', { files: { 'policy.yaml': 'version: 2' } }, APP, 2, 'policy-invalid'],
    [
      'a file without the organization',
      { files: { 'policy.yaml': SMALLEST.replaceAll('acme:', 'other:') } },
      APP,
      2,
      'organization-unknown',
    ],
    ['another answer', { files }, { ...APP, '/acme/inventory': { json: {} } }, 3, 'answer-not-understood'],
    [
      'somebody who may not look',
      { files },
      { ...APP, '/acme/inventory': problem(403, 'not-permitted') },
      4,
      'not-permitted',
    ],
    [
      'more than a policy holds',
      { files },
      {
        ...APP,
        '/acme/inventory': {
          json: {
            ...INVENTORY,
            rules: {
              kind: 'known',
              value: Array.from({ length: 2_000 }, (_, index) => ({ name: `${index} ${'x'.repeat(400)}` })),
            },
          },
        },
      },
      2,
      'policy-not-drafted',
    ],
  ])('prints nothing for %s', async (_what, options, app, exit, code) => {
    const ran = await accessTo([...WORDS, '--json'], app, options);
    expect(ran).toMatchObject({ exit, json: { error: { code } } });
  });

  it('has a help with an example', async () => {
    const { exit, stdout } = await accessTo([...WORDS, '--help'], {});
    expect(exit).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}# \S.*\n {2}access policy init /);
  });
});
