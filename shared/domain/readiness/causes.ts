/** What is told of a cause: what it means, what to do, and where in `docs/` that is written. */
type CauseWords = Readonly<{ means: string; fix: string; docs: string }>;

const SETUP = 'docs/uipath-setup.md';
const OPERATIONS = 'docs/operations.md';

/**
 * Why something cannot work, named finer than the code of an error: one code, such as `uipath-token-refused`, has several causes
 * with a fix each. Readiness and the log tell a cause with the same words. Names are public, and never renamed.
 */
const causes = {
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
    fix: 'stop one of the two deployments, or give both the same policy file, or each a storage account of its own',
    docs: `${SETUP}#5-the-policy`,
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
  'uipath-client-refused': {
    means: 'UiPath does not take this client id with this secret',
    fix: 'check that the secret has not expired or been replaced in UiPath, that the client id is copied whole, and that the application is of the organization in identityBaseUrl',
    docs: `${SETUP}#4-the-secret`,
  },
  'uipath-scope-missing': {
    means: 'the external application lacks a scope that is asked for',
    fix: 'add the scopes that are named to the external application, as application scopes and not as user scopes',
    docs: `${SETUP}#1-the-external-application`,
  },
  'uipath-application-unsuitable': {
    means: 'the external application may not get a token by itself',
    fix: 'make a confidential application with application scopes: one of another type cannot be changed into it',
    docs: `${SETUP}#1-the-external-application`,
  },
  'uipath-application-unknown': {
    means: 'UiPath does not find the external application in this organization',
    fix: 'wait some minutes where it was just made; else take the client id of an application of this organization',
    docs: `${SETUP}#1-the-external-application`,
  },
  'uipath-token-refused': {
    means: 'UiPath gives no token',
    fix: 'compare the external application with what it has to be',
    docs: `${SETUP}#1-the-external-application`,
  },
  'uipath-address-wrong': {
    means: 'a page or a redirect came instead of data: identityBaseUrl leads elsewhere',
    fix: 'correct identityBaseUrl: it is https://cloud.uipath.com/<organization>/identity_ with the name of your organization',
    docs: `${SETUP}#5-the-policy`,
  },
  'uipath-organization-mismatch': {
    means:
      'identityBaseUrl and partitionGlobalId are not of one organization, the one of the external application',
    fix: 'take the GUID of the organization for partitionGlobalId, and its name in identityBaseUrl',
    docs: `${SETUP}#5-the-policy`,
  },
  'uipath-unreachable': {
    means: 'UiPath cannot be reached',
    fix: 'check the host of identityBaseUrl, DNS, proxies and firewalls between, and IP restrictions in UiPath',
    docs: `${OPERATIONS}#uipath`,
  },
  'uipath-unavailable': {
    means: 'UiPath answers with an error of its own',
    fix: "look at UiPath's status page; the application tries again by itself",
    docs: `${OPERATIONS}#uipath`,
  },
  'uipath-outcome-unknown': {
    means: 'the answer of UiPath to a change was lost',
    fix: 'nothing: the writer reads back what was done',
    docs: `${OPERATIONS}#uipath`,
  },
  'uipath-answer-invalid': {
    means: 'the answer of UiPath is not what its API describes',
    fix: 'check identityBaseUrl; where it is right, report it with the log line',
    docs: `${OPERATIONS}#uipath`,
  },
  'uipath-unauthorized': {
    means: 'UiPath does not accept a token that it has just given',
    fix: 'check that identityBaseUrl and auditBaseUrl are of one organization',
    docs: `${SETUP}#5-the-policy`,
  },
  'uipath-forbidden': {
    means: 'UiPath does not allow it to the external application',
    fix: 'check that its scopes are application scopes, and that no IP restriction of the organization shuts this app out',
    docs: `${SETUP}#1-the-external-application`,
  },
  'uipath-not-administrator': {
    means: 'the external application is not a member of the group Administrators',
    fix: 'add the external application to Administrators: Admin, Accounts and groups, Groups',
    docs: `${SETUP}#2-administrators`,
  },
  'uipath-directory-closed': {
    means: 'UiPath does not open the directory to external applications of this organization',
    fix: 'the organization needs an Enterprise licence: without it no address can be found, and nothing is applied to people',
    docs: `${SETUP}#3-licence-and-directory`,
  },
  'uipath-audit-refused': {
    means: 'UiPath does not let the external application read the audit log',
    fix: 'give it PM.Audit.Read as an application scope, and check auditBaseUrl',
    docs: `${SETUP}#1-the-external-application`,
  },
  'uipath-endpoint-closed': {
    means: 'UiPath does not open this to external applications',
    fix: 'nothing helps but another edition of UiPath',
    docs: `${SETUP}#3-licence-and-directory`,
  },
  'uipath-endpoint-missing': {
    means: 'this edition of UiPath does not offer it',
    fix: 'check identityBaseUrl; where it is right, leave rules and access policy out of the policy file',
    docs: `${SETUP}#3-licence-and-directory`,
  },
  'uipath-groups-missing': {
    means: 'the policy names groups that UiPath does not have',
    fix: 'correct the names in the policy, or make the groups in UiPath',
    docs: `${SETUP}#5-the-policy`,
  },
  'uipath-group-ambiguous': {
    means: 'UiPath has several groups of one name, but for case or Unicode form',
    fix: 'rename or delete one of them in UiPath',
    docs: `${OPERATIONS}#uipath`,
  },
  'uipath-throttled': {
    means: "UiPath said 429: everybody together used up the organization's calls",
    fix: 'find who else calls UiPath for this organization, or lower quota.share',
    docs: `${OPERATIONS}#quota`,
  },
  'quota-exhausted': {
    means: "our share of the organization's calls is used up for now",
    fix: 'nothing: the application goes on when calls fit; raise quota.share where it lasts',
    docs: `${OPERATIONS}#quota`,
  },
  'quota-low': {
    means: "little is left of our share of the organization's calls",
    fix: 'nothing, if it passes; raise quota.share where it lasts',
    docs: `${OPERATIONS}#quota`,
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

export type Cause = keyof typeof causes;

/** Every cause with its words. */
export const CAUSES: Readonly<Record<Cause, CauseWords>> = causes;

export function isCause(name: string): name is Cause {
  return Object.hasOwn(causes, name);
}
