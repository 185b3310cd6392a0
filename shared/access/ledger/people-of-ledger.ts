import type { Clock } from '../../clock';
import { addressesOf } from '../../domain/ledger/person-ledger';
import type { LedgerStore } from '../../storage/ledger';
import { createRecent, type Recent } from './recently-read';

/** Somebody of the ledger by their addresses, today's first. */
export type PersonOfLedger = Readonly<{
  key: string;
  addresses: readonly string[];
  memberId: string | undefined;
}>;

/** Everybody of the ledger who has an address: to read ten thousand takes seconds. */
export function createPeopleOfLedger(
  ledger: Pick<LedgerStore, 'list'>,
  clock: Clock,
): Recent<readonly PersonOfLedger[]> {
  return createRecent(
    async (alias) => {
      const people: PersonOfLedger[] = [];
      for await (const { key, value } of ledger.list(alias, 'person')) {
        if (value === undefined || value.joined !== undefined || value.erased !== undefined) continue;
        const addresses = addressesOf(value);
        const memberId = value.identity?.kind === 'resolved' ? value.identity.id : undefined;
        if (addresses.length > 0) people.push({ key, addresses, memberId });
      }
      return people;
    },
    clock,
    { freshMs: 60_000, toldMs: 600_000 },
  );
}
