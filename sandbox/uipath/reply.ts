import { createHash } from 'node:crypto';
import { STATUS_CODES } from 'node:http';

/** What goes back over the wire. */
export type Reply = Readonly<{
  status: number;
  contentType?: string;
  body: string;
  headers?: Readonly<Record<string, string>>;
}>;

/** Thrown by a handler to answer with an error. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`Refused with ${reply.status}`);
    this.reply = reply;
  }
}

export type FieldErrors = Readonly<Record<string, readonly string[]>>;
export type IdentityError = Readonly<{ code: string; description: string }>;

export function json(status: number, value: unknown): Reply {
  return { status, contentType: 'application/json; charset=utf-8', body: JSON.stringify(value) };
}

export function empty(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, body: '', headers };
}

/** A gateway's or portal's page, where an API answer was expected. */
export function html(status = 200): Reply {
  return {
    status,
    contentType: 'text/html; charset=utf-8',
    body: '<!DOCTYPE html><html><head><title>UiPath</title></head><body><div id="root"></div></body></html>',
  };
}

export function invalidPartition(): Reply {
  return { status: 400, contentType: 'text/plain; charset=utf-8', body: 'InvalidPartition' };
}

/** The token lacks every scope that would do. */
export function scopeError(granted: readonly string[], expected: readonly string[]): Reply {
  const wanted = expected.map((scope) => `'${scope}'`).join(' or ');
  return errorMessage(`Scope(s) '${granted.join(' ')}' is(are) invalid. Expect to have ${wanted}. `);
}

/** The endpoint is not open to external applications. */
export function closedError(): Reply {
  return errorMessage("OAuth authorization failed. 'IdentityServerApi' scope not found.");
}

export function errorMessage(message: string): Reply {
  return json(403, { errorMessage: message });
}

/** The family of the directory and group services. */
export function pascalError(status: number, message: string): Reply {
  const description = (STATUS_CODES[status] ?? 'Error').replaceAll(' ', '');
  return json(status, { StatusCode: status, StatusDescription: description, Message: message });
}

/** The family of model binding. */
export function problem(errors: FieldErrors): Reply {
  const digest = createHash('sha256').update(JSON.stringify(errors)).digest('hex');
  const value = {
    errors,
    type: 'https://tools.ietf.org/html/rfc9110#section-15.5.1',
    title: 'One or more validation errors occurred.',
    status: 400,
    traceId: `00-${digest.slice(0, 32)}-${digest.slice(32, 48)}-00`,
  };
  return { ...json(400, value), contentType: 'application/problem+json; charset=utf-8' };
}

/** The family of the user endpoints: a refusal is a 200 as well. */
export function identityResult(errors: readonly IdentityError[], status = 200): Reply {
  return json(status, { succeeded: errors.length === 0, errors });
}

export function oauthError(error: string): Reply {
  return json(400, { error });
}
