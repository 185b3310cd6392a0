import { namedProgress, personProgress, type RequestProgress } from '../../domain/ledger/request-progress';
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
    refusal === undefined ? { group, ...progress } : { state: 'refused', group };
  if (kind === 'person') {
    const value = (await readWhoeverJoined(ledger, organization.alias, key)).stored?.value;
    const progress = personProgress(value, organization, entry, nowMs);
    return { person: value?.email, name: undefined, progress: withRefusal(progress) };
  }
  const value = (await ledger.read({ ...of, kind }))?.value;
  return {
    person: undefined,
    name: value?.name,
    progress: withRefusal(namedProgress(value, requestId, nowMs)),
  };
}
