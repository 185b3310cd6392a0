import { compareReports } from '../../../domain/audit/report';
import type { OrganizationPolicy } from '../../../domain/policy';
import type { RecordedPolicyChange } from '../../../domain/policy-version';
import { showFinding, worstFirst, type ShownFinding } from '../../../reports/shown-finding';
import { readReport } from '../read-report';
import { nightAskedFor } from './night-asked-for';
import { FINDINGS_TOGETHER, type ReadNightDeps } from './read-night';

export type CompareNightsDeps = Pick<ReadNightDeps, 'policy' | 'reports'>;

const CHANGES = ['appeared', 'reopened', 'waived', 'fixed'] as const;

/** What is different between two nights, those that need somebody first. */
export type NightsCompared = Readonly<{
  organization: string;
  before: Readonly<{ night: string; takenAtMs: number }>;
  after: Readonly<{ night: string; takenAtMs: number }>;
  counts: Readonly<Record<(typeof CHANGES)[number] | 'stillOpen', number>>;
  policyChanges: readonly RecordedPolicyChange[];
  total: number;
  changes: ReadonlyArray<ShownFinding & Readonly<{ change: (typeof CHANGES)[number] }>>;
  /** How many changes come before the next page; null: this is the last. */
  next: number | null;
}>;

/**
 * What appeared, came back, was accepted and was fixed from one night to a later one.
 * @throws AppError `report-unknown`, `record-unreadable`
 */
export async function compareNights(
  deps: CompareNightsDeps,
  organization: OrganizationPolicy,
  asked: Readonly<{ before: string; after: string; skip: number }>,
): Promise<NightsCompared> {
  const { alias } = organization;
  const nights = await deps.reports.list(alias);
  const asNamed = [asked.before, asked.after].map((one) => nightAskedFor(nights, organization, one));
  const [first, last] = asNamed.toSorted((a, b) => (a.night < b.night ? -1 : 1));
  const { report, before } = await readReport(deps, alias, last?.night ?? '', first?.night);
  const { stillOpen, policyChanges, ...different } = compareReports(before, report);
  const found = CHANGES.flatMap((change) =>
    worstFirst(different[change]).map((finding) => ({ change, ...showFinding(report, finding) })),
  );
  const page = found.slice(asked.skip, asked.skip + FINDINGS_TOGETHER);
  return {
    organization: alias,
    before: named(before ?? report),
    after: named(report),
    counts: {
      appeared: different.appeared.length,
      reopened: different.reopened.length,
      waived: different.waived.length,
      fixed: different.fixed.length,
      stillOpen,
    },
    policyChanges,
    total: found.length,
    changes: page,
    next: asked.skip + page.length < found.length ? asked.skip + page.length : null,
  };
}

function named({ night, takenAtMs }: NightsCompared['after']): NightsCompared['after'] {
  return { night, takenAtMs };
}
