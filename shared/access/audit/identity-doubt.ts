import type { IdentityDoubt } from '../../domain/audit/expected-access-types';
import { fold } from '../../domain/fold';
import { isKeptByAnother } from '../../domain/ledger/has-ended-since';
import { grantsHeldWithAccount, isGrantValid, personAccess } from '../../domain/ledger/person-access';
import { addressesOf, type Grant, type PersonLedger } from '../../domain/ledger/person-ledger';
import type { Timeline } from '../../domain/ledger/statement';
import { isInForce, isOffAtWork, recordsOf } from '../../domain/ledger/worker-records';
import { workerAt } from '../../domain/ledger/worker-timeline';
import type { OrganizationPolicy } from '../../domain/policy';

/** What is odd about who somebody is; absent for nearly everybody. */
export function doubtOf(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  { left, nowMs }: Readonly<{ left: boolean; nowMs: number }>,
): Readonly<{ doubt?: IdentityDoubt }> {
  const { unconfirmed, replaced, toldApart, otherAccounts, identity } = ledger;
  const held = replaced === undefined ? [] : grantsHeldWithAccount(ledger, organization, nowMs);
  const hasSeveral = left && (otherAccounts !== undefined || identity?.kind === 'ambiguous');
  const kept = left ? [] : keptGroups(ledger, organization, nowMs);
  const newAddress = left ? undefined : newAddressOf(ledger, nowMs);
  const doubt: IdentityDoubt = {
    ...(unconfirmed === undefined
      ? {}
      : {
          records: {
            workerIds: [...new Set(unconfirmed.words.flatMap(({ workerId }) => workerId ?? []))],
            addresses: unconfirmed.addresses,
            accountId: unconfirmed.accountId,
            sinceMs: unconfirmed.sinceMs,
          },
        }),
    ...(held.length === 0 ? {} : { heldGroups: held }),
    ...(toldApart === undefined ? {} : { toldApart }),
    ...(hasSeveral ? { hasSeveralAccounts: true } : {}),
    ...(left && isOffAtWork(ledger.timeline, nowMs) ? { isOffAtWork: true } : {}),
    ...(kept.length === 0 ? {} : { keptGroups: kept }),
    ...(newAddress === undefined ? {} : { newAddress }),
  };
  return Object.keys(doubt).length === 0 ? {} : { doubt };
}

/** But for groups that something gives of which nobody doubts: birthright, or what was asked for since. */
function keptGroups(
  ledger: PersonLedger,
  organization: OrganizationPolicy,
  nowMs: number,
): readonly string[] {
  const { reasons } = personAccess(ledger, organization, nowMs);
  const isKept = ({ occurredAtMs }: Grant): boolean => isKeptByAnother(ledger.timeline, occurredAtMs, nowMs);
  const valid = ledger.grants.filter((grant) => isGrantValid(grant, ledger, organization, nowMs));
  const sure = new Set([
    ...reasons.filter(({ kind }) => kind === 'birthright').map(({ group }) => group),
    ...valid.filter((grant) => !isKept(grant)).map(({ group }) => fold(group)),
  ]);
  const kept = valid.filter((grant) => isKept(grant) && !sure.has(fold(grant.group)));
  return [...new Set(kept.map(({ group }) => fold(group)))];
}

/** Where a record in force says nothing of its address it has the one of before, and nobody knows of a new one. */
function newAddressOf(ledger: PersonLedger, nowMs: number): IdentityDoubt['newAddress'] {
  if (addressesOf(ledger).length < 2) return undefined;
  const inForce = recordsOf(ledger.timeline).filter((record) => isInForce(workerAt(record, nowMs)));
  const given = inForce.map(addressOfRecord);
  const known = given.filter((one) => one !== undefined);
  if (known.length === 0 || known.length < given.length) return undefined;
  return { keys: known.map(({ key }) => key), sinceMs: Math.max(...known.map(({ sinceMs }) => sinceMs)) };
}

/** The address of the latest word, and when it was said first since it was another. */
function addressOfRecord(record: Timeline): Readonly<{ key: string; sinceMs: number }> | undefined {
  const words = record.toSorted((a, b) => b.occurredAtMs - a.occurredAtMs);
  const key = words[0]?.under;
  if (key === undefined) return undefined;
  const other = words.findIndex(({ under }) => under !== key);
  const since = other === -1 ? words.at(-1) : words[other - 1];
  return { key, sinceMs: since?.occurredAtMs ?? 0 };
}
