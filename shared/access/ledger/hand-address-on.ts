import type { EvidenceEntry } from '../../domain/ledger/evidence';
import type { PersonLedger } from '../../domain/ledger/person-ledger';
import { ledgerOfNewHolder } from '../../domain/ledger/separate-ledgers';
import { personSubject } from '../../domain/ledger/subject';
import { AppError } from '../../errors';
import { notJoined, readWhoeverJoined } from './find-person';
import { finishSeparation, type Separated, type SeparatePeopleDeps } from './separate-people';
import { updateLedger } from './update-ledger';

const ATTEMPTS = 4;

/**
 * Carries a decision to its end that records under an address are another person's: the ledger of the new holder is there before
 * anything of the first one's is gone. Idempotent: where the process dies in between, whoever comes next does it again. Does nothing
 * where nothing is left.
 * @throws AppError `storage-conflict` after several lost races, `record-unreadable`
 */
export async function handAddressOn(deps: SeparatePeopleDeps, separated: Separated): Promise<void> {
  const { organization, key, policyHash } = separated;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const first = (await deps.ledger.read(personSubject(organization, key)))?.value;
    const handedTo = first?.unconfirmed?.handedTo;
    if (first === undefined || handedTo === undefined) return;
    if (handedTo.key === key)
      throw new AppError('record-unreadable', 'The new holder of an address is the one of before');
    const { key: holder } = await readWhoeverJoined(deps.ledger, organization, handedTo.key, key);
    // One who is being told apart from somebody, this one or another, is that first.
    await finishSeparation(deps, { organization, key: holder, policyHash });
    await beginSeparation(deps, separated, { first, holder });
    await finishSeparation(deps, { organization, key: holder, policyHash });
    await deps.changes.mark(personSubject(organization, holder), 'normal', deps.clock.now(), 'console');
  }
  throw new AppError('storage-conflict', 'What is in doubt of this person changes all the time');
}

async function beginSeparation(
  deps: Pick<SeparatePeopleDeps, 'ledger' | 'clock'>,
  { organization, key, policyHash }: Separated,
  { first, holder }: Readonly<{ first: PersonLedger; holder: string }>,
): Promise<void> {
  const { by, reason } = first.unconfirmed?.handedTo ?? {};
  const facts = { person: key, by, reason };
  const told: EvidenceEntry = { kind: 'person-told-apart', atMs: deps.clock.now(), policyHash, facts };
  await updateLedger(deps.ledger, personSubject(organization, holder), (current) => {
    const had = current === undefined ? undefined : notJoined(current);
    const next = had?.separating === undefined ? ledgerOfNewHolder(first, key, had) : undefined;
    return next && { next, evidence: had?.toldApart?.includes(key) === true ? [] : [told] };
  });
}
