import type { AppDeps } from '../../shared/app-deps';
import type { UiPathSandbox } from '../uipath/sandbox-controls';
import { createFinding } from '../../shared/domain/audit/finding';
import { EMPTY_CHAIN, type EvidenceHead } from '../../shared/domain/ledger/evidence';
import type { PolicyElsewhere } from '../../shared/domain/ledger/organization-ledger';
import { personKey } from '../../shared/domain/person-key';
import { addressOf, CLIENT_ID, LOCKED_GROUP_ID, type Variant } from './planted-seed';
import { DAY_MS, HOUR_MS } from '../../shared/domain/durations';

type Planting = Readonly<{
  app: AppDeps;
  uipath: UiPathSandbox;
  alias: string;
  variant: Variant;
  nowMs: number;
}>;

const HASHES = { held: 'a'.repeat(64), expired: 'b'.repeat(64), done: 'c'.repeat(64) } as const;

/** Entries of the access policy that nobody wants any more, whose only record is the last one. */
export const EVIDENCE = { whole: 'b'.repeat(32), broken: 'e'.repeat(32) } as const;

/** A version of the policy that another deployment told of. */
function toldOf(digit: string, seenMs: number): PolicyElsewhere {
  const origin = { kind: 'file', name: 'policy.yaml' } as const;
  return { hash: digit.repeat(64), origin, sinceMs: seenMs - DAY_MS, seenMs };
}

async function plantEvidence(app: AppDeps, alias: string, key: string, head: EvidenceHead): Promise<void> {
  const value = { entityType: 'user', name: key, statements: [], have: undefined } as const;
  const record = { kind: 'policy-entity-removed', atMs: 0, policyHash: '', facts: {} };
  const subject = { organization: alias, kind: 'entity', key } as const;
  await app.ledger.write(subject, value, { value, etag: undefined, head }, [record]);
}

/** The application's own storage: what was refused, what is held, what waits, which nights there were. */
export async function plantOperations({ app, uipath, alias, variant, nowMs }: Planting): Promise<void> {
  const isCalm = variant === 'calm';
  const key = personKey(addressOf(alias, 'granted'));
  const subject = { organization: alias, kind: 'person', key } as const;
  await app.ledger.write(
    { organization: alias, kind: 'organization', key: 'organization' },
    {
      lastAudit: { night: '202602270200', reportHash: '', atMs: nowMs - (isCalm ? 1 : 3) * DAY_MS },
      maxIdsPerPut: undefined,
      policiesElsewhere: [
        toldOf('e', nowMs - 4 * HOUR_MS),
        ...(isCalm ? [] : [toldOf('f', nowMs - HOUR_MS / 2)]),
      ],
    },
    undefined,
    [],
  );
  const joiner = { organization: alias, kind: 'person', key: personKey(addressOf(alias, 'joiner')) } as const;
  await app.changes.mark(joiner, 'normal', nowMs - 60_000);
  const late = { ...subject, key: personKey(addressOf(alias, 'late')) };
  await app.changes.mark(late, 'normal', nowMs - (isCalm ? 0.5 : 2) * DAY_MS);

  const failing = { code: 'uipath-unavailable', failures: 2, lastMs: nowMs, notBeforeMs: nowMs };
  const recent = { kind: 'group', key: 'g-recent' } as const;
  await app.backoffs.put(alias, { ...failing, unit: recent, sinceMs: nowMs - HOUR_MS / 2 });

  const plan = {
    state: 'held',
    guards: [],
    removals: [],
    heldAtMs: nowMs,
    releasedBy: undefined,
    releasedAtMs: undefined,
  } as const;
  await app.holds.put(alias, { ...plan, hash: HASHES.expired, expiresAtMs: nowMs - 1 });
  await app.holds.put(alias, { ...plan, hash: HASHES.done, state: 'done', expiresAtMs: nowMs + DAY_MS });
  await app.snapshots.save(alias, '202602250200', {
    state: 'done',
    startedAtMs: 0,
    calls: {},
    parts: new Map(),
  });

  const letter = { personKey: key, groupName: 'Finance', memberId: 'm', state: 'open', history: [] } as const;
  await app.refusedChanges.put(alias, { ...letter, id: 'settled', groupId: 'g0', decision: 'remove' });
  const ended = { ...subject, key: personKey(addressOf(alias, 'ended2')) };
  const moot = { ...letter, personKey: ended.key, id: 'moot', groupId: 'g3', decision: 'add' } as const;
  await app.refusedChanges.put(alias, moot);
  if (variant === 'unasked') {
    const memberId = uipath.idOf(alias, addressOf(alias, 'glass2'));
    const gone = new Date(nowMs - DAY_MS).toISOString();
    const before = createFinding(alias, 'administrator-gone', { memberId }, { gone });
    await app.findings.save(alias, [{ ...before, state: 'open', firstSeenMs: 1, lastSeenMs: 1 }]);
  }
  await plantSentChanges({ app, uipath, alias, variant, nowMs });
  await plantEvidence(app, alias, EVIDENCE.whole, EMPTY_CHAIN);
  if (isCalm) return;
  await plantEvidence(app, alias, EVIDENCE.broken, { seq: 1, hash: 'of a record that somebody removed' });
  const lasting = { kind: 'group', key: 'g-failing' } as const;
  await app.backoffs.put(alias, { ...failing, unit: lasting, sinceMs: nowMs - 2 * HOUR_MS });
  await app.holds.put(alias, { ...plan, hash: HASHES.held, expiresAtMs: nowMs + DAY_MS });
  await app.snapshots.save(alias, '202602260200', {
    state: 'reading',
    startedAtMs: 0,
    calls: {},
    parts: new Map(),
  });
  await app.refusedChanges.put(alias, { ...letter, id: 'refused', groupId: 'g1', decision: 'add' });
  const stored = await app.ledger.read(ended);
  if (stored === undefined) throw new Error('The ledger has nobody to plant a refusal for');
  const membership = { groupId: 'g2', groupName: 'Finance', origin: 'applied', sinceMs: nowMs } as const;
  await app.ledger.write(ended, { ...stored.value, applied: [membership] }, stored, []);
  await app.refusedChanges.put(alias, {
    ...letter,
    personKey: ended.key,
    id: 'unrevoked',
    groupId: 'g2',
    decision: 'remove',
  });
}

