import { EXPORTED } from '../../../fixtures/exported-snapshot';
import type { ExplainedGroup } from '../../../../shared/domain/desk/explained-group';
import type { ExplainedMember } from '../../../../shared/domain/desk/members-of-group';
import type { OrganizationStatus } from '../../../../shared/domain/desk/organization-status';
import { ONE_ORGANIZATION } from '../../../fakes/running-app';

export const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
/** Acts on terminals, turns text round, and is a link, a mention and a cell in Markdown. */
export const HOSTILE = 'Ro\u001B[2Jot\u202E [x](http://evil.example) @all | <b>';
export const HARMLESS = String.raw`Ro\u{001b}[2Jot\u{202e} [x](http://evil.example) @all | <b>`;

export function known<T>(value: T): Readonly<{ kind: 'known'; value: T }> {
  return { kind: 'known', value };
}

export function status(overrides: Partial<OrganizationStatus> = {}): OrganizationStatus {
  return {
    organization: 'acme',
    atMs: NOW_MS,
    readiness: known({ atMs: NOW_MS, checks: 9, faults: [] }),
    policy: {
      hash: 'ab'.repeat(32),
      sinceMs: known(NOW_MS - 86_400_000),
      standing: known({ elsewhere: [] }),
    },
    pause: known(null),
    rollOut: {
      mode: 'enforce',
      observedSinceMs: known(null),
      groups: {
        observe: { count: 0, first: null },
        additive: { count: 0, first: null },
        authoritative: { count: 3, first: 'Support' },
      },
      nights: known({ whole: 9, green: 9 }),
      sources: known({ silent: [] }),
    },
    audit: known({
      night: '202603020200',
      takenAtMs: NOW_MS - 7 * 3_600_000,
      result: 'green',
      open: { critical: 0, high: 0, medium: 0, low: 0 },
      waived: 1,
      unknown: 0,
    }),
    holds: known({ count: 0, removals: 0 }),
    deadDeliveries: known(0),
    refusedChanges: known(0),
    requestsPending: known({ count: 2, isMore: false }),
    callsLeft: known({ GET: 120, PUT: 64 }),
    ...overrides,
  };
}

const grant = {
  kind: 'grant',
  ticket: 'REQ-1',
  ticketUrl: null,
  source: 'jira',
  requester: 'ana@acme.example',
  approvers: ['ben@acme.example'],
  fromMs: NOW_MS - 86_400_000,
  untilMs: NOW_MS + 86_400_000,
} as const;
export const group: ExplainedGroup = {
  group: 'Support',
  isMember: true,
  sinceMs: NOW_MS - 86_400_000,
  origin: 'applied',
  reasons: [grant, { kind: 'birthright', line: 'it', when: { department: ['it', 'ops'] }, untilMs: null }],
};
export const explained = {
  person: 'ana@acme.example',
  formerAddresses: [],
  employment: 'active',
  directoryId: '2a5e494c-5ce6-46a8-8ef1-bd26a9602ecc',
  lockedUntilMs: null,
  nextChangeAtMs: NOW_MS + 86_400_000,
  atMs: NOW_MS,
  groups: [group],
  whyNot: [],
  evidenceFault: null,
};

export function member(overrides: Partial<ExplainedMember>): ExplainedMember {
  return {
    memberId: 'id-1',
    kind: 'directory-user',
    name: 'id-1',
    person: null,
    employment: null,
    reasons: [],
    sinceMs: null,
    origin: null,
    isUnreadable: false,
    ...overrides,
  };
}

export const members = {
  group: 'Support',
  groupId: 'g-1',
  mode: 'authoritative',
  night: '202603020200',
  takenAtMs: NOW_MS - 7 * 3_600_000,
  atMs: NOW_MS,
  total: 2,
  members: [
    member({
      memberId: 'id-0',
      person: 'ana@acme.example',
      employment: 'active',
      reasons: [grant],
      sinceMs: NOW_MS,
    }),
    member({ name: HOSTILE }),
  ],
  next: null,
};

