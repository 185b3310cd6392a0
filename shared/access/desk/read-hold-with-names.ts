import type { Hold } from '../../domain/plan/hold';
import type { LedgerStore } from '../../storage/ledger';
import { namesOfPeople } from './names-of-people';
import { readHold, type ReadHoldDeps } from './release-hold';

export type NameHoldsDeps = Readonly<{ ledger: Pick<LedgerStore, 'read'> }>;
export type ReadHoldWithNamesDeps = ReadHoldDeps & NameHoldsDeps;

/** A removal with the address of whom it is about; null: that is not known, or they are beyond the first that are named. */
type NamedRemoval = Hold['removals'][number] & Readonly<{ person: string | null }>;

export type NamedHold = Omit<Hold, 'removals'> & Readonly<{ removals: readonly NamedRemoval[] }>;

/** One hold as somebody looks at it before they release it: by names. @throws AppError `plan-unknown` */
export async function readHoldWithNames(
  deps: ReadHoldWithNamesDeps,
  organization: string,
  hash: string,
): Promise<NamedHold> {
  const hold = await readHold(deps, organization, hash);
  const [named = { ...hold, removals: [] }] = await nameHolds(deps, organization, [hold]);
  return named;
}

/** Holds with the names of the first people of them all. */
export async function nameHolds(
  deps: NameHoldsDeps,
  organization: string,
  holds: readonly Hold[],
): Promise<readonly NamedHold[]> {
  const names = await namesOfPeople(
    deps,
    organization,
    holds.flatMap(({ removals }) => removals.map(({ personKey }) => personKey)),
  );
  return holds.map((hold) => ({
    ...hold,
    removals: hold.removals.map((removal) => ({ ...removal, person: names.get(removal.personKey) ?? null })),
  }));
}
