import { setTimeout as sleep } from 'node:timers/promises';
import { DEMO_SEED, GROUPS, SECRET_NAMES } from '../../../sandbox/demo-organization';
import type { FaultInput } from '../../../sandbox/uipath/faults';
import type { CheckResult } from '../../../shared/access/run-readiness-checks';
import type { CauseName } from '../../../shared/domain/readiness/causes';
import { EVIDENCE_SECRET } from '../../../shared/domain/secret-places';
import type { ReadinessStack } from './readiness-stack';

/** A mistake that somebody makes with an organization, and what readiness has to say of it. */
type Mistake = Readonly<{
  mistake: string;
  /** Gives back what undoes that which `restore` of the stack does not. */
  plant: (stack: ReadinessStack) => Promise<(() => Promise<void>) | void>;
  /** What fails, by check. */
  tells: Readonly<Record<string, CauseName>>;
  /** What passes with a warning, by check. */
  warns?: Readonly<Record<string, CauseName>>;
  /** Of the first of these checks. */
  problem: RegExp;
  fix: RegExp;
  docs: string;
  answer?: CheckResult['answer'];
}>;

const SETUP = 'docs/uipath-setup.md';
const OTHER_GUID = '0d4f5c1e-8a4b-4b53-9d0e-3f1f6c2a7b10';
const SCOPES = ['PM.Group', 'PM.Directory', 'PM.AuthSetting', 'PM.User.Read', 'PM.Audit.Read'] as const;
const groups = DEMO_SEED.groups ?? {};

const answers =
  (fault: Omit<Extract<FaultInput, { kind: 'answer' }>, 'kind'>) =>
  async ({ control }: ReadinessStack): Promise<void> => {
    await control('POST', '/faults', { faults: [{ kind: 'answer', times: 'always', ...fault }] });
  };

const withoutGroup = (name: string, others: Readonly<Record<string, string[]>>) =>
  Object.fromEntries([
    ...Object.entries(groups).filter(([other]) => other !== name),
    ...Object.entries(others),
  ]);

/** UiPath: the external application. */
const OF_APPLICATION: readonly Mistake[] = [
  {
    mistake: 'the secret was replaced in UiPath',
    plant: async ({ seed }) => seed({ clients: [{ clientSecret: 'another-one' }] }),
    tells: { 'token:acme': 'uipath-client-refused' },
    problem: /client id or secret is wrong or has expired/,
    fix: /not expired or been replaced in UiPath/,
    docs: `${SETUP}#4-the-secret`,
    answer: { status: 400, said: 'invalid_client' },
  },
  {
    mistake: 'the secret has expired in UiPath',
    plant: async ({ seed }) => seed({ clients: [{ secretExpiresAtMs: Date.now() - 60_000 }] }),
    tells: { 'token:acme': 'uipath-client-refused' },
    problem: /client id or secret is wrong or has expired/,
    fix: /not expired/,
    docs: `${SETUP}#4-the-secret`,
    answer: { said: 'invalid_client' },
  },
  {
    mistake: 'the application was deleted, or is of another organization',
    plant: async ({ seed }) => seed({ clients: [{ clientId: OTHER_GUID }] }),
    tells: { 'token:acme': 'uipath-client-refused' },
    problem: /client id or secret/,
    fix: /application is of the organization in identityBaseUrl/,
    docs: `${SETUP}#4-the-secret`,
    answer: { said: 'invalid_client' },
  },
  ...SCOPES.map((scope): Mistake => ({
    mistake: `the application was not given ${scope}`,
    plant: async ({ seed }) => seed({ clients: [{ scopes: SCOPES.filter((one) => one !== scope) }] }),
    tells: { 'token:acme': 'uipath-scope-missing' },
    problem: new RegExp(`lacks the application scope ${scope}$`),
    fix: /as application scopes and not as user scopes/,
    docs: `${SETUP}#1-the-external-application`,
    answer: { status: 400, said: 'invalid_scope' },
  })),
  {
    mistake: 'the application has user scopes only',
    plant: async ({ seed }) => seed({ clients: [{ scopes: [] }] }),
    tells: { 'token:acme': 'uipath-scope-missing' },
    problem: new RegExp(`lacks the application scope ${SCOPES.join(', ')}$`),
    fix: /not as user scopes/,
    docs: `${SETUP}#1-the-external-application`,
  },
  {
    mistake: 'UiPath gives a token with fewer scopes than were asked for',
    plant: answers({
      status: 200,
      body: {
        access_token: 'x',
        expires_in: 3600,
        scope: 'PM.Group PM.Directory PM.AuthSetting PM.User.Read',
      },
      match: { endpoint: 'T1' },
    }),
    tells: { 'token:acme': 'uipath-scope-missing' },
    problem: /PM\.Audit\.Read$/,
    fix: /add the scopes/,
    docs: `${SETUP}#1-the-external-application`,
  },
  {
    mistake: 'the application is not confidential',
    plant: async ({ seed }) => seed({ clients: [{ confidential: false }] }),
    tells: { 'token:acme': 'uipath-application-unsuitable' },
    problem: /must be confidential/,
    fix: /make a confidential application/,
    docs: `${SETUP}#1-the-external-application`,
    answer: { said: 'unauthorized_client' },
  },
  {
    mistake: 'the application was just made',
    plant: answers({ status: 400, body: 'Client not found in partition', match: { endpoint: 'T1' } }),
    tells: { 'token:acme': 'uipath-application-unknown' },
    problem: /does not find the external application/,
    fix: /wait some minutes/,
    docs: `${SETUP}#1-the-external-application`,
  },
  {
    mistake: 'the application is not in Administrators',
    plant: async ({ seed }) => seed({ clients: [{ administrator: false }] }),
    tells: { 'administrators:acme': 'uipath-not-administrator' },
    problem: /group Administrators/,
    fix: /add the external application to Administrators/,
    docs: `${SETUP}#2-administrators`,
    answer: { status: 403, said: 'The caller is not a member of the Administrators group.' },
  },
];

