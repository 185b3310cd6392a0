import type { PersonLedger } from '../../domain/ledger/person-ledger';
import { readWhoeverJoined, type FindPersonDeps } from './find-person';

/**
 * A person's ledger that names, of those who were told apart from them, also whom these joined since: that one has their words.
 * @throws AppError `record-unreadable`
 */
export async function withToldApart(
  ledgers: FindPersonDeps['ledger'],
  organization: string,
  { key, ledger }: Readonly<{ key: string; ledger: PersonLedger }>,
): Promise<Readonly<{ key: string; ledger: PersonLedger }>> {
  if (ledger.toldApart === undefined) return { key, ledger };
  const all = new Set<string>();
  for (const one of ledger.toldApart) {
    const found = await readWhoeverJoined(ledgers, organization, one, key);
    for (const other of [...found.passed, found.key]) all.add(other);
  }
  return { key, ledger: { ...ledger, toldApart: [...all] } };
}
