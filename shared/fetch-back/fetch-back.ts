import type { WorkerPlaces } from '../webhooks/worker-statement';
import type { VendorCall } from './vendor-call';

/** Reads the record of one worker at the source itself. */
export type FetchBack = Readonly<{
  /** `asOf` is a day that the record is wanted of, where a source can tell. undefined: it knows no such worker. @throws AppError `source-unavailable`, `source-refused`, `source-answer-invalid` */
  worker: (workerId: string, asOf?: string) => Promise<unknown>;
  /** Where fields stand in such a record. */
  places: WorkerPlaces;
}>;

/** How one vendor is asked. `fields` are the places that the policy names, for vendors that answer only what is asked for. */
export type FetchBackAdapter = Readonly<{
  places: WorkerPlaces;
  worker: (
    call: VendorCall,
    secret: string,
    workerId: string,
    fields: readonly string[],
    asOf: string | undefined,
  ) => Promise<unknown>;
}>;
