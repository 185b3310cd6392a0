import { describe, expect, it } from '@jest/globals';
import { constantFrom, array, assert, property, record, string, tuple } from 'fast-check';
import type { OrganizationInventory } from '../../../shared/domain/desk/organization-inventory';
import { fold } from '../../../shared/domain/fold';
import { ADMINISTRATORS_GROUP_ID, EVERYONE_GROUP_ID } from '../../../shared/domain/plan/hard-stops';
import type { OrganizationPolicy } from '../../../shared/domain/policy';
import { draftPolicy } from '../../../shared/policy/draft-policy';
import { checkPolicy } from '../../../shared/policy/parse-policy';
import { policyFile } from '../../fixtures/policy-files';

const SMALLEST = policyFile('mode: observe\ngroups: {}');
const known = <T>(value: T) => ({ kind: 'known', value }) as const;

type Named = readonly [id: string, name: string];

function inventory(more: Partial<OrganizationInventory> = {}): OrganizationInventory {
  return {
    organization: 'acme',
    from: 'uipath',
    takenAtMs: Date.parse('2026-12-01T08:00:00Z'),
    groups: known([]),
    administrators: known([]),
    rules: known([]),
    accessPolicy: known([]),
    ...more,
  };
}

const groups = (...named: readonly Named[]) =>
  known(named.map(([id, name]) => ({ id, name, isBuiltIn: false })));

function read(text: string): OrganizationPolicy {
  const checked = checkPolicy(text, { development: true });
  if (checked.policy === undefined) throw new Error(JSON.stringify(checked.faults));
  const organization = checked.policy.organizations.get('acme');
  if (organization === undefined) throw new Error('It has no acme');
  return organization;
}

const HOSTILE = [
  'a: b',
  '#not a comment',
  'a #b',
  '- dash',
  '* star',
  '&anchor',
  '!tag',
  '? question',
  '%percent',
  '@at',
  '`tick',
  '{brace}',
  '[bracket]',
  'a, b',
  "it's",
  'say "hi"',
  String.raw`back\slash`,
  'yes',
  'No',
  'null',
  '~',
  'true',
  '1e3',
  '0x10',
  '2026-12-01',
  '---',
  '...',
  '<<',
  ': colon',
  '::set-output name=x::y',
  '##vso[task.setvariable]x',
  '##[error]x',
  '@escape202e;',
  'gpj.\u202Eexe\u202C',
  'zero\u200Bwidth',
  'bell\u0007',
  'null\0byte',
  'escape\u001B[31m',
  'next\u0085line',
  'tab\there',
  'damaged \uFFFD',
  'bom \uFEFF inside',
  'private \uE000',
  'tag \u{E0041}',
  'Ünïcödé 名前 🤖',
  'constructor',
  'x'.repeat(200),
];

