import type { Clock } from '../../clock';
import { addressesOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { divideLedger } from '../../domain/ledger/separate-ledgers';
import { fitPersonLedger } from '../../domain/ledger/limit-person-ledger-size';
import { personSubject } from '../../domain/ledger/subject';
import { recordNamedBy } from '../../domain/ledger/unconfirmed-records';
import { personKey, workerRecordKey } from '../../domain/person-key';
import { errorCodeOf } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { IndexKey, PeopleIndex } from '../../storage/people-index';
import { forgetFormerAccount } from './former-accounts';
import { updateLedger } from './update-ledger';

export type SeparatePeopleDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'write'>;
  accounts: Pick<PeopleIndex, 'notePerson'>;
  clock: Pick<Clock, 'now'>;
}>;

type Separated = Readonly<{ organization: string; key: string; policyHash: string }>;

const ATTEMPTS = 4;

/** What leads to a person: each worker record that their words name, and each address, those in doubt too. */
export function keysOfPerson(ledger: PersonLedger): readonly IndexKey[] {
  const words = [...ledger.timeline, ...(ledger.unconfirmed?.words ?? [])];
  const records = words.flatMap((word): IndexKey[] => {
    const record = recordNamedBy(word);
    return record === undefined
      ? []
      : [{ kind: 'record', hash: workerRecordKey(record.source, record.workerId) }];
  });
  const inDoubt =
    ledger.unconfirmed?.addresses.filter((one) => ledger.handedOn?.includes(one) !== true) ?? [];
  const addresses = [...addressesOf(ledger), ...inDoubt].map((address): IndexKey => ({
    kind: 'address',
    hash: personKey(address),
  }));
  return [...new Map([...records, ...addresses].map((key) => [`${key.kind}${key.hash}`, key])).values()];
}

/**
 * Carries a decision to its end that told somebody apart from another: what leads to them, then what the other's ledger has of theirs,
 * in theirs before it is out of the other's, and at last that nothing is left to do. Idempotent: where the process dies in between,
 * whoever comes next does it again. Does nothing where nothing is left.
 * @throws AppError `storage-conflict` after several lost races, `record-unreadable`
 */
export async function finishSeparation(
  deps: SeparatePeopleDeps,
  { organization, key, policyHash }: Separated,
): Promise<void> {
  const subject = personSubject(organization, key);
  const evidenceOf = (kind: string, facts: EvidenceEntry['facts']): EvidenceEntry => ({
    kind,
    atMs: deps.clock.now(),
    policyHash,
    facts,
  });
  for (let attempt = 1; ; attempt += 1) {
    const their = await deps.ledger.read(subject);
    const separating = their?.value.separating;
    if (their === undefined || separating === undefined) return;
    await deps.accounts.notePerson(organization, key, keysOfPerson(their.value));
    const from = personSubject(organization, separating.from);
    const other = await deps.ledger.read(from);
    const { by, reason } = separating;
    try {
      if (other !== undefined) {
        const { goes, stays } = divideLedger(other.value, { key, ledger: their.value });
        await deps.ledger.write(subject, fitPersonLedger(goes, deps.clock.now()), their, []);
        if (other.value.replaced !== undefined && stays.replaced === undefined)
          await forgetFormerAccount(deps, organization, other.value.replaced.accountId, evidenceOf);
        const evidence =
          other.value.toldApart?.includes(key) === true
            ? []
            : [evidenceOf('person-told-apart', { person: key, by, reason })];
        await deps.ledger.write(from, stays, other, evidence);
        await deps.accounts.notePerson(organization, separating.from, keysOfPerson(stays));
      }
      await updateLedger(deps.ledger, subject, (current) => {
        if (current?.separating === undefined) return undefined;
        const { separating: _separating, ...next } = current;
        return { next, evidence: [] };
      });
      return;
    } catch (error) {
      // Something was recorded of one of them meanwhile: it goes with whom it names.
      if (errorCodeOf(error) !== 'storage-conflict' || attempt === ATTEMPTS) throw error;
    }
  }
}
