import { createCheckEntry } from './check-catalog-entry';

/** Checks of who is who: people, their addresses and their accounts. */
export const IDENTITY_CHECKS = {
  'identity-unresolved': createCheckEntry('identity-unresolved', 'medium', {
    title: 'Address that UiPath does not know',
    why: 'Somebody should have access and has no account under this address.',
    mend: 'Correct the address, or have the person sign in once.',
  }),
  'identity-ambiguous': createCheckEntry('identity-ambiguous', 'high', {
    title: 'Address of several accounts',
    why: 'Two accounts have this address, so nothing is changed for either.',
    mend: 'Leave one account with this address.',
  }),
  'identity-duplicate': createCheckEntry('identity-duplicate', 'medium', {
    title: 'Two that should be one',
    why: 'Two accounts share an address, or two people an account: what is taken from one the other keeps.',
    mend: 'Delete the account that is not used, or correct the address in the HR system.',
  }),
  'address-handed-on': createCheckEntry('address-handed-on', 'critical', {
    title: 'Address of two worker records',
    why: 'A new worker id came under the address of somebody else, and another account answers to it: the record gives nothing until it is said whose it is.',
    mend: 'On the page of the person, say whether it is the same person or another one.',
  }),
  'account-replaced': createCheckEntry('account-replaced', 'high', {
    title: 'Another account in place of a known one',
    why: 'Another account answers to the address of somebody with privileged grants: those wait until it is said that the account is theirs.',
    mend: 'On the page of the person, say whether the account is theirs.',
  }),
  'account-shared': createCheckEntry('account-shared', 'critical', {
    title: 'One account of two people',
    why: 'Two people who were told apart lead to one account: neither gets more by it, and each keeps what the other has a reason for.',
    mend: 'Correct the address of one of them in the HR system or in UiPath.',
  }),
  'leaver-accounts': createCheckEntry('leaver-accounts', 'critical', {
    title: 'Leaver with several accounts',
    why: 'The addresses of somebody who left lead to several accounts: all of them are emptied, and one of them may be missed.',
    mend: 'Delete the accounts that nobody uses, and look at what each of them was in.',
  }),
  'account-off-at-work': createCheckEntry('account-off-at-work', 'medium', {
    title: 'Account switched off at work',
    why: 'HR says that somebody works here, and an identity provider has switched the account off: they have no access until it is on again.',
    mend: 'Ask HR whether the person has left. If not, have the account switched on.',
  }),
  'grant-of-ended-record': createCheckEntry('grant-of-ended-record', 'low', {
    title: 'Grant of one of two employments',
    why: 'Somebody with several employments asked for a group, and one of them has ended: nobody knows which one it was for, and it runs to its end.',
    mend: 'Ask whether it is still needed, and have it revoked if not.',
  }),
  'address-differs': createCheckEntry('address-differs', 'low', {
    title: 'Address that UiPath does not have yet',
    why: 'HR gave somebody a new address, and the account in UiPath still has another one.',
    mend: 'Have the address changed in UiPath, or corrected in the HR system.',
  }),
  'approver-has-left': createCheckEntry('approver-has-left', 'medium', {
    title: 'Approver who has left',
    why: 'The policy names somebody as approver who has left: their approvals do not count, and requests may wait for nobody.',
    mend: 'Name another approver in the policy file, or take this one out.',
  }),
  'identity-dormant': createCheckEntry('identity-dormant', 'low', {
    title: 'Account that nobody uses',
    why: 'An account that is switched off, or was not used for long, still has access.',
    mend: 'Remove the memberships, or ask the person.',
  }),
} as const;
