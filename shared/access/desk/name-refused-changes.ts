import type { RefusedChange } from '../../domain/plan/refused-change';
import { listRefusedChanges, type ListRefusedChangesDeps } from '../ledger/list-refused-changes';
import type { NameHoldsDeps } from './read-hold-with-names';
import { namesOfPeople } from './names-of-people';

/** A refused change with the address of whom it is about; null: that is not known. */
export type NamedRefusedChange = RefusedChange & Readonly<{ person: string | null }>;

export type NameRefusedChangesDeps = ListRefusedChangesDeps & NameHoldsDeps;

/** The refused changes of an organization as somebody looks at them: by names. @throws AppError `dead-letter-unknown` */
export async function nameRefusedChanges(
  deps: NameRefusedChangesDeps,
  organization: string,
): Promise<readonly NamedRefusedChange[]> {
  const changes = await listRefusedChanges(deps, organization);
  const names = await namesOfPeople(
    deps,
    organization,
    changes.map(({ personKey }) => personKey),
  );
  return changes.map((change) => ({ ...change, person: names.get(change.personKey) ?? null }));
}
