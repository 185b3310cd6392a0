import { readDeciderName } from '../../../domain/decider-name';
import { idsAsText, idsIn, MOST_CHOSEN } from '../../../domain/desk/chosen-findings';
import { REVIEW_DAYS, type AskedAdoption } from '../../../domain/desk/plan-adoption';
import type { AskedForPlan } from '../../../domain/desk/proposed-plan';
import { DAY_MS } from '../../../domain/durations';
import type { FieldProblem } from '../../../domain/field-problem';
import { endOfDayMs } from '../../../domain/ledger/effective-time';
import { AppError } from '../../../errors';
import { addressesInStoredSnapshot } from '../../ledger/group-in-stored-snapshot';
import type { NamesInPlanDeps } from './names-in-plan';
import type { PlanningContext } from './plan-kind-interface';

const LONGEST_TICKET = 200;

/**
 * What a reason is written with: who answers for it, the ticket and the last day. Where it is not needed, and none of it is said, nothing.
 * @throws AppError `body-invalid`
 */
export function readReasonSaid(
  said: AskedForPlan,
  { organization, nowMs }: PlanningContext,
  { isNeeded }: Readonly<{ isNeeded: boolean }>,
): AskedForPlan {
  const [owner = '', ticket = '', until = ''] = ['owner', 'ticket', 'until'].map(
    (name) => said[name]?.trim() ?? '',
  );
  if (!isNeeded && [owner, ticket, until].every((text) => text === '')) return {};
  const from = new Date(nowMs).toISOString().slice(0, 10);
  const day = until === '' ? dayAfter(from, REVIEW_DAYS) : until;
  const problems = [
    ...problemOf(
      'owner',
      owner === '' ? 'is missing: who answers for these memberships?' : problemOfName(owner),
    ),
    ...problemOf(
      'ticket',
      ticket === '' ? 'is missing' : ticket.length > LONGEST_TICKET ? 'is too long' : undefined,
    ),
    ...problemOf('until', problemOfDay(day, organization.timeZone, nowMs)),
  ];
  if (problems.length > 0)
    throw new AppError(
      'body-invalid',
      `Not planned: ${problems.map(({ field, problem }) => `${field} ${problem}`).join('; ')}`,
      { fields: problems },
    );
  return { owner, ticket, until: day, from, ...(until === '' ? { review: 'by default' } : {}) };
}

/**
 * The findings that a plan is asked for, where it is not for all of them.
 * @throws AppError `body-invalid` for none, and for more than somebody looks through
 */
export function readChosenFindings(said: AskedForPlan): AskedForPlan {
  const text = said['findings']?.trim() ?? '';
  if (text === '') return {};
  const ids = idsIn(text);
  const problem =
    ids.length === 0 ? 'names none' : ids.length > MOST_CHOSEN ? `has more than ${MOST_CHOSEN}` : undefined;
  if (problem !== undefined)
    throw new AppError('body-invalid', `Not planned: the list of findings ${problem}`, {
      fields: [{ field: 'findings', problem }],
    });
  return { findings: idsAsText(ids) };
}

/** The same for whoever plans. */
export function toAskedReason(asked: AskedForPlan): AskedAdoption {
  return {
    untilDay: asked['until'] ?? '',
    isDayByDefault: asked['review'] !== undefined,
    fromMs: Date.parse(asked['from'] ?? ''),
  };
}

/** Folded addresses of users by directory id, of the newest audit, but for one that several accounts have. @throws AppError `report-unknown` before the first */
export async function addressesOfUsers(
  { reports, snapshots }: Pick<NamesInPlanDeps, 'reports' | 'snapshots'>,
  alias: string,
): Promise<ReadonlyMap<string, string>> {
  const latest = (await reports.list(alias)).at(-1);
  const snapshot = latest === undefined ? undefined : await snapshots.read(alias, latest.night);
  if (snapshot === undefined)
    throw new AppError(
      'report-unknown',
      'No audit is stored: who has which account is known after the first one',
    );
  const addresses = [...(await addressesInStoredSnapshot(snapshot.parts))];
  const times = new Map<string, number>();
  for (const [, address] of addresses) times.set(address, (times.get(address) ?? 0) + 1);
  return new Map(addresses.filter(([, address]) => times.get(address) === 1));
}

function problemOf(field: string, problem: string | undefined): readonly FieldProblem[] {
  return problem === undefined ? [] : [{ field, problem }];
}

function problemOfName(owner: string): string | undefined {
  const read = readDeciderName(owner);
  return 'problem' in read ? read.problem : undefined;
}

function problemOfDay(day: string, timeZone: string, nowMs: number): string | undefined {
  const atMs = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(day) : Number.NaN;
  if (Number.isNaN(atMs) || new Date(atMs).toISOString().slice(0, 10) !== day)
    return 'is no day such as 2027-01-31';
  return endOfDayMs(day, timeZone) <= nowMs ? 'has ended already' : undefined;
}

function dayAfter(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10);
}