/** UiPath: the organization, its licence and its edition. */
const OF_ORGANIZATION: readonly Mistake[] = [
  {
    mistake: 'the organization has a standard licence',
    plant: async ({ seed }) => seed({ edition: 'standard' }),
    tells: { 'directory:acme': 'uipath-directory-closed' },
    problem: /Enterprise licence/,
    fix: /needs an Enterprise licence/,
    docs: `${SETUP}#3-licence-and-directory`,
    answer: { status: 403 },
  },
  {
    mistake: 'partitionGlobalId is of no organization',
    plant: async ({ control }) => {
      await control('POST', '/partition', { organization: 'acme', partitionGlobalId: OTHER_GUID });
    },
    tells: { 'organization:acme': 'uipath-organization-mismatch' },
    problem: /load groups/,
    fix: /the GUID of the organization for partitionGlobalId/,
    docs: `${SETUP}#5-the-policy`,
    answer: { status: 404 },
  },
  {
    mistake: 'partitionGlobalId is of another organization',
    plant: async ({ control }) => {
      await control('POST', '/partition', { organization: 'acme', partitionGlobalId: OTHER_GUID });
      const { partitionGlobalId } = DEMO_SEED;
      await control('POST', '/seed', { organizations: [{ name: 'globex', partitionGlobalId }] });
    },
    tells: { 'organization:acme': 'uipath-organization-mismatch' },
    problem: /load groups/,
    fix: /the GUID of the organization/,
    docs: `${SETUP}#5-the-policy`,
    answer: { status: 403, said: 'The token is not valid for this organization.' },
  },
  {
    mistake: 'UiPath answers InvalidPartition',
    plant: answers({ status: 400, family: 'invalid-partition', match: { endpoint: 'G8' } }),
    tells: { 'organization:acme': 'uipath-organization-mismatch' },
    problem: /knows no such organization at this address/,
    fix: /its name in identityBaseUrl/,
    docs: `${SETUP}#5-the-policy`,
    answer: { status: 400, said: 'InvalidPartition' },
  },
  {
    mistake: 'identityBaseUrl names an organization that was renamed',
    plant: async ({ seed }) => seed({ name: 'acme-group' }),
    tells: { 'token:acme': 'uipath-address-wrong' },
    problem: /answered with a page/,
    fix: /correct identityBaseUrl/,
    docs: `${SETUP}#5-the-policy`,
    answer: { status: 200, said: 'a page instead of data' },
  },
  {
    mistake: 'the edition has no access policy',
    plant: answers({ status: 404, match: { endpoint: 'P1' } }),
    tells: { 'administrators:acme': 'uipath-endpoint-missing' },
    problem: /does not offer this endpoint/,
    fix: /leave rules and access policy out/,
    docs: `${SETUP}#3-licence-and-directory`,
    answer: { status: 404 },
  },
  {
    mistake: 'the access policy is closed to applications',
    plant: answers({ status: 403, family: 'closed', match: { endpoint: 'P1' } }),
    tells: { 'administrators:acme': 'uipath-endpoint-closed' },
    problem: /does not open this endpoint/,
    fix: /another edition/,
    docs: `${SETUP}#3-licence-and-directory`,
    answer: { said: "OAuth authorization failed. 'IdentityServerApi' scope not found." },
  },
  {
    mistake: 'an IP restriction shuts this app out',
    plant: answers({ status: 403, family: 'html', match: {} }),
    tells: { 'token:acme': 'uipath-forbidden' },
    problem: /not allowed/,
    fix: /IP restriction/,
    docs: `${SETUP}#1-the-external-application`,
    answer: { status: 403, said: 'a page instead of data' },
  },
  {
    mistake: 'the audit log refuses the token',
    plant: answers({ status: 401, match: { endpoint: 'L1' } }),
    tells: {},
    warns: { 'audit-log:acme': 'uipath-audit-refused' },
    problem: /list the audit events/,
    fix: /PM\.Audit\.Read/,
    docs: `${SETUP}#1-the-external-application`,
  },
  {
    mistake: 'a group of the policy has another name in UiPath',
    plant: async ({ seed }) => seed({ groups: withoutGroup(GROUPS.finance, { 'Finance Automatoin': [] }) }),
    tells: { 'groups:acme': 'uipath-groups-missing' },
    problem: /no group "Finance Automation" \(did you mean "Finance Automatoin"\?\)$/,
    fix: /correct the names in the policy/,
    docs: `${SETUP}#5-the-policy`,
  },
  {
    mistake: 'a group of the policy is not in UiPath, and none is like it',
    plant: async ({ seed }) => seed({ groups: withoutGroup(GROUPS.support, {}) }),
    tells: { 'groups:acme': 'uipath-groups-missing' },
    problem: /UiPath has no group "Production Support"$/,
    fix: /make the groups in UiPath/,
    docs: `${SETUP}#5-the-policy`,
  },
  {
    mistake: 'UiPath has a group twice, but for a blank',
    plant: async ({ seed }) =>
      seed({ groups: { ...groups, [`${GROUPS.finance} `]: { id: OTHER_GUID, members: [] } } }),
    tells: { 'groups:acme': 'uipath-group-ambiguous' },
    problem: /2 groups of the name "Finance Automation"/,
    fix: /rename or delete one/,
    docs: 'docs/operations.md#uipath',
  },
  {
    mistake: 'UiPath fails',
    plant: answers({ status: 503, match: { endpoint: 'T1' } }),
    tells: { 'token:acme': 'uipath-unavailable' },
    problem: /UiPath failed/,
    fix: /status page/,
    docs: 'docs/operations.md#uipath',
    answer: { status: 503 },
  },
  {
    mistake: 'a proxy cuts the connection to UiPath',
    plant: async ({ control }) => {
      await control('POST', '/faults', {
        faults: [{ kind: 'reset', times: 'always', match: { endpoint: 'T1' } }],
      });
    },
    tells: { 'token:acme': 'uipath-unavailable' },
    problem: /the answer was lost: .*proxies and firewalls/,
    fix: /tries again by itself/,
    docs: 'docs/operations.md#uipath',
  },
  {
    mistake: 'somebody else used up the calls of the organization',
    plant: async ({ control }) => {
      await control('POST', '/switches', { rateLimits: { POST: 0, windowMs: 300 } });
      return async () => {
        await sleep(1_050);
      };
    },
    tells: { 'token:acme': 'uipath-throttled' },
    warns: { 'quota:acme': 'uipath-throttled' },
    problem: /used up its POST calls, with everybody else's/,
    fix: /find who else calls UiPath/,
    docs: 'docs/operations.md#quota',
    answer: { status: 429 },
  },
  {
    mistake: 'our share of the calls is used up',
    plant: async ({ spend, forgetSpent }) => {
      await spend('PUT', 160);
      return async () => forgetSpent('PUT');
    },
    tells: {},
    warns: { 'quota:acme': 'quota-exhausted' },
    problem: /Of 160 PUT calls in five minutes 0 are left/,
    fix: /raise quota\.share/,
    docs: 'docs/operations.md#quota',
  },
  {
    mistake: 'little is left of our share of the calls',
    plant: async ({ spend, forgetSpent }) => {
      await spend('PUT', 150);
      return async () => forgetSpent('PUT');
    },
    tells: {},
    warns: { 'quota:acme': 'quota-low' },
    problem: /Of 160 PUT calls in five minutes 10 are left/,
    fix: /nothing, if it passes/,
    docs: 'docs/operations.md#quota',
  },
  {
    mistake: 'the clock of this machine is wrong',
    plant: async ({ control }) => {
      await control('POST', '/switches', { clockAheadMs: 3_600_000 });
    },
    tells: { 'clock:acme': 'clock-differs' },
    problem: /(3599|3600) seconds behind UiPath's/,
    fix: /by NTP/,
    docs: `${SETUP}#6-check`,
  },
  {
    mistake: 'the clock of this machine goes ahead',
    plant: async ({ control }) => {
      await control('POST', '/switches', { clockAheadMs: -90_000 });
    },
    tells: {},
    warns: { 'clock:acme': 'clock-differs' },
    problem: /(90|91) seconds ahead of UiPath's/,
    fix: /by NTP/,
    docs: `${SETUP}#6-check`,
  },
];

