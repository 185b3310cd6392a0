import { z } from 'zod';
import type { Actor } from './audit-log';
import type { EndpointId } from './endpoint-id';
import type { Ids } from './ids';
import type { ChangeTime } from './membership';
import { ADMINISTRATORS, type Organization } from './organization';
import type { Application } from './principals';
import { errorMessage, problem, Refusal, type Reply } from './reply';
import type { Switches } from './switches';

/** One authorized request, as a handler sees it. */
export type Call = Readonly<{
  organization: Organization;
  client: Application;
  actor: Actor;
  param: (name: string) => string;
  query: URLSearchParams;
  body: unknown;
  /** Now, and the lag of membership changes made by this request. */
  time: ChangeTime;
  switches: Switches;
  ids: Ids;
  /** Scheme, host and path of the request, for links in answers. */
  self: string;
}>;

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** `{partitionGlobalId}`, `{x:guid}` and `{x:int}` in a path are checked before the handler runs. */
export type Route = Readonly<{
  endpoint: EndpointId;
  method: Method;
  path: string;
  service: 'identity' | 'audit';
  /** Any one of them will do. */
  scopes: readonly string[];
  /** Only for members of the Administrators group. */
  administrator?: boolean;
  /** Only for organizations with an Enterprise licence. */
  enterprise?: boolean;
  /** Not open to external applications at all. */
  closed?: boolean;
  handle: (call: Call) => Reply;
}>;

const GuidSchema = z.guid().transform((id) => id.toLowerCase());

/** A bare GUID, in lower case. */
export const guid = GuidSchema;

/** Ids of a list that may be absent. */
export const guidList = z
  .array(GuidSchema)
  .nullish()
  .transform((ids) => ids ?? []);

/** @throws Refusal with the model-binding family when the body is not of this shape. */
export function readBody<Schema extends z.ZodType>(
  call: Pick<Call, 'body'>,
  schema: Schema,
): z.output<Schema> {
  const result = schema.safeParse(call.body);
  if (result.success) return result.data;
  const errors: Record<string, string[]> = {};
  for (const issue of result.error.issues) {
    const path = issue.path.reduce<string>(
      (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}${text && '.'}${String(key)}`),
      '',
    );
    (errors[path] ??= []).push(bindingMessage(issue, path));
  }
  throw new Refusal(problem(errors));
}

function bindingMessage(issue: z.core.$ZodIssue, path: string): string {
  if (issue.code === 'invalid_format' && issue.format === 'guid') {
    return `Error converting value ${JSON.stringify(issue.input ?? null)} to type 'System.Guid'. Path '${path}'.`;
  }
  return issue.code === 'custom' ? issue.message : `The ${path} field is invalid: ${issue.message}.`;
}

/** @throws Refusal when the body names another organization than the URL, or none. */
export function requirePartition(call: Call, partitionGlobalId: string | undefined | null): void {
  if (partitionGlobalId === undefined || partitionGlobalId === null) {
    throw new Refusal(problem({ partitionGlobalId: ['The partitionGlobalId field is required.'] }));
  }
  if (partitionGlobalId !== call.organization.partitionGlobalId) {
    throw new Refusal(errorMessage('The token is not valid for this organization.'));
  }
}

/** An external application has an administrator's rights as a member of the Administrators group. */
export function requireAdministrator(call: Pick<Call, 'organization' | 'client'>): void {
  const administrators = call.organization.groups.get(ADMINISTRATORS);
  if (administrators?.members.has(call.client.id) !== true) {
    throw new Refusal(errorMessage('The caller is not a member of the Administrators group.'));
  }
}

/** A query parameter between `least` and `most`. @throws Refusal when it is anything else. */
export function readNumber(
  { query }: Pick<Call, 'query'>,
  name: string,
  range: Readonly<{ fallback: number; most: number }>,
): number {
  const text = query.get(name);
  if (text === null || text === '') return range.fallback;
  if (!/^-?\d+$/.test(text)) throw new Refusal(problem({ [name]: [`The value '${text}' is not valid.`] }));
  const value = Number(text);
  if (value < 0 || value > range.most) {
    throw new Refusal(problem({ [name]: [`The field ${name} must be between 0 and ${range.most}.`] }));
  }
  return value;
}

/** The page of a listing: 10 entries unless asked otherwise, 1000 at most. */
export function readPage(call: Pick<Call, 'query'>): Readonly<{ top: number; skip: number }> {
  return {
    top: readNumber(call, 'top', { fallback: 10, most: 1000 }),
    skip: readNumber(call, 'skip', { fallback: 0, most: 2_147_483_647 }),
  };
}