const removal = {
  groupId: 'g-1',
  groupName: HOSTILE,
  personKey: 'p-1',
  person: 'ana@acme.example',
  memberId: 'id-1',
  why: ['left'],
};
export const hold = {
  hash: 'f'.repeat(64),
  state: 'held',
  guards: [{ guard: 'group', scope: 'g-2', removals: 3, whole: 4 }],
  removals: [
    removal,
    { ...removal, personKey: 'p-2', person: null, memberId: 'id-2' },
    { ...removal, groupId: 'g-2', groupName: 'Support' },
  ],
  heldAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 86_400_000,
};
export const delivery = {
  feed: 'hr',
  source: 'standard',
  deliveryId: 'd'.repeat(64),
  receivedAtMs: NOW_MS,
  history: [{ kind: 'failed', atMs: NOW_MS, code: 'policy-invalid', tries: 5 }],
};
export const change = {
  id: 'letter-1',
  personKey: 'p-1',
  person: 'ana@acme.example',
  groupName: HOSTILE,
  memberId: 'id-1',
  decision: 'add',
  history: [{ atMs: NOW_MS, event: 'refused', code: 'uipath-not-found' }],
};
export const letters = { changes: [change], deliveries: [delivery], unreadable: [], failing: [] };
export const done = { json: { done: 'released', words: 'The plan is released.', by: 'Maria Lead' } };

const record = {
  atMs: NOW_MS,
  about: 'ana@acme.example',
  kind: 'membership-added',
  words: 'put into the group',
  group: HOSTILE,
  ticket: null,
  why: ['grant:REQ-1'],
  by: null,
  outcome: null,
  policyHash: 'ab'.repeat(32),
};
export const history = { entries: [record], total: 1, next: null, isWhole: true, atMs: NOW_MS };

const planHead = {
  hash: 'e'.repeat(64),
  kind: 'adopt',
  policyHash: 'ab'.repeat(32),
  by: HOSTILE,
  atMs: NOW_MS,
  untilMs: NOW_MS + 86_400_000,
  state: 'proposed',
  isExpired: false,
  counts: { changes: 2, removals: 0, people: 2, groups: 2, leftOut: 1 },
  decision: null,
} as const;
const added = {
  change: 'add-reason',
  at: HOSTILE,
  groupId: 'g-1',
  personKey: 'p-1',
  memberId: 'id-1',
  person: 'ana@acme.example',
  why: ['nothing explains the membership'],
  untilMs: NOW_MS + 86_400_000,
} as const;
export const plan = {
  ...planHead,
  asked: { owner: HOSTILE, ticket: 'GOV-1' },
  changes: [added, { ...added, at: 'Support', memberId: 'id-2', person: HOSTILE }],
  leftOut: [{ at: 'Support', memberId: 'id-3', person: null, why: `it is a robot ${HOSTILE}` }],
  guards: [],
  notes: ['Each reason ends with 2026-05-31.'],
  total: 3,
  next: null,
} as const;
export const planned = {
  done: 'planned',
  words: 'Nothing is done yet.',
  by: 'Maria Lead',
  hash: plan.hash,
  counts: plan.counts,
  left: 2,
  notMade: 0,
} as const;

export const readiness = {
  organization: 'acme',
  atMs: NOW_MS,
  ready: false,
  checks: [
    { name: 'storage', ok: true, tried: 'ask' },
    {
      name: 'clock:acme',
      ok: true,
      tried: 'ask',
      cause: 'clock-differs',
      problem: '40 seconds',
      fix: 'set it',
    },
    {
      name: 'token:acme',
      ok: false,
      tried: 'ask',
      code: 'uipath-token-refused',
      cause: 'uipath-client-refused',
      problem: HOSTILE,
      fix: 'check the secret',
      docs: 'docs/uipath-setup.md#4-the-secret',
      answer: { status: 400, said: 'invalid_client' },
    },
    { name: 'groups:acme', ok: false, skipped: ['token:acme'] },
  ],
};

export const APP = {
  '/acme/readiness': { json: readiness },
  '/': ONE_ORGANIZATION,
  '/acme/snapshot': { json: EXPORTED },
  '/acme/status': { json: status() },
  '/acme/explain': { json: explained },
  '/acme/members': { json: members },
  '/acme/history': { json: history },
  '/acme/plans': { json: { plans: [hold] } },
  [`/acme/plans/${hold.hash}`]: { json: hold },
  '/acme/dead-letters': { json: letters },
  '/acme/proposed-plans': { json: { plans: [planHead] } },
  [`/acme/proposed-plans/${plan.hash}`]: { json: plan },
  'POST /acme/proposed-plans/differences': { json: planned },
  'POST /acme/proposed-plans/undo': { json: planned },
  'POST /acme/proposed-plans/adopt': { json: planned },
  [`POST /acme/proposed-plans/${plan.hash}`]: { json: { ...planned, done: 'applied', left: 0 } },
};
