import type { SubjectEvidence } from '../../domain/evidence/verify-subject';
import type { Subject } from '../../domain/ledger/subject';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { LedgerStore } from '../../storage/ledger';
import { nameOf, SUBJECT_KINDS } from './judge-subjects';

type ReadEvidence = Readonly<{ subject: Subject; evidence: SubjectEvidence }>;

/** Subjects that are worked on together. */
const TOGETHER = 200;
/** A call for all rows of a thousand records takes as long as those for some subjects. */
const RECORDS_FOR_A_SUBJECT = 50;

/**
 * The evidence of these subjects, some at a time: each is read by itself, or where there are many of them, all rows of their kind in
 * turn. `records`: about how many there are of all subjects.
 */
export async function* evidenceOfSubjects(
  ledger: Pick<LedgerStore, 'evidence' | 'evidenceOfAll'>,
  organization: string,
  subjects: readonly Subject[],
  records: number,
): AsyncIterable<readonly ReadEvidence[]> {
  if (subjects.length === 0) return;
  let alone = subjects;
  if (subjects.length > TOGETHER && subjects.length > records / RECORDS_FOR_A_SUBJECT) {
    const asked = new Map(subjects.map((subject) => [nameOf(subject), subject]));
    let read: ReadEvidence[] = [];
    for (const kind of SUBJECT_KINDS)
      for await (const { key, evidence } of ledger.evidenceOfAll(organization, kind)) {
        const subject = asked.get(`${kind}:${key}`);
        if (subject === undefined) continue;
        asked.delete(`${kind}:${key}`);
        read.push({ subject, evidence });
        if (read.length < TOGETHER) continue;
        yield read;
        read = [];
      }
    yield read;
    alone = [...asked.values()];
  }
  for (let start = 0; start < alone.length; start += TOGETHER)
    yield await mapConcurrently(alone.slice(start, start + TOGETHER), STORAGE_WIDTH, async (subject) => ({
      subject,
      evidence: await ledger.evidence(subject),
    }));
}
