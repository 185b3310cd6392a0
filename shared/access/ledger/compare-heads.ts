import { EMPTY_CHAIN, type EvidenceHead } from '../../domain/ledger/evidence';
import type { Subject } from '../../domain/ledger/subject';
import type { EvidenceLog } from '../../storage/evidence/evidence-log';
import type { Places } from '../../storage/evidence/places';
import type { LedgerStore } from '../../storage/ledger';
import { SUBJECT_KINDS, subjectOf } from './judge-subjects';

type Relation = 'unlogged' | 'suspects' | 'others';

export type ComparedHeads = Readonly<Record<Relation | 'all', readonly Subject[]>> &
  Readonly<{ places: Places }>;

/** What ledgers and log say of where the evidence of each subject ends. The log is read first: whatever it knows is in storage by then. */
export async function compareHeads(
  {
    ledger,
    evidenceLog,
  }: Readonly<{ ledger: Pick<LedgerStore, 'heads'>; evidenceLog: Pick<EvidenceLog, 'places'> }>,
  organization: string,
): Promise<ComparedHeads> {
  const compared = { unlogged: [] as Subject[], suspects: [] as Subject[], others: [] as Subject[] };
  const places = await evidenceLog.places(organization);
  const left = new Map(places);
  for (const kind of SUBJECT_KINDS)
    for await (const { key, head } of ledger.heads(organization, kind)) {
      const name = `${kind}:${key}`;
      const known = left.has(name) ? left.get(name) : EMPTY_CHAIN;
      left.delete(name);
      compared[relationOf(head, known)].push({ organization, kind, key });
    }
  for (const name of left.keys()) {
    const subject = subjectOf(organization, name);
    if (subject !== undefined) compared.suspects.push(subject);
  }
  const { unlogged, suspects, others } = compared;
  return { ...compared, all: [...unlogged, ...suspects, ...others], places };
}

function relationOf(head: EvidenceHead | undefined, known: EvidenceHead | undefined): Relation {
  if (head === undefined || known === undefined || head.seq < known.seq) return 'suspects';
  if (head.seq > known.seq) return 'unlogged';
  return head.hash === known.hash ? 'others' : 'suspects';
}
