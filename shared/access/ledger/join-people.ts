import { fitPersonLedger } from '../../domain/ledger/limit-person-ledger-size';
import { joinedLedger, joinLedgers } from '../../domain/ledger/join-ledgers';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { personSubject } from '../../domain/ledger/subject';
import { AppError, errorCodeOf } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import { keysOfPerson } from './separate-people';
import { updateLedger } from './update-ledger';

export type JoinPeopleDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'write'>;
  accounts: Pick<PeopleIndex, 'notePerson'>;
}>;

type Joining = Readonly<{
  organization: string;
  into: string;
  from: string;
  evidenceOf: (kind: string, facts: EvidenceEntry['facts']) => EvidenceEntry;
  nowMs: number;
}>;

const ATTEMPTS = 4;

/**
 * Joins two people who were found to be one: all words, grants and memberships of the one become the other's, then what leads to
 * them, and at last the ledger they came from says so. Where the process dies in between, both have them, and it is done again.
 * @throws AppError `storage-conflict` after several lost races
 */
export async function joinPeople(
  deps: JoinPeopleDeps,
  { organization, into, from, evidenceOf, nowMs }: Joining,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const stored = await deps.ledger.read(personSubject(organization, from));
    if (stored === undefined || stored.value.joined !== undefined) return;
    await updateLedger(deps.ledger, personSubject(organization, into), (current) => {
      if (current === undefined)
        throw new AppError('storage-conflict', 'The person who was to be joined is gone');
      const next = fitPersonLedger(joinLedgers(current, stored.value), nowMs);
      return { next, evidence: [evidenceOf('person-joined', { person: from, by: 'account' })] };
    });
    await deps.accounts.notePerson(organization, into, keysOfPerson(stored.value));
    try {
      const evidence = [evidenceOf('person-joined-to', { person: into, by: 'account' })];
      await deps.ledger.write(
        personSubject(organization, from),
        joinedLedger(stored.value, into),
        stored,
        evidence,
      );
      return;
    } catch (error) {
      // Something was recorded of them meanwhile: it goes along.
      if (errorCodeOf(error) !== 'storage-conflict' || attempt === ATTEMPTS) throw error;
    }
  }
}
