import { listHolds, type ListHoldsDeps } from '../access/ledger/list-holds';
import { idsAsText, MOST_CHOSEN } from '../domain/desk/chosen-findings';
import { findingCauses, idOfCause, type FindingCause } from '../domain/desk/finding-causes';
import type { FindingRecord } from '../domain/audit/finding';
import { AppError } from '../errors';
import type { FindingStore } from '../storage/findings';
import type { ReportStore } from '../storage/reports';
import { askedFindings, findingsAsked } from './pages/finding-filter';

export type ReadCausesDeps = ListHoldsDeps &
  Readonly<{ findings: Pick<FindingStore, 'list'>; reports: Pick<ReportStore, 'list'> }>;

/** All findings of an organization, and the causes of those that are asked for. @throws AppError `plan-unknown` for an unknown one */
export async function readCauses(
  deps: ReadCausesDeps,
  organization: string,
  said: (key: string) => string,
): Promise<Readonly<{ records: readonly FindingRecord[]; causes: readonly FindingCause[] }>> {
  const [records, holds, nights] = await Promise.all([
    deps.findings.list(organization),
    listHolds(deps, organization),
    deps.reports.list(organization),
  ]);
  const firstAuditMs = nights[0]?.takenAtMs;
  const causes = findingCauses(askedFindings(records, findingsAsked(said)), { holds, firstAuditMs });
  return { records, causes };
}

/**
 * The findings that a form has ticked, one by one or by their cause. Of a cause of very many, the first.
 * @throws AppError `body-invalid` where none is ticked, or more than somebody looks through
 */
export async function chosenFindings(
  deps: ReadCausesDeps,
  organization: string,
  fields: URLSearchParams,
): Promise<Readonly<{ ids: string; findings: readonly FindingRecord[] }>> {
  const said = (key: string): string => (key === 'cause' ? '' : (fields.get(key)?.trim() ?? ''));
  const { records, causes } = await readCauses(deps, organization, said);
  const byId = new Map(records.map((finding) => [finding.id, finding]));
  const ticked = new Set(fields.getAll('cause'));
  const found = new Set([
    ...fields.getAll('finding').flatMap((id) => byId.get(id) ?? []),
    ...causes
      .filter((cause) => ticked.size > 0 && ticked.has(idOfCause(cause)))
      .flatMap(({ findings }) => findings.slice(0, MOST_CHOSEN)),
  ]);
  const problem =
    found.size === 0
      ? 'Tick at least one finding: what was ticked is not there any more, or nothing was'
      : found.size > MOST_CHOSEN
        ? `Tick ${MOST_CHOSEN} findings at most at once: these are ${found.size}`
        : undefined;
  if (problem !== undefined)
    throw new AppError('body-invalid', problem, { fields: [{ field: 'finding', problem: 'is not usable' }] });
  return { ids: idsAsText([...found].map(({ id }) => id)), findings: [...found] };
}
