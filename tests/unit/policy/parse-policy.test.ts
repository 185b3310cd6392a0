import { describe, expect, it } from '@jest/globals';
import Ajv2020 from 'ajv/dist/2020';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { publishedPolicySchema } from '../../../shared/policy/published-policy-schema';
import { errorOf } from '../../fakes/error-of';

const ROOT = join(__dirname, '../../..');
const SMALLEST = `version: 1
organizations:
  production:
    partitionGlobalId: 0F6B7C1E-1d0a-4a55-8f0e-6a1f2d9c3b47
    identityBaseUrl: https://cloud.uipath.com/acme/identity_
    credentialSecret: uipath
    groups:
      Developers: {}
      Payments: {}
`;
const withLines = (...lines: readonly string[]): string => `${SMALLEST}${lines.join('\n')}\n`;

async function faultsOf(text: string): Promise<readonly string[]> {
  const error = await errorOf(() => parsePolicy(text, 'policy.yaml'));
  expect(error.code).toBe('policy-invalid');
  return error.message.split('\n');
}

describe('a policy file', () => {
  it('has a limit on agreed ends only where it says so, with defaults of its own', () => {
    const limitOf = (...lines: readonly string[]) =>
      parsePolicy(withLines(...lines), 'policy.yaml').organizations.get('production')?.guards.agreed;
    expect(limitOf()).toBeUndefined();
    expect(limitOf('    guards: { agreed: { floor: 2 } }')).toEqual({ count: 100, percent: 5, floor: 2 });
  });

  it('needs little: everything else has a cautious default', () => {
    const { organizations, sources } = parsePolicy(SMALLEST, 'policy.yaml');
    expect(sources).toEqual([]);
    expect([...organizations.keys()]).toEqual(['production']);
    expect(organizations.get('production')).toMatchObject({
      alias: 'production',
      partitionGlobalId: '0f6b7c1e-1d0a-4a55-8f0e-6a1f2d9c3b47',
      identityBaseUrl: 'https://cloud.uipath.com/acme/identity_',
      auditBaseUrl: undefined,
      credentialSecret: 'uipath',
      quota: { share: 0.5, reserve: 0.2 },
      timeZone: 'UTC',
      maxIdsPerPut: 100,
      guards: {
        group: { count: 25, percent: 25, floor: 5 },
        day: { count: 50, percent: 20, floor: 8 },
        run: { count: 200, percent: 10, floor: 20 },
        batch: { count: 100, percent: 5, floor: 10 },
      },
      planExpiryDays: 7,
      identityRetryHours: 72,
      mover: { graceDays: 0 },
      leaver: { date: 'earliest', groups: 'all', lockoutDays: 30 },
      birthright: [],
      separationOfDuties: [],
      rules: { requests: undefined },
      accessPolicy: { requests: undefined, baseline: undefined },
      protectedPrincipals: new Set(),
      notify: [],
      console: { readers: new Set(), operators: new Set() },
    });
    expect(organizations.get('production')?.groups.get('developers')).toMatchObject({
      name: 'Developers',
      mode: 'additive',
      privileged: false,
      requests: undefined,
      protectedMembers: new Set(),
      guards: {},
    });
  });

  it('is named by the hash of its text, comments and all', () => {
    const hash = createHash('sha256').update(SMALLEST).digest('hex');
    expect(parsePolicy(SMALLEST, 'policy.yaml').hash).toBe(hash);
    expect(parsePolicy(`${SMALLEST}# changed\n`, 'policy.yaml').hash).not.toBe(hash);
  });

  it('says people, groups and values in any case, and they are compared without it', () => {
    const policy = parsePolicy(
      withLines(
        '    birthright:',
        '      - { name: developers, when: { department: IT, country: [RO, De] }, groups: [developers] }',
        '    separationOfDuties: [[DEVELOPERS, payments]]',
        '    rules: { requests: { requesters: [Ana.Pop@Example.com], approvers: [M@example.com], longestDays: 3 } }',
        '    accessPolicy: { baseline: [{ entityType: group, name: Staff }] }',
        '    protectedPrincipals: [7B1D3C0E-94f2-4a8b-8c55-2e6f0d9a1b34]',
      ).replace(
        'Developers: {}',
        'Developers: { guards: { group: {}, day: { count: 1 } }, protectedMembers: [Owner@Example.com], requests: { approvals: 2 } }',
      ),
      'policy.yaml',
    );
    expect(policy.organizations.get('production')).toMatchObject({
      groups: new Map(
        Object.entries({
          developers: {
            name: 'Developers',
            mode: 'additive',
            privileged: false,
            requests: { requesters: 'anyone', approvers: 'anyone', approvals: 2, longestDays: undefined },
            protectedMembers: new Set(['owner@example.com']),
            guards: {
              group: { count: 25, percent: 25, floor: 5 },
              day: { count: 1, percent: 20, floor: 8 },
            },
          },
          payments: {
            name: 'Payments',
            mode: 'additive',
            privileged: false,
            requests: undefined,
            protectedMembers: new Set(),
            guards: {},
          },
        }),
      ),
      birthright: [
        {
          name: 'developers',
          when: new Map([
            ['department', new Set(['it'])],
            ['country', new Set(['ro', 'de'])],
          ]),
          groups: ['developers'],
        },
      ],
      separationOfDuties: [['developers', 'payments']],
      rules: {
        requests: {
          requesters: new Set(['ana.pop@example.com']),
          approvers: new Set(['m@example.com']),
          approvals: 1,
          longestDays: 3,
        },
      },
      accessPolicy: {
        requests: undefined,

        baseline: [{ entityType: 'group', name: 'Staff' }],
      },
      protectedPrincipals: new Set(['7b1d3c0e-94f2-4a8b-8c55-2e6f0d9a1b34']),
    });
  });

  it('lets a source speak of every organization unless it names some', () => {
    const { sources } = parsePolicy(
      withLines(
        '  test:',
        '    partitionGlobalId: 1f6b7c1e-1d0a-4a55-8f0e-6a1f2d9c3b47',
        '    identityBaseUrl: https://cloud.uipath.com/test/identity_',
        '    credentialSecret: uipath-test',
        '    groups: {}',
        'sources:',
        '  hr: { main: { secret: hr } }',
        '  tickets: { desk: { secret: desk, format: standard, organizations: [test] } }',
      ),
      'policy.yaml',
    );
    expect(sources).toMatchObject([
      { feed: 'hr', name: 'main', format: 'standard', secret: 'hr', organizations: ['production', 'test'] },
      { feed: 'ticket', name: 'desk', format: 'standard', secret: 'desk', organizations: ['test'] },
    ]);
  });
});

