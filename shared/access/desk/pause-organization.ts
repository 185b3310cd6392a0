import type { Clock } from '../../clock';
import { describeDecider, type Decider } from '../../domain/decider';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import type { OrganizationLedger } from '../../domain/ledger/organization-ledger';
import { idOfPause, pausedAlso, readPauseEnd, type Pause } from '../../domain/pause';
import type { Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { Log } from '../../log-interface';
import type { Pauses } from '../../storage/desk/pauses';
import type { LedgerStore } from '../../storage/ledger';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { WorkQueues } from '../../storage/queues';
import { bookRun } from '../ledger/mark-and-book-writer-run';
import {
  pauseInForce,
  readPause,
  urgentMarks,
  type PauseOnRecord,
} from '../ledger/organization/pause-of-organization';
import { readIfReadable } from '../ledger/organization/version-in-force';
import { updateOrganizationLedger } from '../ledger/organization/update-organization-ledger';
import { refuseOwnMatter, type OwnMatterDeps } from './refuse-own-matter';
import { requireReason } from './require-reason';

export type PauseOrganizationDeps = OwnMatterDeps &
  Readonly<{
    policy: () => Promise<Policy>;
    ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
    pauses: Pauses;
    changes: Pick<ChangeStore, 'bookRun' | 'listMarks'>;
    queues: Pick<WorkQueues, 'enqueueChanges'>;
    clock: Pick<Clock, 'now'>;
    log: Log;
  }>;

/**
 * Stops every change of an organization in a person's name, within about a second, until `until` or until somebody resumes. All that waits
 * stays: marks, holds, requests, deliveries. Who pauses what is paused already may make it last longer, never shorter. Whose own access
 * waits to be taken does not pause.
 * @throws AppError `not-permitted` for an unknown organization, `body-invalid` without a reason or with an end that cannot be, `decides-about-self`,
 * `record-unreadable` where it cannot be recorded
 */
export async function pauseOrganization(
  deps: PauseOrganizationDeps,
  alias: string,
  { by, reason: why, until }: Readonly<{ by: Decider; reason: unknown; until: string }>,
): Promise<Pause> {
  const policyHash = await requireOrganization(deps, alias);
  const reason = requireReason(why);
  const atMs = deps.clock.now();
  const end = readPauseEnd(until, atMs);
  if ('problem' in end)
    throw new AppError('body-invalid', `Not paused: the end ${end.problem}`, {
      fields: [{ field: 'until', problem: end.problem }],
    });
  const waiting = await urgentMarks(deps.changes, alias);
  await refuseOwnMatter(
    deps,
    alias,
    by,
    waiting.map(({ subject }) => subject.key),
  );
  const said = { by, atMs, reason, ...end };
  let pause: Pause | undefined;
  const facts = { by, reason, until: end.untilMs === undefined ? null : new Date(end.untilMs).toISOString() };
  await record(deps, alias, { kind: 'organization-paused', atMs, policyHash, facts }, (own) => {
    pause = pausedAlso(own.paused, said);
    return { ...own, paused: pause };
  });
  // Of a record that cannot be read the row beside it has to tell; there it replaces what cannot be read.
  const kept = pause ?? pausedAlso(await besideIfReadable(deps, alias, atMs), said);
  await keepBeside(deps, alias, kept);
  deps.log({ event: 'organization-paused', organization: alias, id: idOfPause(kept), ...endIn(kept) });
  return kept;
}

/**
 * Lets the changes of an organization go on, in a person's name: exactly the pause that they looked at is ended, by its id. The writer
 * looks at all that waited at once, urgent first, under the guards as ever.
 * @throws AppError `not-permitted` for an unknown organization, `body-invalid` without a reason, `pause-unknown` where none is in force or another one,
 * `record-unreadable`
 */
export async function resumeOrganization(
  deps: PauseOrganizationDeps,
  alias: string,
  { by, reason: why, pause: id }: Readonly<{ by: Decider; reason: unknown; pause: string }>,
): Promise<void> {
  const policyHash = await requireOrganization(deps, alias);
  const reason = requireReason(why);
  const atMs = deps.clock.now();
  const found = await readPause(deps, alias, atMs);
  requireSame(found?.pause, id);
  const facts = { by, reason, pausedBy: found?.pause.by, pausedSince: sinceOf(found) };
  await record(deps, alias, { kind: 'organization-resumed', atMs, policyHash, facts }, (own) => {
    requireSame(own.paused ?? (found?.isLost === true ? found.pause : undefined), id);
    const { paused: _over, ...rest } = own;
    return rest;
  });
  await keepBeside(deps, alias, undefined);
  deps.log({ event: 'organization-resumed', organization: alias, id });
  await bookRun(deps, alias, { lane: 'urgent', atMs, nowMs: atMs, reason: 'marks' });
}

/** The decision and its effect in one transaction. */
async function record(
  { ledger }: PauseOrganizationDeps,
  alias: string,
  evidence: EvidenceEntry,
  change: (own: OrganizationLedger) => OrganizationLedger,
): Promise<void> {
  await updateOrganizationLedger({ ledger, organization: { alias } }, [evidence], change);
}

/** Others who decide at the same moment. */
const MOST_LOOKS = 8;

/**
 * Brings the row beside the record to what the record says by now, which somebody else may have changed meanwhile: it looks again after it
 * wrote. `otherwise`: where the record cannot be read.
 */
async function keepBeside(
  { ledger, pauses }: Pick<PauseOrganizationDeps, 'ledger' | 'pauses'>,
  alias: string,
  otherwise: Pause | undefined,
): Promise<void> {
  const look = async (): Promise<Pause | undefined> => {
    const own = await readIfReadable(ledger, alias);
    return own === 'unreadable' ? otherwise : own?.paused;
  };
  let pause = await look();
  for (let looks = 1; looks <= MOST_LOOKS; looks += 1) {
    if (pause === undefined) await pauses.remove(alias);
    else await pauses.put(alias, pause);
    const now = await look();
    if (idIn(now) === idIn(pause)) return;
    pause = now;
  }
}

function idIn(pause: Pause | undefined): string | undefined {
  return pause === undefined ? undefined : idOfPause(pause);
}

function requireSame(pause: Pause | undefined, id: string): void {
  if (pause === undefined) throw new AppError('pause-unknown', 'It is not paused');
  if (idOfPause(pause) !== id)
    throw new AppError(
      'pause-unknown',
      `Another pause is in force by now, by ${describeDecider(pause.by)}: look at it first`,
    );
}

async function besideIfReadable(
  { pauses }: PauseOrganizationDeps,
  alias: string,
  nowMs: number,
): Promise<Pause | undefined> {
  const found = await pauseInForce({ pauses }, { alias, own: 'unreadable', nowMs });
  return found === 'unreadable' ? undefined : found;
}

function sinceOf(found: PauseOnRecord | undefined): string | undefined {
  return found === undefined ? undefined : new Date(found.pause.sinceMs).toISOString();
}

function endIn({ untilMs }: Pause): Readonly<{ until?: string }> {
  return untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() };
}

/** The hash of the policy in force. */
async function requireOrganization(
  deps: Pick<PauseOrganizationDeps, 'policy'>,
  alias: string,
): Promise<string> {
  const { hash, organizations } = await deps.policy();
  if (!organizations.has(alias))
    throw new AppError('not-permitted', 'There is no such organization, or it is not open to you');
  return hash;
}
