import type { CauseWords } from './cause-words';

const SETUP = 'docs/uipath-setup.md';
const OPERATIONS = 'docs/operations.md';

/** What is wrong with UiPath, or with how an organization is set up there. */
export const CAUSES_IN_UIPATH = {
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
} as const satisfies Readonly<Record<string, CauseWords>>;
