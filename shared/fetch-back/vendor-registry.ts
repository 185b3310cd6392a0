import type { Clock } from '../clock';
import type { SourcePolicy } from '../domain/policy';
import { faultInSecret } from '../domain/secret-form-and-faults';
import type { CallLimits } from '../domain/source-settings';
import { AppError, SecretError } from '../errors';
import { createAccessTokenCache, type UseAccessToken } from './access-token-cache';
import { bamboohrAdapter } from './bamboohr';
import type {
  FetchBack,
  LookUpFacts,
  LookUpSession,
  TicketAdapter,
  WorkerAdapter,
} from './vendor-adapter-interface';
import { finchAdapter } from './finch';
import { hibobAdapter } from './hibob';
import { jiraAdapter } from './jira';
import { mergeAdapter } from './merge';
import { personioAdapter } from './personio';
import { ripplingAdapter } from './rippling';
import { serviceNowAdapter } from './servicenow';
import { successFactorsAdapter } from './successfactors';
import { createVendorApi, type VendorApi, type VendorApiOptions } from './vendor-api';

const workerAdapters: ReadonlyMap<string, WorkerAdapter> = new Map([
  ['bamboohr', bamboohrAdapter],
  ['finch', finchAdapter],
  ['hibob', hibobAdapter],
  ['merge', mergeAdapter],
  ['personio', personioAdapter],
  ['rippling', ripplingAdapter],
  ['successfactors-soap', successFactorsAdapter],
]);

const ticketAdapters: ReadonlyMap<string, TicketAdapter> = new Map([
  ['jira', jiraAdapter],
  ['jira-automation', jiraAdapter],
  ['servicenow', serviceNowAdapter],
  ['servicenow-token', serviceNowAdapter],
]);

export type FetchBackDeps = Readonly<{
  secrets: Readonly<{ read: (name: string) => Promise<Readonly<{ current: string }>> }>;
  clock: Clock;
  timeout?: VendorApiOptions['timeout'];
}>;

type Address = Readonly<{ api: VendorApi; withAccessToken: UseAccessToken }>;

/** The secret form and call limits of a vendor's API; undefined where the format has no look-up. */
export function lookUpFactsOf(format: string): LookUpFacts | undefined {
  return workerAdapters.get(format) ?? ticketAdapters.get(format);
}

/**
 * Look-ups by source. Clients are cached per address and limits, so that each has one rate limiter.
 * @throws AppError `policy-invalid` when the source has none
 */
export function createFetchBacks(deps: FetchBackDeps): (source: SourcePolicy) => FetchBack {
  const { clock, secrets, timeout } = deps;
  const addresses = new Map<string, Address>();

  const addressOf = (baseUrl: string, limits: CallLimits): Address => {
    const key = JSON.stringify([baseUrl, limits.timeoutMs, limits.attempts, limits.spacingMs]);
    const known = addresses.get(key) ?? {
      api: createVendorApi({ baseUrl, clock, limits, ...(timeout === undefined ? {} : { timeout }) }),
      withAccessToken: createAccessTokenCache(clock),
    };
    addresses.set(key, known);
    return known;
  };

  return ({ format, fetchBack, mapping }) => {
    const worker = workerAdapters.get(format);
    const ticket = ticketAdapters.get(format);
    const adapter = worker ?? ticket;
    if (adapter === undefined || fetchBack === undefined)
      throw new AppError('policy-invalid', 'The policy has no fetchBack for a source that is to be asked');
    const { api, withAccessToken } = addressOf(fetchBack.baseUrl, { ...adapter.limits, ...fetchBack.limits });
    const open = async (): Promise<LookUpSession> => {
      const { current } = await secrets.read(fetchBack.secret);
      const fault = faultInSecret({ form: adapter.secretForm, issuedBy: 'vendor' }, current);
      if (fault !== undefined) throw new SecretError(fault);
      return { call: api.lookUp(), secret: current.trim(), withAccessToken };
    };
    const fields = [...mapping.fields.values()].flat();
    return {
      places: worker?.places ?? {},
      worker: async (workerId, asOf) => worker?.worker(await open(), workerId, fields, asOf),
      ticket: async (ticketId) => ticket?.ticket(await open(), ticketId, fields),
    };
  };
}
