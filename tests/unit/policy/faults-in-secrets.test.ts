import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { errorOf } from '../../fakes/error-of';

type Names = Readonly<{
  acme?: string;
  globex?: string;
  acmeTold?: string;
  globexTold?: string;
  told?: string;
  bob?: string;
  bobApi?: string;
  finch?: string;
  finchApi?: string;
  finchUrl?: string;
  desk?: string;
}>;

function policyWith(names: Names): string {
  return `version: 1
organizations:
  acme:
    partitionGlobalId: 7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e47
    identityBaseUrl: https://cloud.uipath.com/acme/identity_
    credentialSecret: ${names.acme ?? 'uipath-acme'}
    groups: {}
    notify: [{ name: ops, url: "https://ops.example/hook", secret: ${names.acmeTold ?? 'told-acme'} }]
  globex:
    partitionGlobalId: 7c1e9a52-3d64-4f0b-9a68-5b2f3c8d1e48
    identityBaseUrl: https://cloud.uipath.com/globex/identity_
    credentialSecret: ${names.globex ?? 'uipath-globex'}
    groups: {}
    notify: [{ name: ops, url: "${names.told ?? 'https://ops.example/hook'}", secret: ${names.globexTold ?? 'told-globex'} }]
sources:
  hr:
    bob: { format: hibob, secret: ${names.bob ?? 'bob'}, fetchBack: { baseUrl: "https://api.example/v1", secret: ${names.bobApi ?? 'bob-api'} } }
    finch: { format: finch, secret: ${names.finch ?? 'finch'}, fetchBack: { baseUrl: "${names.finchUrl ?? 'https://api.example'}", secret: ${names.finchApi ?? 'finch-api'} } }
  tickets:
    desk: { secret: ${names.desk ?? 'desk'} }
`;
}

describe('a secret that the policy names', () => {
  it('is one for each place', () => {
    expect(parsePolicy(policyWith({}), 'policy.yaml').sources).toHaveLength(3);
  });

  it.each<readonly [string, Names, string, string]>([
    ['two sources of one feed', { finch: 'bob' }, '18: sources.hr.finch.secret', 'sources.hr.bob.secret'],
    ['two feeds', { desk: 'bob' }, '20: sources.tickets.desk.secret', 'sources.hr.bob.secret'],
    [
      'two feeds, in another case',
      { desk: 'BOB' },
      '20: sources.tickets.desk.secret',
      'sources.hr.bob.secret',
    ],
    [
      'what a source sends and what it is asked with',
      { bobApi: 'bob' },
      '17: sources.hr.bob.fetchBack.secret',
      'sources.hr.bob.secret',
    ],
    [
      'what one source sends and another is asked with',
      { desk: 'finch-api' },
      '20: sources.tickets.desk.secret',
      'sources.hr.finch.fetchBack.secret',
    ],
    [
      'two organizations',
      { globex: 'uipath-acme' },
      '12: organizations.globex.credentialSecret',
      'organizations.acme.credentialSecret',
    ],
    [
      'UiPath and a source',
      { desk: 'uipath-acme' },
      '20: sources.tickets.desk.secret',
      'organizations.acme.credentialSecret',
    ],
    [
      'a receiver and a source',
      { desk: 'told-acme' },
      '20: sources.tickets.desk.secret',
      'organizations.acme.notify.0.secret',
    ],
    [
      'two receivers',
      { globexTold: 'told-acme', told: 'https://ops.example/other' },
      '14: organizations.globex.notify.0.secret',
      'organizations.acme.notify.0.secret',
    ],
    [
      'two APIs',
      { finchApi: 'bob-api', finchUrl: 'https://other.example' },
      '18: sources.hr.finch.fetchBack.secret',
      'sources.hr.bob.fetchBack.secret',
    ],
    ['the console and a source', { desk: 'console-key' }, '20: sources.tickets.desk.secret', 'console'],
    ['the console and UiPath', { acme: 'Console-Key' }, '6: organizations.acme.credentialSecret', 'console'],
  ])('is refused for %s, and both places are named', async (_case, names, where, other) => {
    const { code, message } = await errorOf(() => parsePolicy(policyWith(names), 'policy.yaml'));
    expect(code).toBe('policy-invalid');
    expect(message).toMatch(
      new RegExp(`^policy\\.yaml:${where}: "[^"]+" is the secret of ${other} too, [^\\n]+$`),
    );
  });

  it.each<readonly [string, Names]>([
    ['one receiver of two organizations', { globexTold: 'told-acme' }],
    ['one API that two sources are looked up at', { finchApi: 'bob-api' }],
  ])('may be one for %s, who learns nothing by it', (_case, names) => {
    expect(parsePolicy(policyWith(names), 'policy.yaml').sources).toHaveLength(3);
  });

  it('is named at every place that has it', async () => {
    const { message } = await errorOf(() =>
      parsePolicy(policyWith({ finch: 'bob', desk: 'bob', acmeTold: 'bob' }), 'policy.yaml'),
    );
    expect(message.split('\n')).toHaveLength(3);
  });

  it.each(['"a b"', 'a_b', 'a/b', '"../x"', 'é', '"a?b"', `"${'a'.repeat(128)}"`, '""'])(
    'has a name that Key Vault has, and not %s',
    async (desk) => {
      const { message } = await errorOf(() => parsePolicy(policyWith({ desk }), 'policy.yaml'));
      expect(message).toBe(
        'policy.yaml:20: sources.tickets.desk.secret: is no name of a secret: 1 to 127 letters, digits and hyphens',
      );
    },
  );
});
