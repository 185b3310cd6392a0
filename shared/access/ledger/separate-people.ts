import type { Clock } from '../../clock';
import { addressesOf, type PersonLedger, type Separation } from '../../domain/ledger/person-ledger';
import type { EvidenceEntry } from '../../domain/ledger/evidence';
import { divideLedger } from '../../domain/ledger/divide-ledger';
import { separatedFrom } from '../../domain/ledger/separate-ledgers';
import { fitPersonLedger } from '../../domain/ledger/limit-person-ledger-size';
import { personSubject, type Subject } from '../../domain/ledger/subject';
import { recordNamedBy } from '../../domain/ledger/unconfirmed-records';
import { personKey } from '../../domain/person-key';
import { errorCodeOf } from '../../errors';
import type { LedgerStore, Stored } from '../../storage/ledger';
import type { ChangeStore } from '../../storage/marks-attempts-and-bookings';
import type { IndexKey, PeopleIndex } from '../../storage/people-index';
import { carryEmptyingEdit } from './carry-emptying-edit';
import { keysOfRecord, readWhoeverJoined } from './find-person';
import { forgetFormerAccount } from './former-accounts';
import { updateLedger } from './update-ledger';

export type SeparatePeopleDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read' | 'write'>;
  accounts: Pick<PeopleIndex, 'notePerson'>;
  changes: Pick<ChangeStore, 'mark' | 'emptyingEditOf'>;
  clock: Pick<Clock, 'now'>;
}>;

export type Separated = Readonly<{ organization: string; key: string; policyHash: string }>;

const ATTEMPTS = 4;

/** What leads to a person: each worker record and human's id that their words name, and each address, those in doubt too. */
export function keysOfPerson(ledger: PersonLedger): readonly IndexKey[] {
  const words = [...ledger.timeline, ...(ledger.unconfirmed?.words ?? [])];
  const records = words.flatMap((word): readonly IndexKey[] => {
    const record = recordNamedBy(word);
    return record === undefined ? [] : keysOfRecord(record);
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
 * in theirs before it is out of the other's, and at last that nothing is left to do. Whom the other joined meanwhile has it now; what
 * was kept of those on the way is divided too. Idempotent: where the process dies in between, whoever comes next does it again. Does
 * nothing where nothing is left.
 * @throws AppError `storage-conflict` after several lost races, `record-unreadable`
 */
export async function finishSeparation(deps: SeparatePeopleDeps, separated: Separated): Promise<void> {
  const { organization, key } = separated;
  const subject = personSubject(organization, key);
  for (let attempt = 1; ; attempt += 1) {
    const their = await deps.ledger.read(subject);
    if (their?.value.separating === undefined) return;
    try {
      await divide(deps, separated, their, their.value.separating);
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

async function divide(
  deps: SeparatePeopleDeps,
  { organization, key, policyHash }: Separated,
  their: Stored<PersonLedger>,
  separating: Separation,
): Promise<void> {
  const { by, reason } = separating;
  const evidenceOf = (kind: string, facts: EvidenceEntry['facts']): EvidenceEntry => ({
    kind,
    atMs: deps.clock.now(),
    policyHash,
    facts,
  });
  const toldApart = evidenceOf('person-told-apart', { person: key, by, reason });
  const other = await readWhoeverJoined(deps.ledger, organization, separating.from, key);
  const found = other.key === key ? their.value : separatedFrom(their.value, other);
  const divided =
    other.stored === undefined || other.key === key
      ? undefined
      : divideLedger(other.stored.value, { key, ledger: found });
  const goes = divided?.goes ?? found;
  // What an edit empties waits for both: nobody can tell yet of whom it takes something.
  if (other.key !== key)
    await carryEmptyingEdit(deps, { organization, from: other.key, into: key, nowMs: deps.clock.now() });
  await deps.accounts.notePerson(organization, key, keysOfPerson(goes));
  await deps.ledger.write(
    personSubject(organization, key),
    fitPersonLedger(goes, deps.clock.now()),
    their,
    [],
  );
  for (const passed of goes.toldApart ?? [])
    await divideEmptied(deps, personSubject(organization, passed), { key, goes, toldApart });
  if (divided === undefined || other.stored === undefined) return;
  const { stays } = divided;
  const { replaced } = other.stored.value;
  if (replaced !== undefined && stays.replaced === undefined)
    await forgetFormerAccount(deps, organization, replaced.accountId, { evidenceOf });
  const isNoted = other.stored.value.toldApart?.includes(key) === true;
  const from = personSubject(organization, other.key);
  await deps.ledger.write(from, stays, other.stored, isNoted ? [] : [toldApart]);
  // Whoever joined meanwhile is not among those who were marked for the decision.
  await deps.changes.mark(from, 'normal', deps.clock.now(), 'console');
  await deps.accounts.notePerson(organization, other.key, keysOfPerson(stays));
}

/** Divides what a ledger had before its person joined another: they may be told apart later, and get back what is theirs alone. */
async function divideEmptied(
  { ledger }: Pick<SeparatePeopleDeps, 'ledger'>,
  subject: Subject<'person'>,
  { key, goes, toldApart }: Readonly<{ key: string; goes: PersonLedger; toldApart: EvidenceEntry }>,
): Promise<void> {
  const emptied = await ledger.read(subject);
  if (emptied?.value.joined === undefined) return;
  const { joined } = emptied.value;
  const isNoted = joined.before.toldApart?.includes(key) === true;
  const { joined: _joined, ...before } = divideLedger(joined.before, { key, ledger: goes }).stays;
  await ledger.write(
    subject,
    { ...emptied.value, joined: { ...joined, before } },
    emptied,
    isNoted ? [] : [toldApart],
  );
}
