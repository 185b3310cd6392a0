import type { StorageAccount } from './storage-account';

export type ReportStore = Readonly<{
  /** Stores a night's report under its own name and as `latest`. The same night again replaces it. */
  save: (organization: string, night: string, report: unknown) => Promise<void>;
}>;

/** Reports are blobs: `<organization>/<night>.json`. */
export function createReportStore(storage: Pick<StorageAccount, 'container'>): ReportStore {
  return {
    save: async (organization, night, report) => {
      const container = await storage.container('reports');
      const bytes = Buffer.from(JSON.stringify(report, null, 2));
      for (const name of [night, 'latest'])
        await container.getBlockBlobClient(`${organization}/${name}.json`).uploadData(bytes, {
          blobHTTPHeaders: { blobContentType: 'application/json' },
        });
    },
  };
}
