import type { Clock } from '../../clock';
import { verifyEvidence, type EvidenceFault, type EvidenceRecord } from '../../domain/ledger/evidence';
import { personAccess, type PersonAccess } from '../../domain/ledger/person-access';
import { fold } from '../../domain/fold';
import type { SubjectEvidence } from '../../domain/evidence/verify-subject';
import type { PersonLedger } from '../../domain/ledger/person-ledger';
import { wouldChanges, type WouldChange } from '../../domain/plan/would-change';
import type { Policy } from '../../domain/policy';
import { errorCodeOf } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';
import { isPersonKey } from '../../domain/person-key';
import { findPerson } from '../ledger/find-person';
import { personSubject } from '../../domain/ledger/subject';

export type ExplainDeps = Readonly<{
  policy: () => Promise<Policy>;
  ledger: Pick<LedgerStore, 'read' | 'evidence'>;
  accounts: Pick<PeopleIndex, 'personOf'>;
  clock: Pick<Clock, 'now'>;
}>;

/** Somebody else of the ledger, by the key of it. */
export type KnownOther = Readonly<{ key: string; kind: 'joined' | 'told-apart'; ledger: PersonLedger }>;

/** A person's reasons, memberships and evidence. */
export type PersonExplained = Readonly<{
  /** The key of the ledger. */
  key: string;
  ledger: PersonLedger;
  /** Whose ledgers joined this one, and those who were told apart from it. One that cannot be read, or was erased, is not among them. */
  others: readonly KnownOther[];
  /** When this was so, epoch milliseconds. */
  atMs: number;
  access: PersonAccess;
  /** Groups with a reason or a membership, by folded name. */
  groups: readonly string[];
  /** Groups that this app put them into and that the policy does not name any more, by folded name: to end with that edit. */
  outOfPolicy: ReadonlySet<string>;
  /** In observe: what would be done by the ledger; undefined: the organization is enforced. */
  would: readonly WouldChange[] | undefined;
  /** Oldest first. */
  evidence: readonly EvidenceRecord[];
  /** The same with what stands beside it, as it was read. */
  stored: SubjectEvidence;
  /** undefined: the chain of evidence is whole. */
  fault: EvidenceFault | undefined;
}>;

/**
 * Explains a person's access by e-mail address, today's or one of before, or by the key of their ledger; undefined where the ledger does
 * not have the person.
 */
export async function explainPerson(
  deps: ExplainDeps,
  alias: string,
  asked: string | Readonly<{ key: string }>,
): Promise<PersonExplained | undefined> {
  const organization = (await deps.policy()).organizations.get(alias);
  if (organization === undefined) return undefined;
  const { key } =
    typeof asked === 'string'
      ? await findPerson(deps, alias, { email: fold(asked), record: undefined })
      : asked;
  if (!isPersonKey(key)) return undefined;
  const subject = personSubject(alias, key);
  const ledger = (await deps.ledger.read(subject))?.value;
  if (ledger === undefined) return undefined;
  const stored = await deps.ledger.evidence(subject);
  const { records, head, edited } = stored;
  const atMs = deps.clock.now();
  const access = personAccess(ledger, organization, atMs);
  const groups = new Set([
    ...access.reasons.map((reason) => reason.group),
    ...ledger.applied.map((membership) => fold(membership.groupName)),
  ]);
  return {
    key,
    ledger,
    others: await readOthers(deps, alias, { key, ledger, records }),
    atMs,
    access,
    groups: [...groups].toSorted(),
    outOfPolicy: new Set(
      ledger.applied
        .filter(({ origin, groupName }) => origin === 'applied' && !organization.groups.has(fold(groupName)))
        .map(({ groupName }) => fold(groupName)),
    ),
    would:
      organization.mode === 'observe'
        ? wouldChanges({ personKey: key, ledger, access }, organization, atMs)
        : undefined,
    evidence: records,
    stored,
    fault: verifyEvidence(records, head, edited),
  };
}

async function readOthers(
  deps: Pick<ExplainDeps, 'ledger'>,
  alias: string,
  {
    key,
    ledger,
    records,
  }: Readonly<{ key: string; ledger: PersonLedger; records: readonly EvidenceRecord[] }>,
): Promise<readonly KnownOther[]> {
  const others: KnownOther[] = [];
  for (const other of new Set([...joinedIn(records), ...(ledger.toldApart ?? [])])) {
    const read = await readIfReadable(deps, alias, other);
    if (read === undefined || read.erased !== undefined) continue;
    if (read.joined?.into === key) others.push({ key: other, kind: 'joined', ledger: read });
    else if (ledger.toldApart?.includes(other) === true)
      others.push({ key: other, kind: 'told-apart', ledger: read });
  }
  return others;
}

export async function readIfReadable(
  { ledger }: Pick<ExplainDeps, 'ledger'>,
  alias: string,
  key: string,
): Promise<PersonLedger | undefined> {
  try {
    return (await ledger.read(personSubject(alias, key)))?.value;
  } catch (error) {
    if (errorCodeOf(error) === 'record-unreadable') return undefined;
    throw error;
  }
}

/** The keys of those who were joined into somebody, by their records. */
export function joinedIn(records: readonly EvidenceRecord[]): readonly string[] {
  return records.flatMap(({ kind, facts }) =>
    kind === 'person-joined' && typeof facts['person'] === 'string' ? [facts['person']] : [],
  );
}
