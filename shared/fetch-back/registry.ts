import type { Clock } from '../clock';
import type { SourcePolicy } from '../domain/policy';
import { AppError } from '../errors';
import { bamboohrAdapter } from './bamboohr';
import type { FetchBack, FetchBackAdapter } from './fetch-back';
import { finchAdapter } from './finch';
import { hibobAdapter } from './hibob';
import { personioAdapter } from './personio';
import { ripplingAdapter } from './rippling';
import { successFactorsAdapter } from './successfactors';
import { createVendorCall, type VendorCall } from './vendor-call';

const adapters: ReadonlyMap<string, FetchBackAdapter> = new Map([
  ['bamboohr', bamboohrAdapter],
  ['finch', finchAdapter],
  ['hibob', hibobAdapter],
  ['personio', personioAdapter],
  ['rippling', ripplingAdapter],
  ['successfactors-soap', successFactorsAdapter],
]);

export type FetchBackDeps = Readonly<{
  secrets: Readonly<{ read: (name: string) => Promise<Readonly<{ current: string }>> }>;
  clock: Clock;
}>;

/**
 * The way back to each source, kept per address so that its pace is one.
 *
 * @throws AppError `policy-invalid` when the source has none
 */
export function createFetchBacks(deps: FetchBackDeps): (source: SourcePolicy) => FetchBack {
  const calls = new Map<string, VendorCall>();
  return ({ format, fetchBack, mapping }) => {
    const adapter = adapters.get(format);
    if (adapter === undefined || fetchBack === undefined)
      throw new AppError('policy-invalid', 'The policy has no fetchBack for a source that carries ids only');
    const call =
      calls.get(fetchBack.baseUrl) ?? createVendorCall({ baseUrl: fetchBack.baseUrl, clock: deps.clock });
    calls.set(fetchBack.baseUrl, call);
    return {
      places: adapter.places,
      worker: async (workerId, asOf) => {
        const { current } = await deps.secrets.read(fetchBack.secret);
        return adapter.worker(call, current.trim(), workerId, [...mapping.fields.values()].flat(), asOf);
      },
    };
  };
}
