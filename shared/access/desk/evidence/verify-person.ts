import type { Clock } from '../../../clock';
import { evidenceFaultInWords, type EvidenceFaultShown } from '../../../domain/desk/evidence-fault-in-words';
import { personSubject } from '../../../domain/ledger/subject';
import type { OrganizationPolicy } from '../../../domain/policy';
import { AppError, errorCodeOf } from '../../../errors';
import type { LoggedHead } from '../../../storage/evidence/places';
import { createSubjectJudge, type JudgeDeps } from '../../ledger/judge-subjects';
import { explainPerson, type ExplainDeps, type PersonExplained } from '../explain-person';
import { recordsOfJoined } from '../read-history';

export type VerifyPersonDeps = JudgeDeps &
  ExplainDeps &
  Readonly<{ ledger: ExplainDeps['ledger']; clock: Pick<Clock, 'now'> }>;

/** What came of verifying one person: each of their ledgers by itself, and by how far the log has it. */
export type PersonVerified = Readonly<{
  person: string;
  atMs: number;
  isWhole: boolean;
  looked: Readonly<{ subjects: number; records: number }>;
  faults: number;
  told: readonly EvidenceFaultShown[];
}>;

/**
 * Verifies the records of one person and of whoever was joined into them: seals, numbers and hashes, and that they reach as far as the
 * log says. Entries of the log itself are compared with the whole verification alone.
 * @throws AppError `person-unknown`
 */
export async function verifyPerson(
  deps: VerifyPersonDeps,
  organization: OrganizationPolicy,
  person: string,
): Promise<PersonVerified> {
  const found = await explainPerson(deps, organization.alias, person);
  if (found === undefined) throw new AppError('person-unknown', 'Nothing is known of this person');
  return verifyFound(deps, organization, found);
}

/** The same of somebody whose records were read already: what looks like a fault in them is judged by what is read again. */
export async function verifyFound(
  deps: VerifyPersonDeps,
  { alias }: Pick<OrganizationPolicy, 'alias'>,
  found: PersonExplained,
): Promise<PersonVerified> {
  const own = { key: found.key, records: found.evidence };
  const joined = await recordsOfJoined(deps, alias, own);
  const keys = [own, ...joined.about].map(({ key }) => key);
  const told: EvidenceFaultShown[] = [];
  let records = 0;
  for (const key of keys) {
    const subject = personSubject(alias, key);
    const placed = await placeOf(deps, subject);
    const places = new Map([[`person:${key}`, placed]]);
    const log = { digests: undefined, head: undefined, before: places, after: places };
    const judge = await createSubjectJudge(deps, alias, log);
    const evidence = key === found.key ? found.stored : await deps.ledger.evidence(subject);
    records += evidence.records.length;
    judge.hear(subject, evidence);
    const names = new Map([
      [key, key === found.key ? found.ledger.email : `a former ledger of ${found.ledger.email}`],
    ]);
    for (const { subject: name, kind, seq } of await judge.faults())
      told.push(evidenceFaultInWords({ subject: name, kind, at: seq }, names));
  }
  return {
    person: found.ledger.email,
    atMs: deps.clock.now(),
    isWhole: joined.isWhole && told.length === 0,
    looked: { subjects: keys.length, records },
    faults: told.length,
    told,
  };
}

/** undefined: the row was edited. */
async function placeOf(
  { evidenceLog }: Pick<VerifyPersonDeps, 'evidenceLog'>,
  subject: ReturnType<typeof personSubject>,
): Promise<LoggedHead | undefined> {
  try {
    return await evidenceLog.headOf(subject);
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}