describe('a fault of a policy file', () => {
  it.each<[string, string, readonly string[]]>([
    [
      'a tab where YAML takes none',
      'version: 1\n\torganizations: {}\n',
      ['policy.yaml:2: column 1: is indented with a tab: use blanks, two for each step'],
    ],
    [
      'a key that stands twice',
      'version: 1\nversion: 1\n',
      ['policy.yaml:2: column 1: the key stands twice: one of the two would be lost'],
    ],
    [
      'an alias',
      withLines('    separationOfDuties:', '      - &pair [Developers, Payments]', '      - *pair'),
      ['policy.yaml:12: column 9: an alias (*) is not allowed: write out what it stands for'],
    ],
    [
      'nothing at all',
      '',
      [
        'policy.yaml:1: the file: must begin with the keys of a policy, such as "version: 1" and then "organizations:"',
      ],
    ],
    ['another version', SMALLEST.replace('version: 1', 'version: 2'), ['policy.yaml:1: version: must be 1']],
    [
      'no organization',
      'version: 1\norganizations: {}\n',
      ['policy.yaml:2: organizations: names no organization: at least one is needed, such as production'],
    ],
    [
      'a misspelt key',
      SMALLEST.replace('Payments: {}', 'Payments: { protectedMember: [] }'),
      [
        'policy.yaml:9: organizations.production.groups.Payments.protectedMember: is no key here: is protectedMembers meant?',
      ],
    ],
    [
      'a zone that does not exist',
      withLines('    timeZone: Europe/Bukarest'),
      [
        'policy.yaml:10: organizations.production.timeZone: is not an IANA time zone, such as Europe/Bucharest',
      ],
    ],
    [
      'a blank condition, which would match everybody whose attribute is blank',
      withLines('    birthright:', "      - { name: x, when: { department: ' ' }, groups: [Developers] }"),
      ['policy.yaml:11: organizations.production.birthright.0.when.department: must not be empty'],
    ],
    [
      'an unknown group of a birthright line',
      withLines('    birthright:', '      - { name: x, groups: [Developers, Developer] }'),
      [
        'policy.yaml:11: organizations.production.birthright.0.groups: group "Developer" is not under groups: is Developers meant?',
      ],
    ],
    [
      'an unknown group of a pair',
      withLines('    separationOfDuties:', '      - [Developers, Payment]'),
      [
        'policy.yaml:11: organizations.production.separationOfDuties.0: group "Payment" is not under groups: is Payments meant?',
      ],
    ],
    [
      'a pair of one group',
      withLines('    separationOfDuties:', '      - [Developers, developers]'),
      ['policy.yaml:11: organizations.production.separationOfDuties.0: pairs "Developers" with itself'],
    ],
    [
      'a pair that a birthright line gives',
      withLines(
        '    separationOfDuties: [[developers, payments]]',
        '    birthright:',
        '      - { name: one, groups: [Developers] }',
        '      - { name: both, groups: [Developers, Payments] }',
      ),
      [
        'policy.yaml:10: organizations.production.separationOfDuties.0: birthright line "both" gives both groups',
      ],
    ],
    [
      'a group that stands twice in two cases',
      withLines('      DEVELOPERS: { mode: observe }'),
      ['policy.yaml:10: organizations.production.groups.DEVELOPERS: is the same group as "Developers"'],
    ],
    [
      'a group with blanks around it',
      withLines('      "Developers ": {}'),
      ['policy.yaml:10: organizations.production.groups.Developers : is empty or has blanks around it'],
    ],
    [
      'an alias that no address could hold',
      SMALLEST.replace('production:', 'Production 1:'),
      [
        'policy.yaml:3: organizations.Production 1: is not an alias of lower-case letters, digits and hyphens, such as production',
      ],
    ],
    [
      'an approver who is no address',
      withLines('    rules: { requests: { approvers: [Maria] } }'),
      [
        'policy.yaml:10: organizations.production.rules.requests.approvers.0: must be an e-mail address, such as ana@example.com',
      ],
    ],
    [
      'approvers that are one text',
      withLines('    rules: { requests: { approvers: maria@example.com } }'),
      [
        'policy.yaml:10: organizations.production.rules.requests.approvers: is neither anyone nor a list of e-mail addresses, such as [ana@example.com]',
      ],
    ],
    [
      'a condition that is a number',
      withLines('    birthright:', '      - { name: x, when: { costCenter: 42 }, groups: [Developers] }'),
      [
        'policy.yaml:11: organizations.production.birthright.0.when.costCenter: is neither a text nor a list of texts, such as "42" or [IT, Finance]',
      ],
    ],
    [
      'more approvals than approvers',
      withLines(
        '    rules: { requests: { approvers: [a@example.com], approvals: 2 } }',
        '    accessPolicy: { requests: { approvers: [a@example.com, A@example.com], approvals: 2 } }',
      ).replace('Payments: {}', 'Payments: { requests: { approvers: [a@example.com], approvals: 3 } }'),
      [
        'policy.yaml:9: organizations.production.groups.Payments.requests.approvals: needs 3 approvals of 1 approvers',
        'policy.yaml:10: organizations.production.rules.requests.approvals: needs 2 approvals of 1 approvers',
        'policy.yaml:11: organizations.production.accessPolicy.requests.approvals: needs 2 approvals of 1 approvers',
      ],
    ],
    [
      'one organization under two names',
      withLines(
        '  again:',
        '    partitionGlobalId: 0f6b7c1e-1d0a-4a55-8f0e-6a1f2d9c3b47',
        '    identityBaseUrl: https://cloud.uipath.com/acme/identity_',
        '    credentialSecret: uipath-again',
        '    groups: {}',
      ),
      ['policy.yaml:11: organizations.again.partitionGlobalId: is the same organization as "production"'],
    ],
    [
      'an organization that a source makes up, also by a name that every object has',
      withLines('sources:', '  hr:', '    main: { secret: hr, organizations: [production, constructor] }'),
      [
        'policy.yaml:12: sources.hr.main.organizations: organization "constructor" is not under organizations',
      ],
    ],
  ])('such as %s is named with file and line', async (_fault, text, expected) => {
    expect(await faultsOf(text)).toEqual(expected);
  });

  it('does not hide the others', async () => {
    const text = withLines('    timeZone: Mars', '    maxIdsPerPut: 0', 'more: 1');
    expect((await faultsOf(text)).map((fault) => fault.split(': ')[0])).toEqual([
      'policy.yaml:10',
      'policy.yaml:11',
      'policy.yaml:12',
    ]);
  });

  it.each([
    ['share', 'quota: { share: 0 }', 'quota: { share: 1 }'],
    ['reserve', 'quota: { reserve: 0.91 }', 'quota: { reserve: 0.9 }'],
    ['grace', 'mover: { graceDays: 91 }', 'mover: { graceDays: 90 }'],
    ['lockout', 'leaver: { lockoutDays: 366 }', 'leaver: { lockoutDays: 365 }'],
    ['ids', 'maxIdsPerPut: 1001', 'maxIdsPerPut: 1000'],
    ['retry', 'identityRetryHours: 721', 'identityRetryHours: 720'],
    ['approvals', 'rules: { requests: { approvals: 0 } }', 'rules: { requests: { approvals: 1 } }'],
    ['duration', 'rules: { requests: { longestDays: 3651 } }', 'rules: { requests: { longestDays: 3650 } }'],
    ['approvers', 'rules: { requests: { approvers: [] } }', 'rules: { requests: { approvers: [a@b.de] } }'],
    ['address', 'auditBaseUrl: ftp://example.com', 'auditBaseUrl: https://example.com'],
    [
      'receiver',
      'notify: [{ name: ops, url: "http://ops.example", secret: s }]',
      'notify: [{ name: ops, url: "https://ops.example:9/?code=1", secret: s }]',
    ],
    [
      'name of a receiver',
      'notify: [{ name: a, url: "https://a.example", secret: s }, { name: a, url: "https://b.example", secret: t }]',
      'notify: [{ name: a, url: "https://a.example", secret: s }, { name: b, url: "https://a.example", secret: s }]',
    ],
    ['reader', 'console: { readers: [anyone] }', 'console: { readers: anyone }'],
  ])('is a %s beyond its limit (%s), not on it (%s)', async (_what, beyond, on) => {
    expect(await faultsOf(withLines(`    ${beyond}`))).toHaveLength(1);
    expect(parsePolicy(withLines(`    ${on}`), 'policy.yaml').organizations.size).toBe(1);
  });
});

