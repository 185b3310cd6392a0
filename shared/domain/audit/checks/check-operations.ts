import { heartbeatOf } from '../../source-heartbeat';
import { exceeds, type RemovalLimit } from '../../plan/guards';
import { type CheckInput } from '../check-input';
import { checkConditions } from './check-conditions';
import { createAuditFinding } from './create-audit-finding';
import type { Finding } from '../finding';
import { valueOr } from '../snapshot';
import { DAY_MS, HOUR_MS } from '../../durations';
import { largestOf } from '../../extremes';

/** Tolerance for a late timer. */
const LATE_MS = 2 * HOUR_MS;
/** Who would be removed if a limit held nothing: more than any group that a limit is meant for. */
const MANY = 1_000;

const MOST_FIELDS = 10;

/** Checks the application itself: secrets, sources, nights, pending changes, guards and conditions of the policy. */
export function checkOperations(audit: CheckInput): readonly Finding[] {
  return [
    ...checkCredential(audit),
    ...checkSecrets(audit),
    ...checkScopes(audit),
    ...checkSources(audit),
    ...checkDeliveries(audit),
    ...checkNights(audit),
    ...checkPolicies(audit),
    ...checkChanges(audit),
    ...checkGuards(audit),
    ...checkConditions(audit),
    ...checkFailingWork(audit),
    ...checkEvidence(audit),
  ];
}

function checkCredential(audit: CheckInput): readonly Finding[] {
  const { uses, logUnread: code } = audit.operations;
  return [
    ...uses.map(({ what = '', at = '', event = '', client }) =>
      createAuditFinding(
        audit,
        'credential-used-elsewhere',
        { what, at, event },
        client === undefined ? {} : { client },
      ),
    ),
    ...(code === undefined
      ? []
      : [createAuditFinding(audit, 'audit-log-unread', { log: 'organization' }, { code })]),
  ];
}

function checkSecrets(audit: CheckInput): readonly Finding[] {
  const { operations, snapshot, organization } = audit;
  const soonMs = audit.nowMs + organization.audit.secretDays * DAY_MS;
  const applications = valueOr(snapshot.applications, []);
  const ends = [
    ...valueOr(operations.secretEndsMs, new Map<string, number>()),
    ...applications
      .filter(({ clientId }) => clientId === operations.own.clientId)
      .flatMap(({ name, secretEndsMs }) => {
        const last = largestOf(secretEndsMs, undefined);
        return last === undefined ? [] : [[`application ${name}`, last] as const];
      }),
  ];
  return ends
    .filter(([, endsMs]) => endsMs <= soonMs)
    .map(([secret, endsMs]) =>
      createAuditFinding(audit, 'secret-expiring', { secret }, { ends: new Date(endsMs).toISOString() }),
    );
}

/** What UiPath lets this application do beyond what it asks for. */
function checkScopes(audit: CheckInput): readonly Finding[] {
  const { own } = audit.operations;
  const ours = valueOr(audit.snapshot.applications, []).find(({ clientId }) => clientId === own.clientId);
  return (ours?.scopes ?? [])
    .filter((scope) => !own.scopes.includes(scope))
    .map((scope) => createAuditFinding(audit, 'scope-unneeded', { scope }));
}

function checkSources(audit: CheckInput): readonly Finding[] {
  return audit.operations.sources
    .filter((source) => heartbeatOf(source, audit.nowMs) === 'silent')
    .map(({ name: source, lastMs }) => {
      const last = lastMs === undefined ? 'never' : new Date(lastMs).toISOString();
      return createAuditFinding(audit, 'source-silent', { source }, { last });
    });
}

/** One finding per source: after an outage of ours there may be thousands. */
function checkDeliveries(audit: CheckInput): readonly Finding[] {
  return audit.operations.deadDeliveries.map(
    ({ source, deliveries, codes, sinceMs, refused = 0, fields = [] }) =>
      createAuditFinding(
        audit,
        'deliveries-dead',
        { source },
        {
          deliveries: String(deliveries),
          codes: codes.join(', '),
          ...(refused > 0 ? { refused: String(refused) } : {}),
          ...(fields.length > 0 ? { fields: fields.slice(0, MOST_FIELDS).join(', ') } : {}),
          since: new Date(sinceMs).toISOString(),
        },
      ),
  );
}

