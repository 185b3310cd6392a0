import { personSubject } from '../../domain/ledger/subject';
import { errorCodeOf } from '../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { LedgerStore } from '../../storage/ledger';

/** Addresses of people by their keys, without whoever has none: they were erased, or their ledger cannot be read. */
export async function namesOfPeople(
  { ledger }: Readonly<{ ledger: Pick<LedgerStore, 'read'> }>,
  organization: string,
  keys: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const named = await mapConcurrently(keys, STORAGE_WIDTH, async (key) => {
    try {
      const { email = '', erased } = (await ledger.read(personSubject(organization, key)))?.value ?? {};
      return erased !== undefined || email === '' ? [] : [[key, email] as const];
    } catch (error) {
      if (errorCodeOf(error) !== 'record-unreadable') throw error;
      return [];
    }
  });
  return new Map(named.flat());
}
