import type { History } from './history';

const OWN = ['Developers', 'Users'];
const OWN_AND_ASKED = ['Developers', 'Finance', 'Users'];
const ALL = ['Developers', 'Finance', 'Treasury', 'Users'];
const asked = { day: 1, does: 'asks', group: 'Finance' } as const;
const askedPrivileged = { day: 1, does: 'asks', group: 'Treasury' } as const;
const R1 = { record: '1' } as const;
const R2 = { record: '2' } as const;
const account = { record: '', source: 'directory' } as const;

/** Histories in which addresses and accounts change, or an identity provider switches an account. */
export const ACCOUNT_HISTORIES: readonly History[] = [
  {
    number: 6,
    title: 'a rehire under a new number, address and account, of whom the source says that they are the same',
    words: [
      { day: 0, says: 'joins', ...R1, human: '9' },
      { day: 2, says: 'leaves', ...R1, human: '9' },
      { day: 4, says: 'joins', ...R2, human: '9', address: 'B' },
    ],
    acts: [asked, { day: 3, does: 'gives-account', address: 'B' }],
    at: { 2: [], 4: [] },
    second: OWN,
  },
  {
    number: 7,
    title: 'a rehire under a new number, address and account is another person',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1 },
      { day: 4, says: 'joins', ...R2, address: 'B' },
    ],
    acts: [asked, { day: 3, does: 'gives-account', address: 'B' }],
    at: { 2: [], 4: [] },
    second: OWN,
  },
  {
    number: 10,
    title: 'HR has a new address, UiPath the old one',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'moves', ...R1, address: 'B' },
    ],
    acts: [asked],
    at: { 2: OWN_AND_ASKED, 11: OWN_AND_ASKED },
    findings: ['address-differs'],
  },
  {
    number: 11,
    title: 'UiPath has a new address, HR the old one, and says that they leave',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 11, says: 'leaves', ...R1 },
    ],
    acts: [asked, { day: 2, does: 'renames' }],
    at: { 10: OWN_AND_ASKED, 11: [] },
  },
  {
    number: '12 a',
    title: 'UiPath has the new address first, then HR, and they leave under it',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 4, says: 'moves', ...R1, address: 'B' },
      { day: 11, says: 'leaves', ...R1, address: 'B' },
    ],
    acts: [asked, { day: 2, does: 'renames' }],
    at: { 10: OWN_AND_ASKED, 11: [] },
  },
  {
    number: '12 b',
    title: 'HR has the new address first, then UiPath, and they leave under the old one',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'moves', ...R1, address: 'B' },
      { day: 11, says: 'leaves', ...R1 },
    ],
    acts: [asked, { day: 4, does: 'renames' }],
    at: { 10: OWN_AND_ASKED, 11: [] },
  },
  {
    number: 13,
    title: 'a new account under a new address, of the same record',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 3, says: 'moves', ...R1, address: 'B' },
    ],
    acts: [asked, askedPrivileged, { day: 2, does: 'gives-account', address: 'B' }],
    at: { 2: ALL, 3: [] },
    second: OWN_AND_ASKED,
    findings: ['account-replaced'],
  },
  {
    number: 14,
    title: 'a new account under the same address, of the same record',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 11, says: 'moves', ...R1, department: 'Finance' },
    ],
    acts: [asked, askedPrivileged, { day: 2, does: 'gives-account', address: 'A' }],
    at: { 11: [] },
    second: ['Finance', 'Users'],
    findings: ['account-replaced'],
  },
  {
    number: 15,
    title: 'an address that was handed on after the first holder had left',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1 },
      { day: 5, says: 'joins', ...R2 },
    ],
    acts: [asked, { day: 4, does: 'gives-account', address: 'A' }],
    at: { 2: [], 6: [] },
    findings: ['address-handed-on'],
  },
  {
    number: 16,
    title: 'an address that was handed on while the first holder works',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'moves', ...R1, address: 'B' },
      { day: 5, says: 'joins', ...R2, department: 'Finance' },
    ],
    acts: [
      { day: 2, does: 'renames' },
      { day: 4, does: 'gives-account', address: 'A' },
    ],
    at: { 3: OWN, 6: OWN },
    findings: ['address-handed-on'],
  },
  {
    number: 17,
    title: 'a hire whose address two accounts have',
    words: [{ day: 1, says: 'joins', ...R1 }],
    acts: [
      { day: 0, does: 'adds-twin' },
      { day: 2, does: 'asks', group: 'Finance' },
    ],
    at: { 3: [] },
    findings: ['identity-ambiguous', 'identity-duplicate'],
  },
  {
    number: 18,
    title: 'a leaver whose two addresses lead to two accounts',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 9, says: 'leaves', ...R1, address: 'B' },
    ],
    acts: [
      { day: 1, does: 'gives-account', address: 'B' },
      { day: 2, does: 'puts-in', group: 'Finance', account: 'second' },
    ],
    at: { 8: OWN, 9: [] },
    findings: ['leaver-accounts'],
  },
  {
    number: 19,
    title: 'an account that is switched off while HR employs the person',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 0, says: 'joins', ...account },
      { day: 3, says: 'leaves', ...account },
    ],
    acts: [asked, askedPrivileged],
    at: { 2: ALL, 3: [] },
    findings: ['account-off-at-work'],
  },
  {
    number: 20,
    title: 'an account that is switched on again, the record unbroken',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 0, says: 'joins', ...account },
      { day: 3, says: 'leaves', ...account },
      { day: 5, says: 'joins', ...account },
    ],
    acts: [asked, askedPrivileged],
    at: { 3: [], 5: OWN_AND_ASKED },
  },
  {
    number: 21,
    title: 'an account that stays switched on after the record ended',
    words: [
      { day: 0, says: 'joins', ...account },
      { day: 0, says: 'joins', ...R1 },
      { day: 3, says: 'leaves', ...R1 },
    ],
    at: { 2: OWN, 3: [], 5: [] },
  },
  {
    number: 22,
    title: 'an account without any record, off and on again',
    words: [
      { day: 0, says: 'joins', ...account },
      { day: 3, says: 'leaves', ...account },
      { day: 5, says: 'joins', ...account },
    ],
    acts: [asked],
    at: { 2: OWN_AND_ASKED, 3: [], 5: OWN },
    findings: ['present-in-lockout'],
  },
  {
    number: 31,
    title: 'an account that is deleted without an end',
    words: [
      { day: 0, says: 'joins', ...account },
      { day: 3, says: 'deletes', ...account },
    ],
    acts: [asked],
    at: { 2: OWN_AND_ASKED, 3: [] },
  },
  {
    number: 32,
    title: 'a hire under a private address, which has the one of work later',
    words: [
      { day: 0, says: 'joins', ...R1, address: 'private' },
      { day: 3, says: 'moves', ...R1 },
      { day: 5, says: 'leaves', ...R1, address: 'private' },
    ],
    at: { 1: [], 3: OWN, 5: [] },
  },
  {
    number: 33,
    title: 'the same number in two sources, with two addresses, is two people',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'joins', ...R1, address: 'B', source: 'agency' },
      { day: 4, says: 'leaves', ...R1 },
    ],
    acts: [{ day: 1, does: 'gives-account', address: 'B' }],
    at: { 2: OWN, 4: [] },
    second: OWN,
  },
  {
    number: 44,
    title: 'a new record while the account is switched off, which is switched on later',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 0, says: 'joins', ...account },
      { day: 1, says: 'leaves', ...account },
      { day: 2, says: 'leaves', ...R1 },
      { day: 3, says: 'joins', ...R2 },
      { day: 5, says: 'joins', ...account },
    ],
    at: { 3: [], 5: OWN },
  },
  {
    number: 45,
    title: 'a record that ends while the account is switched off, which is switched on later',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 0, says: 'joins', ...account },
      { day: 1, says: 'leaves', ...account },
      { day: 2, says: 'leaves', ...R1 },
      { day: 5, says: 'joins', ...account },
    ],
    at: { 1: [], 5: [] },
  },
  {
    number: 46,
    title: 'a rehire under the old number and a new address, which UiPath has too',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1 },
      { day: 4, says: 'joins', ...R1, address: 'B' },
    ],
    acts: [asked, { day: 3, does: 'renames' }],
    at: { 2: [], 4: OWN },
    findings: ['present-in-lockout'],
  },
  {
    number: 47,
    title: 'two records, a new address in between, and each ends under another',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 1, says: 'joins', ...R2, department: 'Finance' },
      { day: 3, says: 'moves', ...R2, department: 'Finance', address: 'B' },
      { day: 5, says: 'leaves', ...R1 },
      { day: 7, says: 'leaves', ...R2, address: 'B' },
    ],
    acts: [{ day: 4, does: 'renames' }],
    at: { 3: OWN_AND_ASKED, 5: ['Finance', 'Users'], 7: [] },
  },
  {
    number: 48,
    title: 'asked for under the address that UiPath has, before HR tells it',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 4, says: 'moves', ...R1, address: 'B' },
      { day: 6, says: 'leaves', ...R1, address: 'B' },
    ],
    acts: [
      { day: 1, does: 'renames' },
      { day: 2, does: 'asks', group: 'Finance', address: 'B' },
    ],
    at: { 3: OWN_AND_ASKED, 5: OWN_AND_ASKED, 6: [] },
  },
];
