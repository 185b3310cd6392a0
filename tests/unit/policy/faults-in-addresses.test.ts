import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { errorOf } from '../../fakes/error-of';
import { policyText } from '../../fixtures/policy-process';

const GOOD = 'https://service.example';

/** A policy in which each address that there can be stands on a line of its own. */
function policyWith(changes: Readonly<Record<string, string>> = {}): string {
  const at = (place: string): string => JSON.stringify(changes[place] ?? GOOD);
  return `version: 1
organizations:
  acme:
    partitionGlobalId: 7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47
    identityBaseUrl: ${at('identityBaseUrl')}
    auditBaseUrl: ${at('auditBaseUrl')}
    credentialSecret: uipath-acme
    groups: {}
    notify:
      - name: ops
        url: ${at('notify')}
        secret: notify
sources:
  hr:
    bob:
      format: hibob
      secret: bob
      fetchBack:
        baseUrl: ${at('fetchBack')}
        secret: bob-api
    workflows:
      format: entra-lifecycle-workflows
      events: { a: joiner }
      entra:
        tenantId: 7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47
        audience: api://app
        application: 7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e48
        authority: ${at('authority')}
`;
}

const PLACES = [
  ['identityBaseUrl', '5: organizations.acme.identityBaseUrl'],
  ['auditBaseUrl', '6: organizations.acme.auditBaseUrl'],
  ['notify', '11: organizations.acme.notify.0.url'],
  ['fetchBack', '19: sources.hr.bob.fetchBack.baseUrl'],
  ['authority', '28: sources.hr.workflows.entra.authority'],
] as const;

describe('every address of the policy', () => {
  it('is taken where it names a service', () => {
    expect(parsePolicy(policyWith(), 'policy.yaml').sources).toHaveLength(2);
  });

  it.each(PLACES)('is judged by one rule: %s', async (place, where) => {
    for (const [address, problem] of [
      ['https://cloud.uipath.com@evil.example/identity_', 'has a user before its host'],
      ['http://service.example', 'must begin with https://'],
      ['https://169.254.169.254', 'is an IP address'],
      ['https://0xa9fea9fe', 'is an IP address'],
      ['https://vault.internal', 'is in an internal network'],
      ['https://service.example.', 'has a dot at the end'],
      ['http://127.0.0.1:9', 'is this machine'],
    ] as const) {
      const error = await errorOf(() => parsePolicy(policyWith({ [place]: address }), 'policy.yaml'));
      expect(error.code).toBe('policy-invalid');
      expect(error.message).toMatch(new RegExp(`^policy\\.yaml:${where}: ${problem}[^\\n]*$`));
    }
    const local = policyWith({ [place]: 'http://127.0.0.1:9' });
    expect(parsePolicy(local, 'policy.yaml', { development: true }).sources).toHaveLength(2);
  });

  it('is named where several are wrong, without hiding other faults', async () => {
    const wrong = Object.fromEntries(PLACES.map(([place]) => [place, 'https://10.0.0.1']));
    const text = policyWith(wrong).replace('secret: bob\n', 'secret: bob\n      organizations: [nobody]\n');
    const { message } = await errorOf(() => parsePolicy(text, 'policy.yaml'));
    expect(message.split('\n')).toHaveLength(PLACES.length + 1);
  });

  it.each(['identityBaseUrl', 'auditBaseUrl'])(
    'of UiPath is not one that looks like it: %s',
    async (place) => {
      const text = policyWith({ [place]: 'https://cloud.uipath.com.evil.example/acme/identity_' });
      expect((await errorOf(() => parsePolicy(text, 'policy.yaml'))).message).toContain(
        'this one ends with evil.example',
      );
    },
  );
});

describe('the address of a container for checkpoints', () => {
  const policyNaming = (address: string): string =>
    policyText({ acme: { evidence: { checkpoints: address } } });

  it.each([
    'https://other.blob.core.windows.net/checkpoints',
    'https://other.z12.blob.storage.azure.net/a-1',
    'https://other.blob.core.usgovcloudapi.net/checkpoints',
    'https://other.blob.core.chinacloudapi.cn/checkpoints',
  ])('may be %s', (address) => {
    const { organizations } = parsePolicy(policyNaming(address), 'policy.yaml');
    expect(organizations.get('acme')?.evidence).toEqual({ checkpoints: address });
  });

  it.each([
    ['http://other.blob.core.windows.net/checkpoints', 'must begin with https://'],
    ['https://user@other.blob.core.windows.net/checkpoints', 'has a user before its host'],
    ['https://10.0.0.1/checkpoints', 'is an IP address'],
    ['https://other.blob.core.windows.net/checkpoints?sv=2024&sig=x', 'must end with its path'],
    ['https://other.blob.core.windows.net:444/checkpoints', "is not of Azure's Blob Storage"],
    ['https://other.blob.core.windows.net.evil.example/checkpoints', "is not of Azure's Blob Storage"],
    ['https://evil.example/checkpoints', "is not of Azure's Blob Storage"],
    ['https://evil-blob.core.windows.net/checkpoints', "is not of Azure's Blob Storage"],
    ['https://a.b.blob.core.windows.net/checkpoints', "is not of Azure's Blob Storage"],
    ['https://other.blob.core.windows.net', 'must have the name of a container'],
    ['https://other.blob.core.windows.net/a/b', 'must have the name of a container'],
    ['https://other.blob.core.windows.net/ab', 'must have the name of a container'],
    ['https://other.blob.core.windows.net/a--b', 'must have the name of a container'],
    ['https://other.blob.core.windows.net/$root', 'must have the name of a container'],
    ['https://other.blob.core.windows.net/Upper', 'must have the name of a container'],
    ['https://other.blob.core.windows.net/%61bc', 'must have the name of a container'],
  ])('may not be %s, which %s', async (address, problem) => {
    const error = await errorOf(async () => parsePolicy(policyNaming(address), 'policy.yaml'));
    expect(error.message).toContain(`organizations.acme.evidence.checkpoints: ${problem}`);
  });

  it('may be of this machine where it is a development machine', async () => {
    const text = policyNaming('http://127.0.0.1:10000/devstoreaccount1/checkpoints');
    expect(parsePolicy(text, 'policy.yaml', { development: true }).organizations.size).toBe(1);
    expect((await errorOf(async () => parsePolicy(text, 'policy.yaml'))).message).toContain(
      'is this machine',
    );
  });
});
