import type { ContainerClient } from '@azure/storage-blob';
import { z } from 'zod';

const StatusSchema = z.object({ Last: z.string(), Next: z.string(), LastUpdated: z.string() });

/** `Last` is the tick that ran last, `Next` the one that is awaited; ISO times, named as Azure names them. */
export type TimerStatus = Readonly<z.infer<typeof StatusSchema>>;

export type TimerStatusStore = Readonly<{
  read: () => Promise<TimerStatus | undefined>;
  write: (status: TimerStatus) => Promise<void>;
}>;

/** Where Azure keeps it too: `azure-webjobs-hosts/timers/HOST/Host.Functions.NAME/status`. */
export function createTimerStatusStore(container: ContainerClient, functionName: string): TimerStatusStore {
  const blob = container.getBlockBlobClient(`timers/local/Host.Functions.${functionName}/status`);
  return {
    read: async () => {
      if (!(await blob.exists())) return undefined;
      const parsed = StatusSchema.safeParse(JSON.parse((await blob.downloadToBuffer()).toString('utf8')));
      return parsed.success ? parsed.data : undefined;
    },
    write: async (status) => {
      const text = JSON.stringify(status);
      await container.createIfNotExists();
      await blob.upload(text, Buffer.byteLength(text));
    },
  };
}
