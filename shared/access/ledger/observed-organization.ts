import type { Clock } from '../../clock';
import type { OrganizationLedger } from '../../domain/ledger/organization-ledger';
import { organizationSubject } from '../../domain/ledger/subject';
import type { OrganizationPolicy, Policy } from '../../domain/policy';
import { AppError, errorCodeOf } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';

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
  const isObserved =
    (await policy()).organizations.get(alias)?.mode === 'observe' ||
    (await observedOnRecordSince(ledger, alias)) !== undefined;
  if (isObserved)
    throw new AppError(
      'organization-observed',
      `The policy has ${alias} in observe: nothing is written to UiPath until its mode is enforce`,
    );
}

/** Several writes of a moment ask the record once. */
const BELIEVED_MS = 1_000;

/**
 * `requireEnforced` for whoever writes again and again: that the record does not have the organization in observe is believed for a second,
 * and the policy of this process is asked each time.
 */
export function createWriteGate(
  deps: ObservedDeps & Readonly<{ clock: Pick<Clock, 'now'> }>,
  alias: string,
): () => Promise<void> {
  let readAtMs = Number.NEGATIVE_INFINITY;
  return async () => {
    const nowMs = deps.clock.now();
    const ageMs = nowMs - readAtMs;
    const isBelieved = ageMs >= 0 && ageMs < BELIEVED_MS;
    const ledger = isBelieved ? { read: async () => undefined } : deps.ledger;
    await requireEnforced({ policy: deps.policy, ledger }, alias);
    if (!isBelieved) readAtMs = nowMs;
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
  const own = await readIfReadable(ledger, alias);
  return own === 'unreadable' || own?.wasObserved === true;
}

async function observedOnRecordSince(
  ledger: ObservedDeps['ledger'],
  alias: string,
): Promise<number | undefined> {
  const own = await readIfReadable(ledger, alias);
  return own === 'unreadable' ? undefined : own?.observedSinceMs;
}

async function readIfReadable(
  ledger: ObservedDeps['ledger'],
  alias: string,
): Promise<OrganizationLedger | 'unreadable' | undefined> {
  try {
    return (await ledger.read(organizationSubject(alias)))?.value;
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return 'unreadable';
  }
}
