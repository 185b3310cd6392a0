import type { Lane } from '../../domain/lane';
import { personSubject, type Subject } from '../../domain/ledger/subject';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import { readWhoeverJoined } from './find-person';
import { markChanged } from './mark-and-book-writer-run';

type MarkWhoeverClaimsDeps = Parameters<typeof markChanged>[0] &
  Readonly<{ ledger: Pick<LedgerStore, 'read'>; accounts: Pick<PeopleIndex, 'personOf'> }>;

/** Marks whoever has a record under the address of a ledger: what was said of it may make it theirs, or be said of them. */
export async function markWhoeverClaims(
  deps: MarkWhoeverClaimsDeps,
  { organization, key: hash }: Subject<'person'>,
  { lane, nowMs, cause }: Readonly<{ lane: Lane; nowMs: number; cause: string }>,
): Promise<void> {
  const noted = await deps.accounts.personOf(organization, { kind: 'claim', hash });
  if (noted === undefined) return;
  const { key, stored } = await readWhoeverJoined(deps.ledger, organization, noted);
  if (stored?.value.claimed === undefined) return;
  await markChanged(deps, personSubject(organization, key), lane, nowMs, cause);
}
