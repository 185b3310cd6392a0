import type { History } from './history';

const OWN = ['Developers', 'Users'];
const OWN_AND_ASKED = ['Developers', 'Finance', 'Users'];
const FINANCE = ['Finance', 'Users'];
const asked = { day: 1, does: 'asks', group: 'Finance' } as const;
const askedPrivileged = { day: 1, does: 'asks', group: 'Treasury' } as const;
const R1 = { record: '1' } as const;
const R2 = { record: '2' } as const;

/** Histories of which the account is the same all along. */
export const WORKER_RECORD_HISTORIES: readonly History[] = [
  {
    number: 1,
    title: 'a second record begins, then the first ends',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'joins', ...R2 },
      { day: 3, says: 'leaves', ...R1 },
    ],
    acts: [asked],
    at: { 1: OWN_AND_ASKED, 2: OWN_AND_ASKED, 3: OWN },
  },
  {
    number: 2,
    title: 'the first ended before the second began, and that is said later',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 4, says: 'joins', ...R2 },
      { day: 5, says: 'leaves', ...R1, on: 3 },
    ],
    acts: [asked],
    at: { 4: OWN_AND_ASKED, 5: OWN },
  },
  {
    number: 3,
    title: 'the first ends today, the second begins the day after tomorrow',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1 },
      { day: 2, says: 'joins', ...R2, on: 4 },
    ],
    acts: [asked],
    at: { 2: [], 3: [], 4: OWN },
  },
  {
    number: 4,
    title: 'a rehire under the same number',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1 },
      { day: 4, says: 'joins', ...R1 },
    ],
    acts: [asked],
    at: { 2: [], 4: OWN },
    findings: ['present-in-lockout'],
  },
  {
    number: 5,
    title: 'a rehire under a new number, same address and account',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1 },
      { day: 4, says: 'joins', ...R2 },
    ],
    acts: [asked],
    at: { 2: [], 4: OWN },
  },
  {
    number: 8,
    title: 'records side by side in two sources, of which one ends',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'joins', ...R1, source: 'agency', department: 'Finance' },
      { day: 4, says: 'leaves', ...R1 },
    ],
    acts: [askedPrivileged],
    at: { 2: ['Developers', 'Finance', 'Treasury', 'Users'], 4: FINANCE },
  },
  {
    number: 9,
    title: 'a ticket while two records ran, of which one ends',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 0, says: 'joins', ...R2 },
      { day: 4, says: 'leaves', ...R1 },
    ],
    acts: [asked, askedPrivileged],
    at: { 2: ['Developers', 'Finance', 'Treasury', 'Users'], 4: OWN_AND_ASKED },
    findings: ['grant-of-ended-record'],
  },
  {
    number: 23,
    title: 'a second hire without a worker id, then a leaving',
    words: [
      { day: 0, says: 'joins', record: '' },
      { day: 2, says: 'joins', record: '' },
      { day: 3, says: 'leaves', record: '' },
    ],
    acts: [asked],
    at: { 2: OWN_AND_ASKED, 3: [] },
  },
  {
    number: '24 a',
    title: 'a leaving, then a newer move of the same record',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1 },
      { day: 4, says: 'moves', ...R1, department: 'Finance' },
    ],
    acts: [asked],
    at: { 2: [], 4: [] },
  },
  {
    number: '24 b',
    title: 'a move that was said before the leaving',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 1, says: 'moves', ...R1, department: 'Finance' },
      { day: 2, says: 'leaves', ...R1 },
    ],
    at: { 1: FINANCE, 2: [] },
  },
  {
    number: 25,
    title: 'asked for after the end of the only record',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1 },
      { day: 5, says: 'joins', ...R2 },
    ],
    acts: [{ day: 4, does: 'asks', group: 'Finance' }],
    at: { 4: [], 5: OWN },
  },
  {
    number: 26,
    title: 'an end announced, moved, and withdrawn before its day',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1, on: 6 },
      { day: 3, says: 'leaves', ...R1, on: 8 },
      { day: 4, says: 'joins', ...R1 },
    ],
    acts: [asked],
    at: { 4: OWN_AND_ASKED, 7: OWN_AND_ASKED, 9: OWN_AND_ASKED },
  },
  {
    number: 27,
    title: 'an end that took effect and was rescinded',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1, on: 3 },
      { day: 5, says: 'joins', ...R1 },
    ],
    acts: [asked],
    at: { 2: OWN_AND_ASKED, 4: [], 5: OWN },
    findings: ['present-in-lockout'],
  },
  {
    number: 28,
    title: 'a backdated end',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 6, says: 'leaves', ...R1, on: 4 },
    ],
    acts: [asked],
    at: { 5: OWN_AND_ASKED, 6: [] },
  },
  {
    number: 29,
    title: 'a hire that never happens',
    words: [
      { day: 0, says: 'joins', ...R1, on: 3 },
      { day: 2, says: 'leaves', ...R1 },
    ],
    at: { 1: [], 4: [] },
  },
  {
    number: 29,
    title: 'a start that took effect and is moved ahead',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'joins', ...R1, on: 5 },
    ],
    acts: [asked],
    at: { 1: OWN_AND_ASKED, 2: [], 4: [], 5: OWN },
  },
  {
    number: 29,
    title: 'a start of one record of two that is moved ahead',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 1, says: 'joins', ...R2, department: 'Finance' },
      { day: 2, says: 'joins', ...R2, department: 'Finance', on: 5 },
    ],
    at: { 1: OWN_AND_ASKED, 2: OWN, 4: OWN, 5: OWN_AND_ASKED },
  },
  {
    number: 30,
    title: 'duplicates are merged: one ends on the day it began',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 0, says: 'joins', ...R2, department: 'Finance' },
      { day: 2, says: 'leaves', ...R2 },
    ],
    at: { 0: OWN_AND_ASKED, 2: OWN },
  },
  {
    number: 34,
    title: 'the end of a record that nobody knew',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 3, says: 'leaves', record: '9' },
    ],
    acts: [asked],
    at: { 3: OWN_AND_ASKED },
  },
  {
    number: 35,
    title: 'a leaving without a worker id, said by the source of both records',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 0, says: 'joins', ...R2, department: 'Finance' },
      { day: 3, says: 'leaves', record: '' },
    ],
    at: { 2: OWN_AND_ASKED, 3: [] },
  },
  {
    number: 36,
    title: 'a leaving without a worker id, said by a source that hired nobody',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 3, says: 'leaves', record: '', source: 'agency' },
    ],
    acts: [asked],
    at: { 3: [] },
  },
  {
    number: 37,
    title: 'a leaving that means the person, by the policy of its source',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 1, says: 'joins', ...R1, source: 'core', department: 'Finance' },
      { day: 3, says: 'leaves', ...R1, source: 'core' },
    ],
    at: { 1: OWN_AND_ASKED, 3: [] },
  },
  {
    number: 38,
    title: 'an end ahead and another record from the next day on',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 1, says: 'leaves', ...R1, on: 3 },
      { day: 2, says: 'joins', ...R2, on: 4 },
    ],
    acts: [asked],
    at: { 3: OWN_AND_ASKED, 4: OWN, 5: OWN },
  },
  {
    number: 39,
    title: 'an old record that is edited after the rehire',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1 },
      { day: 3, says: 'joins', ...R2 },
      { day: 5, says: 'moves', ...R1, department: 'Finance' },
    ],
    at: { 5: OWN },
  },
  {
    number: 40,
    title: 'a backdated hire and its end, said at once',
    words: [
      { day: 5, says: 'joins', ...R1, on: 1 },
      { day: 5, says: 'leaves', ...R1, on: 3 },
    ],
    at: { 5: [], 6: [] },
  },
  {
    number: 41,
    title: 'three records, which end in another order than they began',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 1, says: 'joins', ...R2, department: 'Finance' },
      { day: 2, says: 'joins', record: '3', department: 'Legal' },
      { day: 3, says: 'leaves', ...R2 },
      { day: 4, says: 'leaves', ...R1 },
      { day: 5, says: 'leaves', record: '3' },
    ],
    at: { 2: OWN_AND_ASKED, 3: OWN, 4: [], 5: [] },
  },
  {
    number: 42,
    title: 'a move of one record of two, and the end of the other',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 0, says: 'joins', ...R2 },
      { day: 2, says: 'moves', ...R2, department: 'Finance' },
      { day: 4, says: 'leaves', ...R1 },
    ],
    at: { 2: OWN_AND_ASKED, 4: FINANCE },
  },
  {
    number: 43,
    title: 'a rehire, and the old end said once more',
    words: [
      { day: 0, says: 'joins', ...R1 },
      { day: 2, says: 'leaves', ...R1, on: 2 },
      { day: 4, says: 'joins', ...R1 },
      { day: 5, says: 'leaves', ...R1, on: 2 },
    ],
    at: { 3: [], 4: OWN, 5: OWN },
    findings: ['present-in-lockout'],
  },
];