function checkNights(audit: CheckInput): readonly Finding[] {
  const { lastAudit, unfinished } = audit.operations;
  const isMissing =
    lastAudit !== undefined &&
    audit.nowMs - lastAudit.atMs > audit.organization.audit.everyHours * HOUR_MS + LATE_MS;
  return [
    ...(isMissing ? [createAuditFinding(audit, 'night-missing', { after: lastAudit.night })] : []),
    ...unfinished.map((night) => createAuditFinding(audit, 'audit-unfinished', { night })),
  ];
}

function checkPolicies(audit: CheckInput): readonly Finding[] {
  const { policiesElsewhere = [] } = audit.operations;
  return policiesElsewhere.map(({ hash: policy, origin: { kind, name }, sinceMs }) =>
    createAuditFinding(
      audit,
      'policy-elsewhere',
      { policy },
      { file: `${kind} ${name}`, since: new Date(sinceMs).toISOString() },
    ),
  );
}

function checkChanges(audit: CheckInput): readonly Finding[] {
  const { refusals, holds, marks } = audit.operations;
  return [
    ...refusals.map(({ id, group, memberId, decision, code }) =>
      createAuditFinding(
        audit,
        decision === 'remove' ? 'revoke-failed' : 'change-refused',
        { deadLetter: id },
        { group, memberId, code },
      ),
    ),
    ...holds.map(({ hash, removals, expiresAtMs }) =>
      createAuditFinding(
        audit,
        'plan-held',
        { plan: hash },
        { removals: String(removals), expires: new Date(expiresAtMs).toISOString() },
      ),
    ),
    ...marks
      .filter(({ sinceMs }) => audit.nowMs - sinceMs > DAY_MS)
      .map(({ kind, key, sinceMs }) =>
        createAuditFinding(
          audit,
          'change-overdue',
          { kind, key },
          { since: new Date(sinceMs).toISOString() },
        ),
      ),
  ];
}

/** What fails for a short while mends itself by being tried again. */
function checkFailingWork(audit: CheckInput): readonly Finding[] {
  return audit.operations.failing
    .filter(({ sinceMs }) => audit.nowMs - sinceMs > HOUR_MS)
    .map(({ kind, key, name, code, sinceMs }) =>
      createAuditFinding(
        audit,
        'work-failing',
        { kind, key },
        { ...(name === undefined ? {} : { name }), code, since: new Date(sinceMs).toISOString() },
      ),
    );
}

/** What somebody edited, removed or put back, of a subject, of the log or of the policy's archive; and checkpoints that are not elsewhere. */
function checkEvidence(audit: CheckInput): readonly Finding[] {
  const { faults, uncopied } = audit.operations.evidence;
  return [
    ...faults.map(({ subject, kind, at }) =>
      createAuditFinding(audit, 'evidence-broken', { subject, kind }, { from: String(at) }),
    ),
    ...(uncopied === undefined
      ? []
      : [
          createAuditFinding(
            audit,
            'checkpoint-uncopied',
            { place: uncopied.place },
            { code: uncopied.code, checkpoints: String(uncopied.count) },
          ),
        ]),
  ];
}

/** Guards whose limit would let everybody be removed. */
function checkGuards(audit: CheckInput): readonly Finding[] {
  const { guards, groups } = audit.organization;
  const whole = Math.max(MANY, audit.expected.people.length);
  const isOff = (limit: RemovalLimit): boolean => !exceeds(whole, whole, limit);
  // One on agreed ends is off unless somebody wants it.
  const { agreed: _agreed, ...limits } = guards;
  return [
    ...Object.entries(limits)
      .filter(([, limit]) => isOff(limit))
      .map(([guard]) => createAuditFinding(audit, 'guards-off', { guard })),
    ...[...groups].flatMap(([group, policy]) =>
      Object.entries(policy.guards)
        .filter(([, limit]) => isOff(limit))
        .map(([guard]) => createAuditFinding(audit, 'guards-off', { guard, group })),
    ),
  ];
}
