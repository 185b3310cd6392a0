import type { Hold } from '../../domain/plan/hold';
import type { LedgerStore } from '../../storage/ledger';
import { namesOfPeople } from './names-of-people';
import { readHold, type ReadHoldDeps } from './release-hold';

export type ReadHoldWithNamesDeps = ReadHoldDeps & Readonly<{ ledger: Pick<LedgerStore, 'read'> }>;

/** A removal with the address of whom it is about; null: that is not known, or they are beyond the first that are named. */
type NamedRemoval = Hold['removals'][number] & Readonly<{ person: string | null }>;

/** One hold as somebody looks at it before they release it: by names. @throws AppError `plan-unknown` */
export async function readHoldWithNames(
  deps: ReadHoldWithNamesDeps,
  organization: string,
  hash: string,
): Promise<Omit<Hold, 'removals'> & Readonly<{ removals: readonly NamedRemoval[] }>> {
  const hold = await readHold(deps, organization, hash);
  const names = await namesOfPeople(
    deps,
    organization,
    hold.removals.map(({ personKey }) => personKey),
  );
  const removals = hold.removals.map((removal) => ({
    ...removal,
    person: names.get(removal.personKey) ?? null,
  }));
  return { ...hold, removals };
}
