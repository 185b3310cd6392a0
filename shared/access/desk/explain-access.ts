import { explainGroup, type ExplainedGroup } from '../../domain/desk/explained-group';
import { whyNotIn, type WhyNot } from '../../domain/desk/why-not-in-group';
import { fold } from '../../domain/fold';
import { addressesOf, knownAccountOf, type PersonLedger } from '../../domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../domain/policy';
import { AppError } from '../../errors';
import type { FindingStore } from '../../storage/findings';
import type { RefusedChangeStore } from '../../storage/refused-changes';
import { explainPerson, type ExplainDeps, type PersonExplained } from './explain-person';

export type ExplainAccessDeps = ExplainDeps &
  Readonly<{
    findings: Pick<FindingStore, 'list'>;
    refusedChanges: Pick<RefusedChangeStore, 'list'>;
  }>;

/** Why a person has the access that they have, and of one group why not. */
export type ExplainedAccess = Readonly<{
  person: string;
  formerAddresses: readonly string[];
  employment: string;
  directoryId: string | null;
  lockedUntilMs: number | null;
  nextChangeAtMs: number | null;
  /** When this was so, epoch milliseconds. */
  atMs: number;
  groups: readonly ExplainedGroup[];
  /** Of the group that was asked about, where they are not in it. */
  whyNot: readonly WhyNot[];
  /** The evidence of the person is not whole. */
  evidenceFault: string | null;
}>;

/**
 * Explains a person's groups, or the one that is named. Everything comes from what is stored.
 * @throws AppError `person-unknown`
 */
export async function explainAccess(
  deps: ExplainAccessDeps,
  organization: OrganizationPolicy,
  { person, group }: Readonly<{ person: string; group: string | undefined }>,
): Promise<ExplainedAccess> {
  const found = await explainPerson(deps, organization.alias, person);
  if (found === undefined || found.ledger.erased !== undefined)
    throw new AppError(
      'person-unknown',
      'Nothing is known of this person: no HR system and no ticket named the address',
    );
  const { ledger, access, atMs, fault } = found;
  const names = namesOfPerson(ledger);
  const findings = await deps.findings.list(organization.alias);
  const known = { ledger, reasons: access.reasons, organization, findings, names };
  const asked = group === undefined ? undefined : fold(group);
  const shown = asked === undefined ? found.groups : [asked];
  const groups = shown.map((name) => explainGroup(known, name));
  const isOutside = asked !== undefined && groups.every(({ isMember }) => !isMember);
  return {
    person: ledger.email,
    formerAddresses: ledger.formerEmails ?? [],
    employment: access.employment,
    directoryId: knownAccountOf(ledger) ?? null,
    lockedUntilMs: access.lockedUntilMs ?? null,
    nextChangeAtMs: access.nextChangeAtMs ?? null,
    atMs,
    groups,
    whyNot: isOutside ? await whyNot(deps, organization, found, asked) : [],
    evidenceFault: fault === undefined ? null : `${fault.kind} at ${fault.seq}`,
  };
}

async function whyNot(
  { refusedChanges }: Pick<ExplainAccessDeps, 'refusedChanges'>,
  organization: OrganizationPolicy,
  { key, ledger, access, atMs }: PersonExplained,
  group: string,
): Promise<readonly WhyNot[]> {
  const refusals = await refusedChanges.list(organization.alias);
  const own = refusals.find(
    ({ personKey, groupName, decision }) =>
      personKey === key && fold(groupName) === group && decision === 'add',
  );
  const refused = own === undefined ? undefined : { id: own.id, code: own.history.at(-1)?.code ?? '' };
  return whyNotIn({ ledger, access, organization, group, refused, nowMs: atMs });
}

/** Everything by which findings may name a person, folded. */
export function namesOfPerson(ledger: PersonLedger): ReadonlySet<string> {
  const account = knownAccountOf(ledger);
  return new Set([...addressesOf(ledger), ...(account === undefined ? [] : [account])].map(fold));
}