/** The vault and what is in it. */
const OF_VAULT: readonly Mistake[] = [
  {
    mistake: 'the vault does not allow the secret of the organization to this app',
    plant: async ({ vault }) => {
      vault.injectFault({ status: 403, path: `/secrets/${SECRET_NAMES.organization}` });
    },
    tells: { 'vault:acme': 'vault-denied' },
    problem: /did not give the secret uipath-acme: it does not allow it/,
    fix: /role Key Vault Secrets User/,
    docs: `${SETUP}#4-the-secret`,
    answer: { status: 403 },
  },
  {
    mistake: 'the vault cannot be reached',
    plant: async ({ vault }) => {
      vault.injectFault({ isDown: true, path: `/secrets/${SECRET_NAMES.organization}` });
    },
    tells: { 'vault:acme': 'vault-unavailable' },
    problem: /did not give the secret uipath-acme: the connection ended/,
    fix: /check KEY_VAULT_URL/,
    docs: `${SETUP}#4-the-secret`,
  },
  {
    mistake: 'the secret of the organization is not in the vault',
    plant: async ({ deleteSecret }) => deleteSecret(SECRET_NAMES.organization),
    tells: { 'vault:acme': 'secret-missing' },
    problem: /The vault has no secret uipath-acme/,
    fix: /put the secret into the vault under the name that is told/,
    docs: `${SETUP}#4-the-secret`,
  },
  {
    mistake: 'the secret of the organization is the client secret alone',
    plant: async ({ putSecret }) => putSecret(SECRET_NAMES.organization, 'a-client-secret-alone'),
    tells: { 'vault:acme': 'secret-invalid' },
    problem: /uipath-acme is not JSON with a clientId and a clientSecret/,
    fix: /in the form that is told/,
    docs: `${SETUP}#4-the-secret`,
  },
  {
    mistake: 'the secret of a source is not in the vault',
    plant: async ({ deleteSecret }) => deleteSecret(SECRET_NAMES.hr),
    tells: { 'source:hr/standard': 'secret-missing' },
    problem: /The vault has no secret webhook-hr/,
    fix: /put the secret into the vault/,
    docs: `${SETUP}#4-the-secret`,
  },
  {
    mistake: 'the secret of a source was copied without its prefix',
    plant: async ({ putSecret, good }) =>
      putSecret(SECRET_NAMES.hr, `!${good(SECRET_NAMES.hr).slice('whsec_'.length)}`),
    tells: { 'source:hr/standard': 'secret-malformed' },
    problem: /not the form/,
    fix: /with its prefix/,
    docs: 'docs/operations.md#secrets-of-sources',
  },
  {
    mistake: 'the secret of a source is too short',
    plant: async ({ putSecret }) => putSecret(SECRET_NAMES.hr, 'whsec_c2hvcnQ='),
    tells: { 'source:hr/standard': 'secret-too-short' },
    problem: /too few bytes/,
    fix: /make a longer secret/,
    docs: 'docs/operations.md#secrets-of-sources',
  },
  {
    mistake: 'the secret of a source is one of a documentation',
    plant: async ({ putSecret }) => putSecret(SECRET_NAMES.hr, 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'),
    tells: { 'source:hr/standard': 'secret-published' },
    problem: /anybody could sign/,
    fix: /make a new secret/,
    docs: 'docs/operations.md#secrets-of-sources',
  },
  {
    mistake: 'the secret of a source is no random key',
    plant: async ({ putSecret }) =>
      putSecret(SECRET_NAMES.hr, `whsec_${Buffer.from('a'.repeat(32)).toString('base64')}`),
    tells: { 'source:hr/standard': 'secret-guessable' },
    problem: /not random/,
    fix: /make a random key/,
    docs: 'docs/operations.md#secrets-of-sources',
  },
  {
    mistake: 'two sources have one secret',
    plant: async ({ putSecret, good }) => putSecret(SECRET_NAMES.hr, good(SECRET_NAMES.tickets)),
    tells: { 'secrets-apart': 'secret-shared' },
    problem: /two places of the policy have one secret/,
    fix: /a secret of its own/,
    docs: 'docs/operations.md#secrets-of-sources',
  },
  {
    mistake: 'the key of evidence is not in the vault',
    plant: async ({ deleteSecret }) => deleteSecret(EVIDENCE_SECRET),
    tells: { 'evidence-key': 'secret-missing' },
    problem: /no secret evidence-key/,
    fix: /put the secret into the vault/,
    docs: `${SETUP}#4-the-secret`,
  },
  {
    mistake: 'the key of the console is a password',
    plant: async ({ putSecret }) => putSecret(SECRET_NAMES.console, 'Sommer2026!'),
    tells: { 'console-key': 'secret-invalid' },
    problem: /console-key is not 32 random bytes/,
    fix: /in the form that is told/,
    docs: `${SETUP}#4-the-secret`,
  },
];

/** The policy file. */
const OF_POLICY: readonly Mistake[] = [
  {
    mistake: 'an edit of the policy has a fault',
    plant: async ({ uploadPolicy, policyText }) => {
      await uploadPolicy(policyText.replace('mode: additive', 'mode: aditive'));
      return async () => uploadPolicy(policyText);
    },
    tells: { 'policy-in-force': 'policy-kept' },
    problem: /additive/,
    fix: /correct the file at the lines that are named/,
    docs: `${SETUP}#5-the-policy`,
  },
  {
    mistake: 'an edit of the policy was a moment ago',
    plant: async ({ uploadPolicy, policyText }) => {
      await uploadPolicy(`${policyText}# edited\n`);
      return async () => uploadPolicy(policyText);
    },
    tells: {},
    warns: { 'policy-in-force': 'policy-waits' },
    problem: /newer than what is in force/,
    fix: /wait a minute/,
    docs: `${SETUP}#5-the-policy`,
  },
  {
    mistake: 'the policy file was deleted',
    plant: async ({ uploadPolicy, policyText }) => {
      await uploadPolicy(undefined);
      return async () => uploadPolicy(policyText);
    },
    tells: { 'policy-in-force': 'policy-unavailable' },
    problem: /policy file cannot be read/,
    fix: /where POLICY_FILE says/,
    docs: `${SETUP}#5-the-policy`,
  },
  {
    mistake: 'two deployments have different policies on one storage',
    plant: async ({ uploadPolicy, bringIntoForce, policyText }) => {
      // Times of blobs have whole seconds.
      await sleep(1_100);
      await uploadPolicy(`${policyText}# of another deployment\n`, 'other.yaml');
      await bringIntoForce('other.yaml');
      return async () => {
        await sleep(1_100);
        await uploadPolicy(policyText);
        await bringIntoForce('policy.yaml');
      };
    },
    tells: { 'policy-in-force:acme': 'policy-of-another-deployment' },
    problem:
      /^In force is version 2 .*, from blob policy\/other.yaml, since .*; this deployment has another \(.*, blob policy\/policy.yaml\), and does nothing for acme$/,
    fix: /upload the blob once more/,
    docs: 'docs/operations.md#two-deployments-on-one-storage',
  },
];

/** What operators and the set-up of UiPath get wrong, one at a time. */
export const MISTAKES: readonly Mistake[] = [
  ...OF_POLICY,
  ...OF_APPLICATION,
  ...OF_ORGANIZATION,
  ...OF_VAULT,
];