describe('the sample policy', () => {
  const sample = async () => readFile(join(ROOT, 'policy.sample.yaml'), 'utf8');

  it('is accepted, and shows every part of a policy', async () => {
    const policy = parsePolicy(await sample(), 'policy.sample.yaml');
    const organization = policy.organizations.get('production');
    const modes = [...(organization?.groups.values() ?? [])].map(({ mode }) => mode);
    expect(modes.toSorted((a, b) => a.localeCompare(b))).toEqual([
      'additive',
      'additive',
      'additive',
      'authoritative',
      'observe',
    ]);
    expect(organization?.birthright).toHaveLength(3);
    expect(organization?.separationOfDuties).toHaveLength(2);
    expect(organization?.rules.requests).toBeDefined();
    expect(organization?.accessPolicy.baseline).toHaveLength(4);
    expect(policy.sources.map(({ feed, name }) => `${feed}/${name}`)).toEqual([
      'hr/main',
      'ticket/service-desk',
    ]);
  });

  it('is also accepted by the published schema', async () => {
    const validate = new Ajv2020({ validateFormats: false }).compile(publishedPolicySchema.schema);
    expect(validate(parse(await sample())) ? [] : validate.errors).toEqual([]);
  });
});

describe('the published schema of the policy', () => {
  const { file, schema } = publishedPolicySchema;
  const validate = new Ajv2020({ validateFormats: false }).compile(schema);

  it('is the one that policies are checked with', async () => {
    const refresh = 'Run: node scripts/write-schemas.mjs';
    const published: unknown = JSON.parse(await readFile(join(ROOT, 'docs/schemas', file), 'utf8'));
    const current: unknown = JSON.parse(JSON.stringify(schema));
    expect({ refresh, schema: published }).toEqual({ refresh, schema: current });
  });

  it('has an example that both it and the application take', () => {
    expect(schema.examples).toHaveLength(1);
    for (const example of schema.examples) {
      expect(validate(example)).toBe(true);
      expect(parsePolicy(JSON.stringify(example), 'policy.yaml').organizations.size).toBe(1);
    }
  });

  it.each([
    ['another version', 'version: 1', 'version: 2'],
    ['a misspelt key', 'Payments: {}', 'Payments: { protectedMember: [] }'],
    ['a mode that there is not', 'Payments: {}', 'Payments: { mode: strict }'],
    ['an id that is none', '0F6B7C1E-1d0a', 'acme'],
  ])('refuses %s, as the application does', async (_case, text, change) => {
    const changed = SMALLEST.replace(text, change);
    expect(validate(parse(changed))).toBe(false);
    expect(await faultsOf(changed)).toHaveLength(1);
  });
});
