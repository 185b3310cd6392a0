import type { CauseWords } from './cause-words';

const SETUP = 'docs/uipath-setup.md';
const OPERATIONS = 'docs/operations.md';

/** What is wrong with the policy, storage, the vault, the settings or the clock of this application. */
export const OWN_CAUSES = {
  'policy-invalid': {
    means: 'the policy file has a fault, and no version of it is in force',
    fix: 'correct the file at the lines that are named, and put it in its place again',
    docs: 'docs/policy.md#what-is-refused',
  },
  'policy-unavailable': {
    means: 'the policy file cannot be read',
    fix: 'put the file where POLICY_FILE says, and give the identity of this application the role Storage Blob Data Contributor',
    docs: `${SETUP}#5-the-policy`,
  },
  'policy-kept': {
    means:
      'the policy file is not what is in force: it has a fault, and the version before it stays in force',
    fix: 'correct the file at the lines that are named; until then an edit of it changes nothing',
    docs: `${SETUP}#5-the-policy`,
  },
  'policy-waits': {
    means: 'the policy file is newer than what is in force in this process',
    fix: 'wait a minute and ask again; where it stays, look for policy-kept in the log',
    docs: `${SETUP}#5-the-policy`,
  },
  'policy-of-another-deployment': {
    means: 'another deployment brought another policy into force on the same storage',
    fix: 'stop the deployment that is not wanted, or give it a storage account of its own, or both the same file. To bring the file of this one into force write it again: upload the blob once more, or change a line of the file, such as a comment',
    docs: `${OPERATIONS}#two-deployments-on-one-storage`,
  },
  'policy-elsewhere': {
    means: 'another deployment on the same storage has a policy that is not in force, and does nothing',
    fix: 'stop that deployment, or give it the same file, or a storage account of its own',
    docs: `${OPERATIONS}#two-deployments-on-one-storage`,
  },
  'organization-observed': {
    means: 'the policy has the organization in observe: nothing is written to UiPath for it',
    fix: 'nothing while you look at what would be done; then set its mode to enforce',
    docs: 'docs/policy.md#an-organization-in-observe',
  },
  'organization-paused': {
    means: 'somebody paused the organization: nothing is written to UiPath for it, and all that waits stays',
    fix: 'nothing while the pause is wanted; then resume it with access resume, or on the page Today of the console',
    docs: 'docs/operations.md#a-pause',
  },
  'pause-lost': {
    means:
      'the organization was paused, and an older version of this application wrote its record since: changes are made',
    fix: 'pause it again with access pause, or end the pause with access resume; deploy no version before the one that knows pauses',
    docs: 'docs/operations.md#a-pause',
  },
  'storage-unavailable': {
    means: 'storage does not do what it is asked',
    fix: 'check the name of the account in the settings, its state, and the network between',
    docs: `${OPERATIONS}#storage-and-runs`,
  },
  'storage-denied': {
    means: 'storage refuses this application',
    fix: 'give the identity of this application the data roles of Blob, Queue and Table, and let this network through the firewall of the account',
    docs: `${OPERATIONS}#storage-and-runs`,
  },
  'evidence-unavailable': {
    means: 'evidence cannot be written, and nothing is changed without it',
    fix: 'look at the checks storage and evidence-key',
    docs: `${OPERATIONS}#storage-and-runs`,
  },
  'lease-lost': {
    means: 'another run of the writer took over',
    fix: 'nothing: the writer goes on by itself',
    docs: `${OPERATIONS}#leases-and-crashes`,
  },
  'vault-unavailable': {
    means: 'the vault does not answer',
    fix: 'check KEY_VAULT_URL, the state of the vault and the network between',
    docs: `${SETUP}#4-the-secret`,
  },
  'vault-denied': {
    means: 'the vault refuses this application',
    fix: 'give the identity of this application the role Key Vault Secrets User, and let this network through the firewall of the vault',
    docs: `${SETUP}#4-the-secret`,
  },
  'secret-missing': {
    means: 'the vault has no enabled version of the secret',
    fix: 'put the secret into the vault under the name that is told, or correct the name in the policy',
    docs: `${SETUP}#4-the-secret`,
  },
  'secret-invalid': {
    means: 'the secret has another form than it needs',
    fix: 'put a new version of the secret into the vault, in the form that is told',
    docs: `${SETUP}#4-the-secret`,
  },
  'secret-published': {
    means: 'the secret is printed in the documentation of a vendor: anybody could sign with it',
    fix: 'make a new secret, give it to the sender, and put it into the vault as a new version',
    docs: `${OPERATIONS}#secrets-of-sources`,
  },
  'secret-too-short': {
    means: 'the secret has too few bytes',
    fix: 'make a longer secret, give it to the sender, and put it into the vault as a new version',
    docs: `${OPERATIONS}#secrets-of-sources`,
  },
  'secret-guessable': {
    means: 'the key in the secret is not random',
    fix: 'make a random key, give it to the sender, and put it into the vault as a new version',
    docs: `${OPERATIONS}#secrets-of-sources`,
  },
  'secret-malformed': {
    means: 'the secret has not the form that the format of this source needs',
    fix: 'copy the secret again as the sender shows it, with its prefix, and put it into the vault as a new version',
    docs: `${OPERATIONS}#secrets-of-sources`,
  },
  'secret-shared': {
    means: 'two places of the policy have one secret: who knows it can pass for the other',
    fix: 'make a secret of its own for one of the places, and put it into the vault',
    docs: `${OPERATIONS}#secrets-of-sources`,
  },
  'sign-in-platform-off': {
    means: 'CONSOLE_SIGN_IN is easy-auth, and the platform signs nobody in',
    fix: 'switch on App Service authentication with Microsoft Entra ID for this app',
    docs: 'docs/console.md#sign-in',
  },
  'sign-in-tenant-missing': {
    means: 'CONSOLE_SIGN_IN is easy-auth, and no tenant is named whose people may sign in',
    fix: 'set CONSOLE_TENANT_ID to the id of your tenant in Entra ID',
    docs: 'docs/console.md#sign-in',
  },
  'clock-differs': {
    means: 'the clock of this machine and that of UiPath differ',
    fix: 'set the clock of this machine by NTP: signatures, approvals and tokens end by it',
    docs: `${SETUP}#6-check`,
  },
  'no-answer-in-time': {
    means: 'what was asked did not answer within the time of one check',
    fix: 'ask again; where it stays, check its address, its state, and firewalls between',
    docs: `${SETUP}#6-check`,
  },
  internal: {
    means: 'something failed that nobody foresaw',
    fix: 'report it, with the log line',
    docs: `${OPERATIONS}#storage-and-runs`,
  },
} as const satisfies Readonly<Record<string, CauseWords>>;
