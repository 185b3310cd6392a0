import { describe, expect, it } from '@jest/globals';
import type { AccessRequest } from '../../../shared/domain/ledger/access-request';
import { NOTHING_HELD, refusalOf } from '../../../shared/domain/ledger/request-refusal';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { errorOf } from '../../fakes/error-of';

const START = `version: 1
organizations:
  acme:
    partitionGlobalId: 7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47
    identityBaseUrl: https://cloud.uipath.com/acme/identity_
    credentialSecret: uipath-acme
    groups:
      Users: { requests: {} }
`;
const parse = (lines: string) => parsePolicy(`${START}${lines}\n`, 'policy.yaml');
const faultsOf = async (lines: string): Promise<readonly string[]> => {
  const { code, message } = await errorOf(() => parse(lines));
  expect(code).toBe('policy-invalid');
  return message
    .split('\n')
    .map((line) => line.replace('policy.yaml:', '').replace('organizations.acme.', ''));
};

const GROUP =
  'lets anyone approve for a privileged group: list the addresses of its approvers, or take requests away, and nobody can ask for it';
const SIGN_IN =
  'lets anyone approve who may sign in at all: list the addresses of the approvers, or take requests away';

describe('requests of a privileged group', () => {
  it.each([
    ['Vault: { privileged: true, requests: {} }', 'Vault'],
    ['Vault: { privileged: true, requests: { approvers: anyone } }', 'Vault'],
    ['Vault: { privileged: true, requests: { approvals: 10, longestDays: 1 } }', 'Vault'],
    ['Vault: { privileged: true, requests: { requesters: [ana@acme.example], approvals: 2 } }', 'Vault'],
    ['Vault: { privileged: true, mode: observe, requests: {} }', 'Vault'],
    ['Administrators: { requests: {} }', 'Administrators'],
    ['Administrators: { privileged: false, requests: {} }', 'Administrators'],
    ['ADMINISTRATORS: { requests: { approvers: anyone } }', 'ADMINISTRATORS'],
    ['administrators: { mode: observe, requests: {} }', 'administrators'],
  ])('are refused where anyone approves: %s', async (line, name) => {
    expect(await faultsOf(`      ${line}`)).toEqual([`9: groups.${name}.requests.approvers: ${GROUP}`]);
  });

  it.each([
    'Vault: { privileged: true }',
    'Vault: { requests: {} }',
    'Vault: { privileged: true, requests: { approvers: [maria@acme.example] } }',
    'Administrators: {}',
    'Administrators: { requests: { approvers: [maria@acme.example], longestDays: 1 } }',
    'Administrators of robots: { requests: {} }',
  ])('are taken where somebody is named, or nobody can ask: %s', (line) => {
    expect(parse(`      ${line}`).organizations.get('acme')?.groups.size).toBe(2);
  });

  it('are named with those of every other group', async () => {
    const lines = ['Vault', 'Safe'].map((name) => `      ${name}: { privileged: true, requests: {} }`);
    expect(await faultsOf(lines.join('\n'))).toHaveLength(2);
  });
});

describe('the group Administrators', () => {
  it('is privileged whatever the policy says', () => {
    const { organizations } = parse('      administrators: { privileged: false }');
    expect(organizations.get('acme')?.groups.get('administrators')?.privileged).toBe(true);
  });

  it('is nothing that a mere token opens', async () => {
    const lines = `      Administrators: { requests: { approvers: [maria@acme.example] } }
sources:
  tickets:
    desk: { format: standard-token, secret: desk }`;
    const [fault] = await faultsOf(lines);
    expect(fault).toContain('must leave out the privileged group "Administrators"');
  });
});

describe('requests about the access policy', () => {
  it.each(['{}', '{ approvers: anyone }', '{ approvals: 3 }'])(
    'are refused where anyone approves: %s',
    async (requests) => {
      expect(await faultsOf(`    accessPolicy: { requests: ${requests} }`)).toEqual([
        `9: accessPolicy.requests.approvers: ${SIGN_IN}`,
      ]);
    },
  );
});

