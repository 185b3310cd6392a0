import type { z } from 'zod';
import type { SentChange } from '../domain/audit/attribution/sent-change';
import type { HttpMethod } from '../domain/plan/quota';
import { AppError } from '../errors';
import { callWithRetries, outcomeUnknown, type CallContext } from './call-with-retries';
import { isHtml, parseJson, refusedCodes } from './error-body';
import type { HttpAnswer } from './http-exchange';
import type { OrganizationAddress } from './organization-address';
import { toRefusal, uipathError, type CallDescription } from './uipath-error';
import type { TokenCache } from './token-cache';

/** One operation of the API; `url` is absolute. A look-up is a read, whatever its method. */
export type Operation = Omit<CallDescription, 'alias'> &
  Readonly<{ method: HttpMethod; url: string; body?: unknown }> &
  (Readonly<{ effect: 'read' }> | Readonly<{ effect: 'write'; change: SentChange }>);

/** Sends authenticated calls of one organization and validates their answers. */
export type Transport = Readonly<{
  address: OrganizationAddress;
  /** @throws UpstreamError and AppError with any `uipath-` code, `quota-exhausted`, `organization-observed`, `organization-paused` */
  send: <Schema extends z.ZodType>(operation: Operation, schema: Schema) => Promise<z.output<Schema>>;
}>;

export function createTransport(
  context: CallContext,
  {
    address,
    tokens,
  }: Readonly<{ address: OrganizationAddress; tokens: Pick<TokenCache, 'get' | 'discard'> }>,
): Transport {
  const ask = async (operation: Operation, attempt: CallDescription, token: string): Promise<HttpAnswer> => {
    const { method, effect, url, body } = operation;
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const request = { method, url, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
    return callWithRetries(context, { ...attempt, method, effect, request });
  };

  return {
    address,
    send: async (operation, schema) => {
      const { what, area, namesOnly } = operation;
      const attempt = { alias: address.alias, what, area, ...(namesOnly === undefined ? {} : { namesOnly }) };
      const isWrite = mayChange(operation);
      if (isWrite) await context.requireMayWrite();
      if (operation.effect === 'write') requireOwnOrganization(address, operation);
      const token = await tokens.get();
      // A token may have been waited for.
      if (isWrite) await context.requireMayWrite();
      if (operation.effect === 'write' && context.noteChange !== undefined) {
        await context.noteChange(operation.change);
        // So may storage.
        await context.requireMayWrite();
      }
      const first = await ask(operation, attempt, token);
      if (first.status !== 401) return readAnswer(attempt, operation, first, schema);
      tokens.discard(token);
      const another = await tokens.get();
      if (isWrite) await context.requireMayWrite();
      return readAnswer(attempt, operation, await ask(operation, attempt, another), schema);
    },
  };
}

/** Every operation that is not known to only read: look-ups are GET or POST. */
function mayChange({ effect, method }: Operation): boolean {
  return effect === 'write' || (method !== 'GET' && method !== 'POST');
}

/** Built-in groups have the same id everywhere, so a write must say whose group it means. */
function requireOwnOrganization(address: OrganizationAddress, { url, body, what }: Operation): void {
  const inBody = typeof body === 'object' && body !== null && 'partitionGlobalId' in body;
  const named = inBody
    ? body.partitionGlobalId === address.partitionGlobalId
    : url.includes(address.partitionGlobalId);
  if (named && url.startsWith(`${address.identityBaseUrl}/`)) return;
  throw new AppError(
    'uipath-organization-mismatch',
    `Not sent to UiPath: the request to ${what} does not name the organization ${address.alias}`,
  );
}

function readAnswer<Schema extends z.ZodType>(
  attempt: CallDescription,
  { effect }: Operation,
  answer: HttpAnswer,
  schema: Schema,
): z.output<Schema> {
  const { status, text } = answer;
  if (status < 200 || status > 299) throw toRefusal(attempt, answer);
  const json = parseJson(text);
  const codes = refusedCodes(json);
  if (codes !== undefined)
    throw uipathError('uipath-rejected', attempt, `UiPath refuses: ${codes.join(' ')}`, { status });
  const isReadable = json !== undefined || text.trim() === '';
  const result = isReadable ? schema.safeParse(json) : undefined;
  if (result?.success === true) return result.data;
  if (effect === 'write') throw outcomeUnknown(attempt, { status });
  const where = result?.error.issues[0]?.path.join('.') ?? '';
  const fault = isHtml(text)
    ? 'a page came instead of data: check identityBaseUrl'
    : `unreadable answer at "${where}"`;
  const ofPage = attempt.area === 'audit' ? 'uipath-audit-refused' : 'uipath-address-wrong';
  const reason = isHtml(text) ? ofPage : undefined;
  throw uipathError('uipath-answer-invalid', attempt, fault, { status, reason });
}
