import { isOpen } from '../../../domain/audit/finding';
import type { OrganizationPolicy } from '../../../domain/policy';
import { AppError } from '../../../errors';
import { showFinding, type ShownFinding } from '../../../reports/shown-finding';
import type { FindingStore } from '../../../storage/findings';
import type { ReportStore } from '../../../storage/reports';

export type FindFindingsDeps = Readonly<{
  findings: Pick<FindingStore, 'list'>;
  reports: Pick<ReportStore, 'read'>;
}>;

/** Shorter beginnings fit by chance. */
const SHORTEST = 4;
const MOST = 10;

/**
 * The findings whose id begins so, as they stand now, those that are open first.
 * @throws AppError `finding-unknown`, `query-invalid` for a beginning that is too short
 */
export async function findFindings(
  { findings, reports }: FindFindingsDeps,
  { alias }: OrganizationPolicy,
  beginning: string,
): Promise<Readonly<{ findings: readonly ShownFinding[] }>> {
  if (beginning.length < SHORTEST)
    throw new AppError('query-invalid', `Say at least ${SHORTEST} characters of the id of the finding`);
  const wanted = beginning.toLowerCase();
  const found = (await findings.list(alias))
    .filter(({ id }) => id.toLowerCase().startsWith(wanted))
    .toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a)))
    .slice(0, MOST);
  if (found.length === 0) throw new AppError('finding-unknown', 'There is no such finding');
  const { ownChecks } = (await reports.read(alias, 'latest')) ?? { ownChecks: {} };
  return { findings: found.map((finding) => showFinding({ ownChecks }, finding)) };
}
