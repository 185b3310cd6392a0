import type { CheckInput } from '../../domain/audit/check-input';
import { carryFindingsOver } from '../../domain/audit/carry-findings-over';
import type { Finding, FindingRecord } from '../../domain/audit/finding';
import { isChangePending } from '../../domain/audit/is-change-pending';
import type { AuditReport } from '../../domain/audit/report';
import { isUnverifiable } from '../../domain/audit/is-finding-unverifiable';
import { waiverOf, type Waiver } from '../../domain/audit/waiver';
import type { FindingStore } from '../../storage/findings';
import type { WaiverStore } from '../../storage/waivers';

/**
 * The findings of this night joined with those of earlier nights: new, still open, reopened, waived or fixed. What could not be
 * read, and what the writer is about to change, neither confirms nor fixes a finding. `lastAuditMs`: when the last audit began.
 */
export async function followFindings(
  deps: Readonly<{ findings: Pick<FindingStore, 'list'>; waivers: Pick<WaiverStore, 'list'> }>,
  audit: CheckInput,
  found: readonly Finding[],
  lastAuditMs: number | undefined,
): Promise<readonly FindingRecord[]> {
  const { nowMs } = audit;
  const { alias, audit: rules } = audit.organization;
  const before = await deps.findings.list(alias);
  const accepted = new Map((await deps.waivers.list(alias)).map((waiver) => [waiver.findingId, waiver]));
  const unknown = new Set(unreadableParts(found).map(({ part }) => part));
  return carryFindingsOver(before, found, {
    nowMs,
    lastAuditMs,
    isUnknown: (finding) => isUnverifiable(finding, unknown) || isChangePending(audit, finding),
    waiverOf: (finding) => {
      const own = accepted.get(finding.id);
      const { check, subject } = finding;
      const stored: Waiver[] = own === undefined ? [] : [{ ...own, check, subject }];
      return waiverOf(finding, [...rules.waivers, ...stored], nowMs);
    },
  });
}

/** The parts that could not be read, from the findings that say so. */
export function unreadableParts(found: readonly Finding[]): AuditReport['unknown'] {
  return found.flatMap(({ check, subject: { part = '', code = '' } }) =>
    check === 'part-unknown' ? [{ part, code }] : [],
  );
}