describe('a birthright line', () => {
  it.each([
    ['Vault: { privileged: true }', '{ name: all, groups: [vault] }', 'Vault'],
    ['Vault: { privileged: true }', '{ name: all, when: {}, groups: [Users, Vault] }', 'Vault'],
    ['Administrators: {}', '{ name: all, groups: [Administrators] }', 'Administrators'],
  ])('gives nothing privileged to everybody: %s, %s', async (group, line, name) => {
    expect(await faultsOf(`      ${group}\n    birthright:\n      - ${line}`)).toEqual([
      `11: birthright.0.groups: gives everybody who works here the privileged group "${name}": say under when who is to have it, or open it to requests`,
    ]);
  });

  it('gives it to whom it describes, and to everybody what is not privileged', () => {
    const policy = parse(`      Vault: { privileged: true }
    birthright:
      - { name: keepers, when: { title: Keeper }, groups: [Vault] }
      - { name: all, groups: [Users] }`);
    expect(policy.organizations.get('acme')?.birthright).toHaveLength(2);
  });
});

describe('approvers', () => {
  it.each([
    ['the only requester', '{ requesters: [ana@acme.example], approvers: [Ana@acme.example] }', 1],
    [
      'one of two, beside the only requester',
      '{ requesters: [ana@acme.example], approvers: [ana@acme.example, ben@acme.example], approvals: 2 }',
      2,
    ],
    [
      'the requesters, each of whom lacks one',
      '{ requesters: [ana@acme.example, ben@acme.example], approvers: [ana@acme.example, ben@acme.example], approvals: 2 }',
      2,
    ],
  ])('who are %s leave nobody to approve', async (_case, requests, approvals) => {
    expect(await faultsOf(`      Vault: { requests: ${requests} }`)).toEqual([
      `9: groups.Vault.requests.approvers: none of its requesters has ${approvals} approvers beside themselves, and nobody approves for themselves: name another one`,
    ]);
  });

  it.each([
    '{ requesters: [ana@acme.example, ben@acme.example], approvers: [ana@acme.example] }',
    '{ requesters: [ana@acme.example, ben@acme.example], approvers: [ana@acme.example, ben@acme.example] }',
    '{ requesters: anyone, approvers: [ana@acme.example] }',
  ])('who leave somebody are taken: %s', (requests) => {
    expect(parse(`      Vault: { requests: ${requests} }`).sources).toEqual([]);
  });

  it.each([
    'approvals: 0',
    'approvals: -1',
    'approvals: 0.5',
    'approvers: []',
    'approvers: [anyone]',
    'approvers: ["*"]',
  ])('are not made few by %s', async (key) => {
    expect(await faultsOf(`      Vault: { requests: { ${key} } }`)).toHaveLength(1);
  });

  it('are not one who is named twice', async () => {
    const requests = '{ approvers: [ana@acme.example, ANA@acme.example], approvals: 2 }';
    expect(await faultsOf(`      Vault: { requests: ${requests} }`)).toEqual([
      '9: groups.Vault.requests.approvals: needs 2 approvals of 1 approvers',
    ]);
  });
});

describe('a rule that anyone approves', () => {
  it('fills no privileged group without whom that group names', () => {
    const organization =
      parse(`      Vault: { privileged: true, requests: { approvers: [maria@acme.example] } }
    rules: { requests: {} }`).organizations.get('acme');
    if (organization === undefined) throw new Error('no organization');
    const requestBy = (approver: string): AccessRequest => ({
      id: 'REQ-1',
      organization: 'acme',
      occurredAtMs: 1,
      ticket: { id: 'REQ-1', url: undefined },
      requester: 'ana@acme.example',
      approvals: [{ approver, approvedAtMs: 1 }],
      action: {
        kind: 'create-rule',
        name: 'Keepers',
        description: '',
        enabled: true,
        owner: 'ana@acme.example',
        validUntilMs: undefined,
        definition: {
          conditions: [{ claimName: 'title', conditionType: 'Equals', value: 'Keeper' }],
          groups: ['Vault'],
        },
      },
    });
    const refusal = (approver: string) => refusalOf(requestBy(approver), organization, NOTHING_HELD, 2);
    expect(refusal('ben@acme.example')).toBe('approvals-missing');
    expect(refusal('maria@acme.example')).toBeUndefined();
  });
});
