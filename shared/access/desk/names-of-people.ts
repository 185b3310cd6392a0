import { addressesOf } from '../../domain/ledger/person-ledger';
import { personSubject } from '../../domain/ledger/subject';
import { errorCodeOf } from '../../errors';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { LedgerStore } from '../../storage/ledger';

/** Each costs a read, and somebody waits. */
const MOST_NAMED = 500;

/**
 * Addresses of the first five hundred people by their keys, without whoever has none: they were erased, their address is somebody else's by
 * now, or their ledger cannot be read.
 */
export async function namesOfPeople(
  { ledger }: Readonly<{ ledger: Pick<LedgerStore, 'read'> }>,
  organization: string,
  keys: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const some = [...new Set(keys)].slice(0, MOST_NAMED);
  const named = await mapConcurrently(some, STORAGE_WIDTH, async (key) => {
    try {
      const value = (await ledger.read(personSubject(organization, key)))?.value;
      const [address] = value === undefined ? [] : addressesOf(value.joined?.before ?? value);
      return address === undefined ? [] : [[key, address] as const];
    } catch (error) {
      if (errorCodeOf(error) !== 'record-unreadable') throw error;
      return [];
    }
  });
  return new Map(named.flat());
}
