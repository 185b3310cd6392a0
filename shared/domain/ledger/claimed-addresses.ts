import { personKey } from '../person-key';
import type { PersonLedger } from './person-ledger';
import { groupBy, type Statement } from './statement';
import { isNamedIn, recordNamedBy } from './unconfirmed-records';

/**
 * Addresses that records of a person are under and that have a ledger of their own, once the word is recorded. What the latest word of
 * the record no longer says was corrected, or is past: it claims nothing, unless another record was under it too. A leaving corrects no
 * address: whoever leaves is out by each that they claim. The same in whatever order the words come.
 */
export function claimedAfter(
  { claimed = [], timeline }: Pick<PersonLedger, 'claimed' | 'timeline'>,
  word: Statement,
  { email, isClaimed }: Readonly<{ email: string; isClaimed: boolean }>,
): readonly string[] {
  const others = claimed.filter((address) => address !== email);
  const record = recordNamedBy(word);
  if (record === undefined) return others;
  const isOfRecord = (one: Statement): boolean => isNamedIn([one], record);
  const ofRecord = timeline.filter(isOfRecord);
  const isPast = ofRecord.some((one) => one.kind !== 'leaver' && one.occurredAtMs > word.occurredAtMs);
  if (isPast) return isClaimed ? claimed : others;
  if (word.kind === 'leaver') return isClaimed ? [...others, email] : others;
  const ofOthers = timeline.filter((one) => !isOfRecord(one));
  const leavings = ofRecord.filter((one) => one.kind === 'leaver' && one.occurredAtMs >= word.occurredAtMs);
  const under = new Set([...ofOthers, ...leavings].map((one) => one.under));
  const kept = others.filter((address) => under.has(personKey(address)));
  return isClaimed ? [...kept, email] : kept;
}

/**
 * Since when a record of the person is under an address, epoch milliseconds, as HR said it: what was said of the address from then on is
 * said of them. A leaving under another address takes no record from under this one. Infinity: none is.
 */
export function claimedSinceMs({ timeline }: Pick<PersonLedger, 'timeline'>, address: string): number {
  const under = personKey(address);
  const ofRecords = timeline.filter((word) => recordNamedBy(word) !== undefined);
  const starts = [
    ...groupBy(ofRecords, ({ source, workerId }) => JSON.stringify([source, workerId])).values(),
  ]
    .map((words) => words.toSorted((a, b) => a.occurredAtMs - b.occurredAtMs))
    .map((words) =>
      words.slice(words.findLastIndex((word) => word.kind !== 'leaver' && word.under !== under) + 1),
    )
    .flatMap((words) => words.find((word) => word.under === under)?.occurredAtMs ?? []);
  return Math.min(Infinity, ...starts);
}
