import {
  asSeenIn,
  namedProgress,
  personProgress,
  type RequestProgress,
} from '../../domain/ledger/request-progress';
import type { PersonLedger } from '../../domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../domain/policy';
import type { LedgerStore } from '../../storage/ledger';
import { readWhoeverJoined } from '../ledger/find-person';
import type { RequestEntry } from '../../storage/request-index';

/** What a request is about, as the ledger knows it, and how far it has come. */
export type RequestInLedger = Readonly<{
  /** Address of the person; undefined for rules and access-policy entries. */
  person: string | undefined;
  /** Name of the rule or of the access-policy entry. */
  name: string | undefined;
  progress: RequestProgress;
}>;

/** Reads the ledger of a request's subject. */
export async function findRequestInLedger(
  ledger: Pick<LedgerStore, 'read'>,
  organization: OrganizationPolicy,
  entry: RequestEntry,
  nowMs: number,
): Promise<RequestInLedger> {
  const { requestId, refusal, group } = entry;
  const { kind, key } = entry.subject;
  const of = { organization: organization.alias, key };
  const withRefusal = (progress: RequestProgress): RequestProgress =>
    refusal === undefined ? asSeenIn(organization, { group, ...progress }) : { state: 'refused', group };
  if (kind === 'person') {
    const value = await readLedgerOfRequest(ledger, organization.alias, { key, requestId });
    const progress = personProgress(value, organization, entry, nowMs);
    return {
      person: value?.erased === undefined ? value?.email : undefined,
      name: undefined,
      progress: withRefusal(progress),
    };
  }
  const value = (await ledger.read({ ...of, kind }))?.value;
  return {
    person: undefined,
    name: value?.name,
    progress: withRefusal(namedProgress(value, organization, requestId, nowMs)),
  };
}

/** A request goes with its person when two are told apart: where the ledger does not have it, that of whoever was told apart does. */
async function readLedgerOfRequest(
  ledger: Pick<LedgerStore, 'read'>,
  organization: string,
  { key, requestId }: Readonly<{ key: string; requestId: string }>,
): Promise<PersonLedger | undefined> {
  const named = (await readWhoeverJoined(ledger, organization, key)).stored?.value;
  if (named === undefined || hasRequest(named, requestId)) return named;
  for (const other of named.toldApart ?? []) {
    const theirs = (await readWhoeverJoined(ledger, organization, other)).stored?.value;
    if (theirs !== undefined && hasRequest(theirs, requestId)) return theirs;
  }
  return named;
}

function hasRequest({ grants, revocations }: PersonLedger, id: string): boolean {
  return [...grants, ...revocations].some(({ requestId }) => requestId === id);
}
