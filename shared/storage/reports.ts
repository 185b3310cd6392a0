import type { ContainerClient } from '@azure/storage-blob';
import { summarizeNight, type AuditSummary } from '../domain/audit/audit-summary';
import type { AuditReport } from '../domain/audit/report';
import { canonicalJson, hashOf } from '../domain/canonical-json-hash';
import type { RecordPlace, RecordSeal } from '../domain/evidence/record-seal';
import { z } from 'zod';
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

const WrittenSchema = z.looseObject({ seal: z.string().optional().catch('') });
const LATEST = 'latest';
const SUFFIX = '.json';

/**
 * Reports are blobs: `<organization>/<night>.json`, sealed as records are. Each carries its own summary, so that a history is read
 * without them; of a summary that is not as it was written nothing is believed.
 */
export function createReportStore(storage: Pick<StorageAccount, 'container' | 'seal'>): ReportStore {
  const container = async (): Promise<ContainerClient> => storage.container('reports');
  const blob = async (organization: string, night: string) =>
    (await container()).getBlockBlobClient(`${organization}/${night}${SUFFIX}`);
  return {
    save: async (organization, night, report) => {
      const seal = await storage.seal();
      const metadata = toMetadata(summarizeNight(report));
      for (const name of [night, LATEST]) {
        const place = placeOf(organization, name);
        const sealed = { ...report, seal: seal.of(place, hashOf(report)) };
        await (
          await blob(organization, name)
        ).uploadData(Buffer.from(JSON.stringify(sealed, null, 2)), {
          blobHTTPHeaders: { blobContentType: 'application/json' },
          metadata: { ...metadata, seal: seal.of(place, canonicalJson(metadata)) },
        });
      }
    },
    read: async (organization, night) => {
      const bytes = await undefinedIfMissing(async () =>
        (await blob(organization, night)).downloadToBuffer(),
      );
      if (bytes === undefined) return undefined;
      return decode(bytes, placeOf(organization, night), await storage.seal());
    },
    list: async (organization) => {
      const nights: AuditSummary[] = [];
      const seal = await storage.seal();
      const blobs = (await container()).listBlobsFlat({ prefix: `${organization}/`, includeMetadata: true });
      for await (const { name, metadata } of blobs) {
        const night = name.slice(organization.length + 1, -SUFFIX.length);
        if (night === LATEST || !name.endsWith(SUFFIX)) continue;
        const { seal: found, ...said } = metadata ?? {};
        const isSealed = seal.fits(placeOf(organization, night), canonicalJson(said), found);
        nights.push(fromMetadata(night, isSealed ? said : { ...said, result: 'red', unknown: '1' }));
      }
      return nights.toSorted((a, b) => (a.night < b.night ? -1 : 1));
    },
  };
}

function placeOf(organization: string, night: string): RecordPlace {
  return { table: 'reports', partitionKey: organization, rowKey: night };
}

/** @throws AppError `record-unreadable` */
function decode(bytes: Uint8Array, place: RecordPlace, seal: RecordSeal): AuditReport {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString());
  } catch (cause) {
    throw new AppError('record-unreadable', 'A stored report is not JSON', { cause });
  }
  const report = AuditReportSchema.safeParse(value);
  if (!report.success)
    throw new AppError('record-unreadable', 'A stored report has another shape than expected');
  const { seal: found, ...said } = WrittenSchema.parse(value);
  if (!seal.fits(place, hashOf(said), found))
    throw new AppError('record-unreadable', 'A stored report is not as this application wrote it');
  return report.data;
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
