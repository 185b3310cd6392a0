import type { Clock } from '../../../clock';
import { lasting } from '../../../domain/pause';
import type { OrganizationPolicy, Policy } from '../../../domain/policy';
import { AppError } from '../../../errors';
import type { LedgerStore } from '../../../storage/ledger';
import { requireNotPaused, type PauseDeps } from './pause-of-organization';
import { isOther, readIfReadable, requireInForce, type OwnRecord, type OwnRecords } from './version-in-force';

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
 * process, or by the version on record, which another process may have read first. And while another version is on record than this
 * process has. Where the record cannot be read the policy says whether it is in observe.
 * @throws AppError `organization-observed`, `policy-not-in-force`
 */
export async function requireEnforced({ policy, ledger }: ObservedDeps, alias: string): Promise<void> {
  const own = await readIfReadable(ledger, alias);
  const version = own === 'unreadable' ? undefined : own?.policyHash;
  refuseUnlessEnforced({ ledger: own, version }, await policy(), alias);
}

/**
 * Refuses what is decided under another version of the policy than the one on record, where nothing is written to UiPath.
 * @throws AppError `policy-not-in-force`
 */
export async function requireVersionInForce({ policy, ledger }: ObservedDeps, alias: string): Promise<void> {
  const own = await readIfReadable(ledger, alias);
  const version = own === 'unreadable' ? undefined : own?.policyHash;
  requireInForce({ version }, await policy(), alias);
}

/**
 * `requireEnforced` for whoever writes again and again under one version, whatever this process reads meanwhile: what the record says is
 * believed for a second where it refuses nothing, and the policy of this process is asked each time.
 */
export function createWriteGate(
  {
    policy,
    ownRecords,
    pauses,
    clock,
  }: Pick<ObservedDeps, 'policy'> &
    Pick<PauseDeps, 'pauses'> &
    Readonly<{ ownRecords: OwnRecords; clock: Pick<Clock, 'now'> }>,
  { alias, hash }: Readonly<{ alias: string; hash: string }>,
): () => Promise<void> {
  return async () => {
    const { organizations, hash: ownHash } = await policy();
    const nowMs = clock.now();
    const own = await ownRecords.believe(
      alias,
      (known) =>
        observedSince(known) === undefined &&
        !isOther(known, hash) &&
        (known.ledger === 'unreadable' || lasting(known.ledger?.paused, nowMs) === undefined),
    );
    // Where nothing tells which version is on record, that of this process counts.
    const onRecord = { ...own, version: own.version ?? ownHash };
    refuseUnlessEnforced(onRecord, { hash, organizations }, alias);
    await requireNotPaused({ pauses }, { alias, own: own.ledger, nowMs });
  };
}

function refuseUnlessEnforced(
  own: OwnRecord,
  policy: Pick<Policy, 'hash' | 'organizations'>,
  alias: string,
): void {
  requireInForce(own, policy, alias);
  if (policy.organizations.get(alias)?.mode === 'observe' || observedSince(own) !== undefined)
    throw new AppError(
      'organization-observed',
      `The policy has ${alias} in observe: nothing is written to UiPath until its mode is enforce`,
    );
}

function observedSince({ ledger }: Pick<OwnRecord, 'ledger'>): number | undefined {
  return ledger === 'unreadable' ? undefined : ledger?.observedSinceMs;
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
  return observedSince({ ledger: await readIfReadable(ledger, alias) });
}
