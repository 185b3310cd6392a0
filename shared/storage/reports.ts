import type { ContainerClient } from '@azure/storage-blob';
import { summarizeNight, type AuditSummary } from '../domain/audit/audit-summary';
import type { AuditReport } from '../domain/audit/report';
import { AppError } from '../errors';
import { undefinedIfMissing } from './storage-errors';
import { AuditReportSchema } from './audit-report-schema';
import type { StorageAccount } from './storage-account';

export type ReportStore = Readonly<{
  /** Stores a night's report under its own name and as `latest`. The same night again replaces it. */
  save: (organization: string, night: string, report: AuditReport) => Promise<void>;
  /** The report of a night, or `latest`. @throws AppError `record-unreadable` */
  read: (organization: string, night: string) => Promise<AuditReport | undefined>;
  /** Every night that has a report, oldest first. Costs one listing, however large the reports are. */
  list: (organization: string) => Promise<readonly AuditSummary[]>;
}>;

const LATEST = 'latest';
const SUFFIX = '.json';

/** Reports are blobs: `<organization>/<night>.json`. Each carries its own summary, so that a history is read without them. */
export function createReportStore(storage: Pick<StorageAccount, 'container'>): ReportStore {
  const container = async (): Promise<ContainerClient> => storage.container('reports');
  const blob = async (organization: string, night: string) =>
    (await container()).getBlockBlobClient(`${organization}/${night}${SUFFIX}`);
  return {
    save: async (organization, night, report) => {
      const bytes = Buffer.from(JSON.stringify(report, null, 2));
      const options = {
        blobHTTPHeaders: { blobContentType: 'application/json' },
        metadata: toMetadata(summarizeNight(report)),
      };
      for (const name of [night, LATEST]) await (await blob(organization, name)).uploadData(bytes, options);
    },
    read: async (organization, night) => {
      const bytes = await undefinedIfMissing(async () =>
        (await blob(organization, night)).downloadToBuffer(),
      );
      return bytes === undefined ? undefined : decode(bytes);
    },
    list: async (organization) => {
      const nights: AuditSummary[] = [];
      const blobs = (await container()).listBlobsFlat({ prefix: `${organization}/`, includeMetadata: true });
      for await (const { name, metadata } of blobs) {
        const night = name.slice(organization.length + 1, -SUFFIX.length);
        if (night !== LATEST && name.endsWith(SUFFIX)) nights.push(fromMetadata(night, metadata ?? {}));
      }
      return nights.toSorted((a, b) => (a.night < b.night ? -1 : 1));
    },
  };
}

function decode(bytes: Uint8Array): AuditReport {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString());
  } catch (cause) {
    throw new AppError('record-unreadable', 'A stored report is not JSON', { cause });
  }
  const report = AuditReportSchema.safeParse(value);
  if (report.success) return report.data;
  throw new AppError('record-unreadable', 'A stored report has another shape than expected');
}

function toMetadata(night: AuditSummary): Record<string, string> {
  const { result, takenAtMs, open, waived, unknown } = night;
  const numbers = { takenatms: takenAtMs, ...open, waived, unknown };
  return {
    result,
    ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, String(value)])),
  };
}

function fromMetadata(night: string, metadata: Readonly<Record<string, string>>): AuditSummary {
  const numberOf = (key: string): number => Number(metadata[key] ?? 0);
  return {
    night,
    takenAtMs: numberOf('takenatms'),
    result: metadata['result'] === 'green' ? 'green' : 'red',
    open: {
      critical: numberOf('critical'),
      high: numberOf('high'),
      medium: numberOf('medium'),
      low: numberOf('low'),
    },
    waived: numberOf('waived'),
    unknown: numberOf('unknown'),
  };
}
