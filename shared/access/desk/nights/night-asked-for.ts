import type { AuditSummary } from '../../../domain/audit/audit-summary';
import { endOfDayMs, startOfDayMs } from '../../../domain/ledger/effective-time';
import type { OrganizationPolicy } from '../../../domain/policy';
import { isLocalDate } from '../../../domain/local-date';
import { AppError } from '../../../errors';

/**
 * The night that is meant: `latest`, a night by its name, or the last of a day in the organization's zone, such as `2026-11-21`.
 * @throws AppError `report-unknown`, with the nights that there are next to a day
 */
export function nightAskedFor(
  nights: readonly AuditSummary[],
  { timeZone }: Pick<OrganizationPolicy, 'timeZone'>,
  asked: string,
): AuditSummary {
  if (nights.length === 0) throw new AppError('report-unknown', 'No audit has ended yet');
  const found = isLocalDate(asked)
    ? lastOfDay(nights, timeZone, asked)
    : nights.findLast(({ night }) => asked === 'latest' || night === asked);
  if (found !== undefined) return found;
  const near = nights.slice(-3).map(({ night }) => night);
  throw new AppError(
    'report-unknown',
    isLocalDate(asked)
      ? `No audit ended on ${asked}; the last ones are ${near.join(', ')}`
      : `There is no such night; the last ones are ${near.join(', ')}`,
  );
}

function lastOfDay(nights: readonly AuditSummary[], timeZone: string, day: string): AuditSummary | undefined {
  const [fromMs, untilMs] = [startOfDayMs(day, timeZone), endOfDayMs(day, timeZone)];
  return nights.findLast(({ takenAtMs }) => takenAtMs >= fromMs && takenAtMs < untilMs);
}