/** What UiPath logged of the application: what it sent and, where the log can be read, what it did not. */
async function plantSentChanges({ app, uipath, alias, variant, nowMs }: Planting): Promise<void> {
  const actor = { id: uipath.idOf(alias, CLIENT_ID), name: 'access-functions', email: null };
  const atMs = nowMs - HOUR_MS;
  const log = (ruleId: number, name: string): void => {
    const entry = { type: 'Update Rule', target: 'Rule Management', summary: name, details: { ruleId } };
    uipath.organization(alias).audit.append(entry, actor, atMs);
  };
  await app.sentChanges.beganMs(alias, nowMs - 30 * DAY_MS);
  const change = { thing: 'rule', act: 'changed', id: '1', name: 'Sent', added: [], removed: [] } as const;
  await app.sentChanges.note(alias, { ...change, atMs });
  log(1, 'Sent');
  if (variant === 'few') log(2, 'Never sent');
  if (variant === 'many')
    uipath.inject({
      kind: 'answer',
      status: 403,
      times: 'always',
      match: { endpoint: 'L1', organization: alias },
    });
}

/** Last deliveries of the sources, which all organizations share. */
export async function plantSources(
  app: Pick<AppDeps, 'deliveries' | 'deadDeliveries' | 'heartbeats'>,
  nowMs: number,
): Promise<void> {
  const delivery = { feed: 'hr', contentType: 'application/json', body: new Uint8Array([123, 125]) } as const;
  const failure = { code: 'body-invalid', tries: 5, atMs: nowMs - DAY_MS } as const;
  for (const [source, deliveryId] of [
    ['stuck', 'd3'],
    ['fresh', 'put-back'],
    ['fresh', 'closed'],
  ] as const) {
    const key = { feed: 'hr', source, deliveryId } as const;
    await app.deliveries.insert({ ...delivery, ...key, receivedAtMs: nowMs - 2 * DAY_MS });
    await app.deadDeliveries.fail(key, failure);
    const dead = await app.deadDeliveries.get(key);
    if (dead === undefined) throw new Error('A planted delivery is not dead');
    if (deliveryId === 'put-back') await app.deadDeliveries.reopen(dead, { by: 'olga', atMs: nowMs });
    if (deliveryId === 'closed') await app.deadDeliveries.close(dead);
  }
  await app.deliveries.insert({
    ...delivery,
    source: 'fresh',
    deliveryId: 'd1',
    receivedAtMs: nowMs - 3_600_000,
  });
  await app.deliveries.insert({
    ...delivery,
    source: 'late',
    deliveryId: 'd2',
    receivedAtMs: nowMs - 2 * DAY_MS,
  });
  await app.heartbeats.noteNamed('hr', 'never', nowMs - 2 * DAY_MS);
}

/** What no seed can say: when somebody signed in, two accounts with one address, a secret near its end. */
export function plantAccounts({ uipath, alias, variant, nowMs }: Omit<Planting, 'app'>): void {
  const { principals } = uipath.organization(alias);
  const change = (name: string, with_: Readonly<Record<string, unknown>>): void => {
    const user = principals.get(uipath.idOf(alias, addressOf(alias, name)));
    if (user?.kind === 'user') principals.put({ ...user, ...with_ });
  };
  const isCalm = variant === 'calm';
  change('awake', { lastLoginAtMs: nowMs - 80 * DAY_MS });
  change('glass3', { lastLoginAtMs: nowMs - 30 * DAY_MS });
  change('guest', { lastLoginAtMs: nowMs - 200 * DAY_MS });
  if (isCalm) return;
  change('sleeper', { lastLoginAtMs: nowMs - 200 * DAY_MS });
  change('sleeper2', { active: false });
  change('glass1', { lastLoginAtMs: nowMs - DAY_MS });
  change('stranger2', { email: addressOf(alias, 'stranger') });
  const application = principals.get(uipath.idOf(alias, CLIENT_ID));
  if (application?.kind === 'application')
    principals.put({
      ...application,
      secrets: application.secrets.map((secret) => ({ ...secret, expiresAtMs: nowMs + 10 * DAY_MS })),
    });
  uipath.inject({
    kind: 'answer',
    status: 403,
    times: 'always',
    match: { endpoint: 'G3', organization: alias, path: LOCKED_GROUP_ID },
  });
}
