import { demoPolicy } from '../../sandbox/demo-organization';
import { AppError } from '../../shared/errors';
import { parsePolicy } from '../../shared/policy/parse-policy';
import { readConfig } from './read-config';
import type { Attack, Boundary } from './attack';
import type { Control } from './control';

const GOOD = 'https://service.example.com/base';

/** A policy with `address` in one place where an address stands. */
const places: Readonly<Record<string, readonly [boundary: Boundary, policy: (address: string) => string]>> = {
  identityBaseUrl: ['writer', (address) => demoPolicy(address)],
  auditBaseUrl: [
    'writer',
    (address) =>
      demoPolicy(GOOD).replace(
        '    credentialSecret',
        `    auditBaseUrl: "${address}"\n    credentialSecret`,
      ),
  ],
  'notify.url': [
    'notifications',
    (address) =>
      demoPolicy(GOOD).replace(
        'sources:',
        `    notify:\n      - { name: chat, url: "${address}", secret: notify }\nsources:`,
      ),
  ],
  'fetchBack.baseUrl': [
    'sender',
    (address) =>
      demoPolicy(GOOD).replace(
        '  tickets:',
        `    hibob: { format: hibob, secret: webhook-hibob, fetchBack: { baseUrl: "${address}", secret: hibob-api } }\n  tickets:`,
      ),
  ],
  'entra.authority': [
    'sender',
    (address) =>
      demoPolicy(GOOD).replace(
        '  tickets:',
        `    workday: { format: standard-token, entra: { tenantId: 6f1f9d0a-2c57-4c1e-9d68-0f7c2b3a4e51, audience: "api://x", application: 3e8b5c1d-7a42-4f6e-8b90-c1d2e3f4a5b6, authority: "${address}" } }\n  tickets:`,
      ),
  ],
};

/** Where attackers would have secrets sent, or what is inside be called. */
const addresses: Readonly<Record<string, readonly string[]>> = {
  metadata: [
    'http://169.254.169.254/latest',
    'https://169.254.169.254/latest',
    'https://[fd00:ec2::254]/x',
    'https://[::ffff:169.254.169.254]/x',
    'https://metadata.google.internal/x',
  ],
  loopback: [
    'https://127.0.0.1/x',
    'https://localhost/x',
    'https://[::1]/x',
    'https://127.1/x',
    'https://0.0.0.0/x',
  ],
  numbers: ['https://2130706433/x', 'https://0x7f000001/x', 'https://017700000001/x', 'https://10.0.0.5/x'],
  inside: ['https://intranet/x', 'https://db.corp/x', 'https://vault.internal/x', 'https://printer.local/x'],
  disguised: [
    'https://cloud.uipath.com@evil.example/x',
    'https://cloud.uipath.com\\\\@evil.example/x',
    'https://user:pass@service.example.com/x',
    'http://service.example.com/x',
    'file:///etc/passwd',
    'gopher://service.example.com/x',
  ],
};

/** Whether a policy with this address comes into force in production. */
function isTaken(policy: string): boolean {
  try {
    parsePolicy(policy, 'policy.yaml', { development: false });
    return true;
  } catch (error) {
    if (error instanceof AppError && error.code === 'policy-invalid') return false;
    throw error;
  }
}

function controlOf(place: string, policy: (address: string) => string): Control {
  return {
    id: `an address outside, in ${place}`,
    says: 'The same policy with the address of a named service is taken',
    works: async () => isTaken(policy(GOOD)),
  };
}

const inPolicy = Object.entries(places).flatMap(([place, [boundary, policy]]) =>
  Object.entries(addresses).map(([kind, some]): Attack => ({
    id: `address-${place.toLowerCase().replaceAll('.', '-')}-${kind}`,
    boundary,
    tries: `Writes addresses into ${place} of the policy that lead elsewhere: ${kind}`,
    must: 'The policy does not come into force',
    control: controlOf(place, policy),
    run: async () => some.some((address) => isTaken(policy(address))),
  })),
);

const settings: Attack = {
  id: 'address-of-the-vault',
  boundary: 'vault',
  tries: 'Sets the address of the vault, or of a service of storage, to a machine inside or of the attacker',
  must: 'The app does not start with it',
  control: {
    id: 'the address of a vault',
    says: 'The app starts with the address of a vault in Azure',
    works: async () => readConfig({ KEY_VAULT_URL: 'https://acme.vault.azure.net' }) === 'taken',
  },
  run: async () =>
    Object.values(addresses)
      .flat()
      .some((address) => readConfig({ KEY_VAULT_URL: address }) === 'taken'),
};

/** Every address that somebody can configure is judged by one rule. */
export const addressAttacks: readonly Attack[] = [...inPolicy, settings];
