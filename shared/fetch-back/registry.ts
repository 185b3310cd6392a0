import type { Clock } from '../clock';
import type { SourcePolicy } from '../domain/policy';
import { faultInSecret, type SecretForm } from '../domain/secret-form';
import { AppError, SecretError } from '../errors';
import { bamboohrAdapter } from './bamboohr';
import type { FetchBack, TicketAdapter, WorkerAdapter } from './fetch-back';
import { finchAdapter } from './finch';
import { hibobAdapter } from './hibob';
import { jiraAdapter } from './jira';
import { mergeAdapter } from './merge';
import { personioAdapter } from './personio';
import { ripplingAdapter } from './rippling';
import { serviceNowAdapter } from './servicenow';
import { successFactorsAdapter } from './successfactors';
import { createVendorCall, type VendorCall } from './vendor-call';

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
}>;

/** What the secret for a vendor's API has to be; undefined where there is no way back. */
export function secretFormOfFetchBack(format: string): SecretForm | undefined {
  return (workerAdapters.get(format) ?? ticketAdapters.get(format))?.secretForm;
}

/**
 * The way back to each source, kept per address so that its pace is one.
 *
 * @throws AppError `policy-invalid` when the source has none
 */
export function createFetchBacks(deps: FetchBackDeps): (source: SourcePolicy) => FetchBack {
  const calls = new Map<string, VendorCall>();
  return ({ format, fetchBack, mapping }) => {
    const worker = workerAdapters.get(format);
    const ticket = ticketAdapters.get(format);
    if ((worker === undefined && ticket === undefined) || fetchBack === undefined)
      throw new AppError('policy-invalid', 'The policy has no fetchBack for a source that is to be asked');
    const call =
      calls.get(fetchBack.baseUrl) ?? createVendorCall({ baseUrl: fetchBack.baseUrl, clock: deps.clock });
    calls.set(fetchBack.baseUrl, call);
    const form = secretFormOfFetchBack(format) ?? 'text';
    const readSecret = async (): Promise<string> => {
      const { current } = await deps.secrets.read(fetchBack.secret);
      const fault = faultInSecret(form, current);
      if (fault !== undefined) throw new SecretError(fault);
      return current.trim();
    };
    const fields = [...mapping.fields.values()].flat();
    return {
      places: worker?.places ?? {},
      worker: async (workerId, asOf) => worker?.worker(call, await readSecret(), workerId, fields, asOf),
      ticket: async (ticketId) => ticket?.ticket(call, await readSecret(), ticketId, fields),
    };
  };
}