describe('a policy that is drafted from what UiPath has', () => {
  it('has every group in observe, as UiPath spells it, and neither Everyone nor an organization that is enforced', () => {
    const drafted = draftPolicy(
      SMALLEST.replace('mode: observe', 'mode: enforce'),
      inventory({
        groups: groups(
          [EVERYONE_GROUP_ID, 'Everyone'],
          [ADMINISTRATORS_GROUP_ID, 'Administrators'],
          ['g-1', ' Automation Users '],
        ),
      }),
    );
    const { mode, groups: found } = read(drafted.text);
    expect(mode).toBe('observe');
    expect([...found.values()].map((group) => [group.name, group.mode, group.privileged])).toEqual([
      ['Administrators', 'observe', true],
      ['Automation Users', 'observe', false],
    ]);
    expect(drafted).toMatchObject({ groups: 2, leftOut: [], notRead: [] });
  });

  it.each(HOSTILE)(
    'spells %j so that it is read as it is, and nothing acts that looks at the file',
    (name) => {
      const drafted = draftPolicy(
        SMALLEST,
        inventory({
          groups: groups(['g-1', name]),
          rules: known([{ name }]),
          accessPolicy: known([{ entityType: 'group', name }]),
        }),
      );
      const { groups: found, rules, accessPolicy } = read(drafted.text);
      expect([...found.values()].map((group) => group.name)).toEqual([name]);
      expect(rules.baseline.map((rule) => rule.name)).toEqual([name]);
      expect(accessPolicy.baseline).toEqual([{ entityType: 'group', name }]);
      expect(drafted.text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\uFFFD]/u);
      expect(drafted.text).not.toMatch(/##(vso)?\[|^\s*::/m);
    },
  );

  it.each([
    ['two lines', 'a\nb'],
    ['a line separator', 'a\u2028b'],
    ['256 characters', 'x'.repeat(256)],
    ['characters that take more room than a key has', '\u202E'.repeat(150)],
    ['half a character', 'a\uD800b'],
    ['nothing but blanks', '   '],
    ['a name that objects have', '__proto__'],
  ])('leaves out a group whose name has %s, and says so in the file', (_what, name) => {
    const drafted = draftPolicy(SMALLEST, inventory({ groups: groups(['g-1', name], ['g-2', 'Support']) }));
    expect([...read(drafted.text).groups.keys()]).toEqual(['support']);
    expect(drafted.leftOut).toMatchObject([{ what: 'group', name }]);
    expect(drafted.text).toContain('# Left out: group ');
  });

  it('leaves out a second group of one name', () => {
    const drafted = draftPolicy(
      SMALLEST,
      inventory({ groups: groups(['g-1', 'Support'], ['g-2', 'SUPPORT']) }),
    );
    expect(read(drafted.text).groups.size).toBe(1);
    expect(drafted.leftOut).toMatchObject([{ what: 'group', name: 'SUPPORT' }]);
  });

  it('agrees to rules, entries and administrators as they are, and protects machines by their ids', () => {
    const robot = '7b1d3c0e-94f2-4a8b-8c55-2e6f0d9a1b34';
    const drafted = draftPolicy(
      SMALLEST,
      inventory({
        rules: known([{ name: 'All of IT' }, { name: 'all of it' }]),
        accessPolicy: known([
          { entityType: 'user', name: 'ana@acme.example' },
          { entityType: 'group', name: 'Administrators' },
        ]),
        administrators: known([
          { id: 'u-1', kind: 'user', name: 'olga@acme.example' },
          { id: 'u-2', kind: 'directory-user', name: null },
          { id: 'u-3', kind: 'directory-group', name: 'Admins\n# of Azure' },
          { id: robot.toUpperCase(), kind: 'application', name: 'access\nfunctions: {}' },
        ]),
      }),
    );
    const policy = read(drafted.text);
    expect(policy.rules.baseline.map(({ name }) => name)).toEqual(['All of IT']);
    expect(policy.accessPolicy.baseline).toEqual([
      { entityType: 'group', name: 'Administrators' },
      { entityType: 'user', name: 'ana@acme.example' },
    ]);
    expect([...(policy.audit.administrators?.people ?? [])]).toEqual(['olga@acme.example']);
    expect([...policy.protectedPrincipals]).toEqual([robot]);
    expect(drafted.text).toMatch(new RegExp(`${robot} # access\\\\u\\{a\\}functions: \\{\\}, application`));
    expect(drafted.leftOut.map(({ what, name }) => [what, name])).toEqual([
      ['administrator', 'u-2'],
      ['administrator', 'Admins\n# of Azure'],
    ]);
  });

  it('keeps what the file says, with its comments', () => {
    const given = policyFile(`# how we begin
mode: observe
groups:
  support: { mode: additive, protectedMembers: [eva@acme.example] } # ours
accessPolicy: { baseline: [{ entityType: group, name: administrators }] }
protectedPrincipals: [7b1d3c0e-94f2-4a8b-8c55-2e6f0d9a1b34]
audit: { administrators: { fewest: 1, people: [eva@acme.example] }, domains: [acme.example] }
console: { readers: [eva@acme.example] }`);
    const drafted = draftPolicy(
      given,
      inventory({
        groups: groups(['g-1', 'Support'], ['g-2', 'Users']),
        accessPolicy: known([
          { entityType: 'group', name: 'Administrators' },
          { entityType: 'group', name: 'Users' },
        ]),
        administrators: known([{ id: 'u-1', kind: 'user', name: 'olga@acme.example' }]),
      }),
    );
    const [before, after] = [read(given), read(drafted.text)];
    expect(after.groups.get('support')).toEqual(before.groups.get('support'));
    expect([...after.groups.keys()]).toEqual(['support', 'users']);
    expect(after.accessPolicy.baseline?.map(({ name }) => name)).toEqual(['administrators', 'Users']);
    expect(after.audit.administrators).toEqual(before.audit.administrators);
    expect(after.console).toEqual(before.console);
    expect(after.protectedPrincipals).toEqual(before.protectedPrincipals);
    expect(drafted.text).toContain('# how we begin');
    expect(drafted.text).toContain('# ours');
    const again = draftPolicy(
      drafted.text,
      inventory({ groups: groups(['g-1', 'Support'], ['g-2', 'Users']) }),
    );
    expect(again).toMatchObject({ groups: 0, rules: 0, entries: 0 });
  });

  it('keeps other organizations and the sources, and writes none of their secrets anew', () => {
    const other = `  other:
    partitionGlobalId: 11111111-2222-4333-8444-555555555555
    identityBaseUrl: https://cloud.uipath.com/other/identity_
    credentialSecret: uipath-other
    groups: { Mine: { mode: authoritative } }
sources:`;
    const given = SMALLEST.replace('sources:', other);
    const drafted = draftPolicy(given, inventory({ groups: groups(['g-1', 'Support']) }));
    const checked = [given, drafted.text].map((text) => checkPolicy(text).policy);
    expect(checked[1]?.organizations.get('other')).toEqual(checked[0]?.organizations.get('other'));
    expect(checked[1]?.sources).toEqual(checked[0]?.sources);
  });

  it('says what could not be read, and has no baseline of it', () => {
    const unknown = { kind: 'unknown', code: 'uipath-forbidden' } as const;
    const drafted = draftPolicy(
      SMALLEST,
      inventory({ rules: unknown, accessPolicy: unknown, administrators: unknown }),
    );
    expect(drafted.notRead.map(({ part }) => part)).toEqual(['rules', 'access policy', 'administrators']);
    expect(drafted.text).toContain('# Not read: rules (uipath-forbidden)');
    expect(read(drafted.text).accessPolicy.baseline).toBeUndefined();
  });

  it('agrees to no list without an entry: it may be one that is not shown', () => {
    const policy = read(draftPolicy(SMALLEST, inventory()).text);
    expect(policy.accessPolicy.baseline).toBeUndefined();
    expect(policy.rules.baseline).toEqual([]);
    expect(policy.audit.administrators).toBeUndefined();
  });

  it('is right whatever names there are', () => {
    const MOST = { maxLength: 6 };
    const name = string({ unit: 'binary', maxLength: 20 });
    const entry = record({ entityType: constantFrom('user', 'group', 'application'), name });
    assert(
      property(
        tuple(array(name, MOST), array(name, MOST), array(entry, MOST)),
        ([names, ruleNames, entries]) => {
          const drafted = draftPolicy(
            SMALLEST,
            inventory({
              groups: groups(...names.map((one, index): Named => [`g-${index}`, one])),
              rules: known(ruleNames.map((one) => ({ name: one }))),
              accessPolicy: known(entries),
            }),
          );
          const policy = read(drafted.text);
          const leftOut = new Set(drafted.leftOut.map((one) => fold(one.name)));
          for (const one of names) expect(policy.groups.has(fold(one)) || leftOut.has(fold(one))).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  });
});
