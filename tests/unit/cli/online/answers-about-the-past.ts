import { ONE_ORGANIZATION } from '../../../fakes/running-app';
import { explained, group, history, HOSTILE, NOW_MS } from './answers-of-the-app';

const DAY_MS = 86_400_000;
export const PLAN = '9b1c77d0'.repeat(8);

export const finding = {
  id: '3f2a9c0100000001',
  check: 'member-without-reason',
  severity: 'high',
  state: 'open',
  title: 'Member without a reason',
  about: `group Developers, name ${HOSTILE}`,
  why: 'Nothing says why.',
  toDo: 'Remove the member.',
  plan: `remove ${HOSTILE} from Developers (waits for a release)`,
  planHash: PLAN,
  causedBy: HOSTILE,
  firstSeenMs: NOW_MS - DAY_MS,
  lastSeenMs: NOW_MS,
  waiver: null,
};
export const accepted = {
  ...finding,
  id: '3f2a9c0100000002',
  state: 'waived',
  planHash: null,
  waiver: { reason: HOSTILE, owner: 'Ana', ticket: 'CHG-7', untilMs: NOW_MS + DAY_MS, acceptedBy: 'Olga' },
};
const summary = {
  night: '202603020200',
  takenAtMs: NOW_MS - 7 * 3_600_000,
  result: 'red',
  open: { critical: 0, high: 1, medium: 0, low: 0 },
  waived: 1,
  unknown: 1,
};
export const nights = { organization: 'acme', nights: [summary], underWay: null, atMs: NOW_MS };
export const night = {
  organization: 'acme',
  ...summary,
  atMs: NOW_MS,
  unknown: [{ part: HOSTILE, code: 'uipath-forbidden' }],
  looked: { groups: 4, members: 120, people: 80, rules: 3, policyEntities: 4 },
  isLatest: true,
  total: 2,
  findings: [finding, accepted],
  next: null,
};
const compared = {
  organization: 'acme',
  before: { night: '202603010200', takenAtMs: NOW_MS - DAY_MS },
  after: { night: '202603020200', takenAtMs: NOW_MS },
  counts: { appeared: 1, reopened: 0, waived: 1, fixed: 0, stillOpen: 3 },
  policyChanges: [{ to: 'ab'.repeat(32), atMs: NOW_MS, seq: 3 }],
  total: 2,
  changes: [
    { ...finding, change: 'appeared' },
    { ...accepted, change: 'waived' },
  ],
  next: null,
};
export const verified = {
  organization: 'acme',
  atMs: NOW_MS,
  isWhole: false,
  looked: { entries: 12, subjects: 3, records: 12 },
  faults: 2,
  told: [
    {
      subject: 'person:1',
      about: HOSTILE,
      kind: 'edited',
      at: 3,
      means: 'a record is not as it was written',
      toDo: 'put the row back',
    },
  ],
};
const around = { before: '202603010200', after: '202603020200' };
const knownTo = (isMember: boolean | null, how: string) => ({ isMember, how, knownAtMs: NOW_MS - DAY_MS });
export const groupsAsOf = {
  person: 'ana@acme.example',
  asOfMs: NOW_MS,
  ...around,
  groups: [
    { group: HOSTILE, ...knownTo(true, 'recorded') },
    { group: 'Support', ...knownTo(null, 'changed-unseen') },
  ],
  notRead: [HOSTILE],
  atMs: NOW_MS,
};
export const membersAsOf = {
  group: HOSTILE,
  asOfMs: NOW_MS,
  ...around,
  after: null,
  total: 2,
  members: [
    { memberId: 'id-1', kind: 'directory-user', name: HOSTILE, ...knownTo(true, 'seen') },
    { memberId: 'id-2', kind: 'directory-user', name: 'id-2', ...knownTo(true, 'something-new') },
  ],
  next: null,
  notKnown: 1,
  withoutRecords: 1,
  isWhole: false,
  atMs: NOW_MS,
};
export const place = (number: number) =>
  `t:${String(NOW_MS + number).padStart(15, '0')}:${String(number).padStart(64, '0')}`;
export const kept = (count: number, next: string | null = null) => ({
  source: 'hr/workday',
  deliveries: Array.from({ length: count }, (_, number) => ({
    deliveryId: String(number).padStart(64, '0'),
    receivedAtMs: NOW_MS + number,
    outcome: HOSTILE,
    place: place(number),
  })),
  next,
});
export const replayable = { sources: ['hr/workday'], notReplayed: ['hr/scim'], keptDays: 30 };

export const PAST = {
  '/': ONE_ORGANIZATION,
  '/acme/explain': {
    json: { ...explained, groups: [{ ...group, group: HOSTILE }], person: HOSTILE },
  },
  '/acme/history': { json: history },
  '/acme/audits': { json: nights },
  '/acme/audits/latest': { json: night },
  '/acme/audits-compared': { json: compared },
  '/acme/findings/3f2a9c01': { json: { findings: [finding, accepted] } },
  '/acme/findings/3f2a9c0100000001': { json: { findings: [finding] } },
  '/acme/evidence-verified': { json: verified },
  '/acme/as-of': { json: groupsAsOf },
};
