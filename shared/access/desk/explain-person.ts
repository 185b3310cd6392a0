import type { Clock } from '../../clock';
import { verifyEvidence, type EvidenceFault, type EvidenceRecord } from '../../domain/ledger/evidence';
import { personAccess, type PersonAccess } from '../../domain/ledger/person-access';
import { fold } from '../../domain/fold';
import type { PersonLedger } from '../../domain/ledger/person-ledger';
import type { Policy } from '../../domain/policy';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import { findPerson } from '../ledger/find-person';
import { personSubject } from '../../domain/ledger/subject';

export type ExplainDeps = Readonly<{
  policy: () => Promise<Policy>;
  ledger: Pick<LedgerStore, 'read' | 'evidence'>;
  accounts: Pick<PeopleIndex, 'personOf'>;
  clock: Pick<Clock, 'now'>;
}>;

/** A person's reasons, memberships and evidence. */
export type PersonExplained = Readonly<{
  ledger: PersonLedger;
  /** When this was so, epoch milliseconds. */
  atMs: number;
  access: PersonAccess;
  /** Groups with a reason or a membership, by folded name. */
  groups: readonly string[];
  /** Oldest first. */
  evidence: readonly EvidenceRecord[];
  /** undefined: the chain of evidence is whole. */
  fault: EvidenceFault | undefined;
}>;

/** Explains a person's access by e-mail address, today's or one of before; undefined where the ledger does not have the person. */
export async function explainPerson(
  deps: ExplainDeps,
  alias: string,
  email: string,
): Promise<PersonExplained | undefined> {
  const organization = (await deps.policy()).organizations.get(alias);
  if (organization === undefined) return undefined;
  const { key } = await findPerson(deps, alias, { email: fold(email), record: undefined });
  const subject = personSubject(alias, key);
  const ledger = (await deps.ledger.read(subject))?.value;
  if (ledger === undefined) return undefined;
  const { records, head } = await deps.ledger.evidence(subject);
  const atMs = deps.clock.now();
  const access = personAccess(ledger, organization, atMs);
  const groups = new Set([
    ...access.reasons.map((reason) => reason.group),
    ...ledger.applied.map((membership) => fold(membership.groupName)),
  ]);
  return {
    ledger,
    atMs,
    access,
    groups: [...groups].toSorted(),
    evidence: records,
    fault: verifyEvidence(records, head),
  };
}
