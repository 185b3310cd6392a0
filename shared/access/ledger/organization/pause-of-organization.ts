import type { Clock } from '../../../clock';
import { lasting, showPause, type Pause, type PauseShown } from '../../../domain/pause';
import { AppError, errorCodeOf } from '../../../errors';
import type { Pauses } from '../../../storage/desk/pauses';
import type { LedgerStore } from '../../../storage/ledger';
import type { ChangeStore, Mark } from '../../../storage/marks-attempts-and-bookings';
import { readIfReadable, type OwnRecord } from './version-in-force';

export type PauseDeps = Readonly<{ ledger: Pick<LedgerStore, 'read'>; pauses: Pick<Pauses, 'get'> }>;

/**
 * The pause that is in force. Where the organization's own record cannot be read the row beside it tells. `unreadable`: neither says
 * whether it is paused, so that it counts as paused.
 */
export async function pauseInForce(
  { pauses }: Pick<PauseDeps, 'pauses'>,
  { alias, own, nowMs }: Readonly<{ alias: string; own: OwnRecord['ledger']; nowMs: number }>,
): Promise<Pause | 'unreadable' | undefined> {
  const found = own === 'unreadable' ? await readBeside(pauses, alias) : own?.paused;
  return found === 'unreadable' ? found : lasting(found, nowMs);
}

/** @throws AppError `organization-paused` */
export async function requireNotPaused(
  deps: Pick<PauseDeps, 'pauses'>,
  asked: Readonly<{ alias: string; own: OwnRecord['ledger']; nowMs: number }>,
): Promise<void> {
  if ((await pauseInForce(deps, asked)) !== undefined)
    throw new AppError(
      'organization-paused',
      `${asked.alias} is paused: nothing is written to UiPath until somebody resumes it`,
    );
}

/** A pause for readers. */
export type PauseOnRecord = Readonly<{
  pause: Pause;
  /** The organization's own record does not have it any more, so that changes are made: whoever wrote it last does not know pauses. */
  isLost: boolean;
}>;

/** The pause of an organization as both places have it. @throws AppError `record-unreadable` where neither can be read */
export async function readPause(
  deps: PauseDeps,
  alias: string,
  nowMs: number,
): Promise<PauseOnRecord | undefined> {
  const own = await readIfReadable(deps.ledger, alias);
  const inForce = await pauseInForce(deps, { alias, own, nowMs });
  if (inForce === 'unreadable')
    throw new AppError(
      'record-unreadable',
      `Nothing that can be read says whether ${alias} is paused, so that nothing is changed: pause it anew, then resume it`,
    );
  if (inForce !== undefined) return { pause: inForce, isLost: false };
  const beside = own === 'unreadable' ? undefined : await readBeside(deps.pauses, alias);
  const lost = beside === 'unreadable' ? undefined : lasting(beside, nowMs);
  return lost === undefined ? undefined : { pause: lost, isLost: true };
}

export type ShowPauseDeps = PauseDeps &
  Readonly<{ changes: Pick<ChangeStore, 'listMarks'>; clock: Pick<Clock, 'now'> }>;

/** The pause of an organization with what waits for its end; undefined: it is not paused. @throws as `readPause` */
export async function readShownPause(deps: ShowPauseDeps, alias: string): Promise<PauseShown | undefined> {
  const found = await readPause(deps, alias, deps.clock.now());
  if (found === undefined) return undefined;
  const urgentSinceMs = (await urgentMarks(deps.changes, alias)).map(({ sinceMs }) => sinceMs);
  return showPause(found.pause, { isLost: found.isLost, urgentSinceMs });
}

/** The same as part of something else, which says nothing of a pause where that cannot be read: readiness says it. */
export async function pausedIn(
  deps: ShowPauseDeps,
  alias: string,
): Promise<Readonly<{ paused?: PauseShown }>> {
  try {
    const paused = await readShownPause(deps, alias);
    return paused === undefined ? {} : { paused };
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return {};
  }
}

/** More than people of all organizations: in a pause nothing is passed over. */
const MOST_MARKS = 50_000;

/** What waits in the urgent lane of an organization: leavers, and what was revoked. */
export async function urgentMarks(
  changes: Pick<ChangeStore, 'listMarks'>,
  alias: string,
): Promise<readonly Mark[]> {
  return (await changes.listMarks(alias, MOST_MARKS)).filter(({ lane }) => lane === 'urgent');
}

async function readBeside(
  pauses: PauseDeps['pauses'],
  alias: string,
): Promise<Pause | 'unreadable' | undefined> {
  try {
    return await pauses.get(alias);
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return 'unreadable';
  }
}
