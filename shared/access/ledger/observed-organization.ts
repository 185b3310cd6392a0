import type { Clock } from '../../clock';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import { readOwnRecord, requireNotPaused, type OwnRecord, type PauseDeps } from './pause-of-organization';

export type ObservedDeps = Readonly<{
  policy: () => Promise<Policy>;
  ledger: Pick<LedgerStore, 'read'>;
}>;

/** That an organization is in observe, and since when, epoch milliseconds, where that is on record. */
export type Observed = Readonly<{ sinceMs?: number }>;

/** undefined: the organization is enforced. */
export async function readObserved(
  { ledger }: Pick<ObservedDeps, 'ledger'>,
  { alias, mode }: Pick<OrganizationPolicy, 'alias' | 'mode'>,
): Promise<Observed | undefined> {
  if (mode === 'enforce') return undefined;
  const sinceMs = await observedOnRecordSince(ledger, alias);
  return sinceMs === undefined ? {} : { sinceMs };
}

/**
 * Refuses what writes to UiPath, or decides that something is written, while the organization is in observe: by the policy of this
 * process, or by the version on record, which another process may have read first. Where the record cannot be read the policy says it.
 * @throws AppError `organization-observed`
 */
export async function requireEnforced({ policy, ledger }: ObservedDeps, alias: string): Promise<void> {
  await requireEnforcing(policy, alias);
  requireEnforcedOnRecord(await readOwnRecord(ledger, alias), alias);
}

async function requireEnforcing(policy: ObservedDeps['policy'], alias: string): Promise<void> {
  if ((await policy()).organizations.get(alias)?.mode === 'observe') throw isObserved(alias);
}

function requireEnforcedOnRecord(own: OwnRecord, alias: string): void {
  if (own !== 'unreadable' && own?.observedSinceMs !== undefined) throw isObserved(alias);
}

function isObserved(alias: string): AppError {
  return new AppError(
    'organization-observed',
    `The policy has ${alias} in observe: nothing is written to UiPath until its mode is enforce`,
  );
}

/** Several writes of a moment ask the record once. */
const BELIEVED_MS = 1_000;

/**
 * Refuses every write to UiPath while the organization is in observe or paused, for whoever writes again and again: that the record says
 * neither is believed for a second, and the policy of this process is asked each time.
 * @throws AppError `organization-observed`, `organization-paused`
 */
export function createWriteGate(
  deps: ObservedDeps & PauseDeps & Readonly<{ clock: Pick<Clock, 'now'> }>,
  alias: string,
): () => Promise<void> {
  let readAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const nowMs = deps.clock.now();
    const ageMs = nowMs - readAtMs;
    const isBelieved = ageMs >= 0 && ageMs < BELIEVED_MS;
    await requireEnforcing(deps.policy, alias);
    if (isBelieved) return;
    const own = await readOwnRecord(deps.ledger, alias);
    requireEnforcedOnRecord(own, alias);
    await requireNotPaused(deps, { alias, own, nowMs });
    readAtMs = nowMs;
  };
}

/**
 * Whether what was to be removed may stand because of observe: it lasts, or the edit that ended it has not been followed, or the record
 * that would tell cannot be read.
 */
export async function mayHaveLeftUndone(
  { ledger }: Pick<ObservedDeps, 'ledger'>,
  { alias, mode }: Pick<OrganizationPolicy, 'alias' | 'mode'>,
): Promise<boolean> {
  if (mode === 'observe') return true;
  const own = await readOwnRecord(ledger, alias);
  return own === 'unreadable' || own?.wasObserved === true;
}

async function observedOnRecordSince(
  ledger: ObservedDeps['ledger'],
  alias: string,
): Promise<number | undefined> {
  const own = await readOwnRecord(ledger, alias);
  return own === 'unreadable' ? undefined : own?.observedSinceMs;
}
