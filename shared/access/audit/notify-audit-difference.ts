import type { Clock } from '../../clock';
import { compareReports, type AuditReport } from '../../domain/audit/report';
import { hashOf } from '../../domain/canonical-json-hash';
import type { NotifyTarget, Policy } from '../../domain/policy';
import { errorCodeOf } from '../../errors';
import type { Log } from '../../log-interface';
import type { Notifier } from '../../notify/notifier-interface';
import { hasChanged, renderDifference } from '../../reports/difference-message';
import type { SecretStore } from '../../secrets/secret-store-interface';
import type { NotificationMessage, NotificationQueue } from '../../storage/queues';
import type { ReportStore } from '../../storage/reports';
import type { NotificationState, NotificationStates } from '../../storage/notification-state';

export type NotifyDeps = Readonly<{
  policy: () => Promise<Policy>;
  reports: Pick<ReportStore, 'read'>;
  notificationStates: Pick<NotificationStates, 'list' | 'put'>;
  notify: Notifier;
  notifications: NotificationQueue;
  secrets: Pick<SecretStore, 'read'>;
  clock: Pick<Clock, 'now'>;
  log: Log;
}>;

const FIRST_RETRY_MS = 5 * 60_000;
/**
 * Exponential backoff from five minutes: the last try is ten hours after the first, and the next night's message
 * includes the difference.
 */
const MOST_ATTEMPTS = 8;

/** Enqueues the notification of a night. A failure is logged and does not fail the audit. */
export async function announceReport(
  deps: Pick<NotifyDeps, 'policy' | 'notifications' | 'log'>,
  { organization, night }: NotificationMessage,
): Promise<void> {
  try {
    const targets = (await deps.policy()).organizations.get(organization)?.notify ?? [];
    if (targets.length > 0) await deps.notifications.enqueueNotification({ organization, night });
  } catch (error) {
    deps.log({ event: 'notification-failed', organization, night, code: errorCodeOf(error) });
  }
}

/**
 * Sends each receiver the difference since the night it was last notified of, so that a missed night is in the next
 * message. Nothing is sent where nothing changed, but for a pause, which is told every night. A failure is stored, logged and retried with a backoff.
 */
export async function notifyAuditDifference(deps: NotifyDeps, message: NotificationMessage): Promise<void> {
  const { organization, night } = message;
  const targets = (await deps.policy()).organizations.get(organization)?.notify ?? [];
  const report = await deps.reports.read(organization, night);
  if (report === undefined) return;
  const told = new Map(
    (await deps.notificationStates.list(organization)).map((known) => [known.target, known]),
  );
  let failures = 0;
  for (const target of targets) {
    const known = told.get(target.name);
    if (known?.night !== undefined && known.night >= night) continue;
    try {
      await sendDifference(deps, target, report, known?.night);
      const toldAtMs = deps.clock.now();
      await deps.notificationStates.put(organization, {
        target: target.name,
        night,
        toldAtMs,
        failure: undefined,
      });
    } catch (error) {
      failures += 1;
      await noteFailure(deps, report, target, known, errorCodeOf(error));
    }
  }
  const attempt = (message.attempt ?? 0) + 1;
  if (failures > 0 && attempt < MOST_ATTEMPTS)
    await deps.notifications.enqueueNotification(
      { organization, night, attempt },
      FIRST_RETRY_MS * 2 ** (attempt - 1),
    );
}

async function sendDifference(
  deps: NotifyDeps,
  target: NotifyTarget,
  report: AuditReport,
  toldNight: string | undefined,
): Promise<void> {
  const { organization, night } = report;
  const before = toldNight === undefined ? undefined : await deps.reports.read(organization, toldNight);
  const difference = compareReports(before, report);
  if (!hasChanged(difference) && report.paused === undefined) return;
  const { current } = await deps.secrets.read(target.secret);
  await deps.notify(
    { url: target.url, secret: current },
    {
      id: `audit_${hashOf([organization, night, target.name]).slice(0, 32)}`,
      atMs: deps.clock.now(),
      body: renderDifference(report, before?.night, difference),
    },
  );
  deps.log({ event: 'notification-sent', organization, night, target: target.name });
}

async function noteFailure(
  deps: NotifyDeps,
  { organization, night }: AuditReport,
  target: NotifyTarget,
  known: NotificationState | undefined,
  code: string,
): Promise<void> {
  const earlier = known?.failure?.night === night ? known.failure.attempts : 0;
  const failure = { code, night, atMs: deps.clock.now(), attempts: earlier + 1 };
  deps.log({ event: 'notification-failed', organization, night, target: target.name, code });
  await deps.notificationStates.put(organization, {
    target: target.name,
    night: known?.night,
    toldAtMs: known?.toldAtMs,
    failure,
  });
}
