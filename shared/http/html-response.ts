import type { HttpResponseInit } from '@azure/functions';
import { contentSecurityPolicy } from '../html/html-document';
import { answerHeaders } from './json-response';

/** For a year over https alone; over plain http browsers ignore it. */
const secureHeaders = {
  ...answerHeaders,
  'strict-transport-security': 'max-age=31536000',
} as const;

const pageHeaders = {
  ...secureHeaders,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `${contentSecurityPolicy(undefined, 'self')}; frame-ancestors 'none'`,
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
} as const;

/** An HTML answer: a page without scripts, which no other site may frame. */
export function htmlResponse(
  status: number,
  page: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponseInit {
  return { status, headers: { ...pageHeaders, ...headers }, body: page };
}

/** Redirects with 303 after a POST, so that going back or reloading repeats nothing. */
export function seeOther(location: string, headers: Readonly<Record<string, string>> = {}): HttpResponseInit {
  return { status: 303, headers: { ...secureHeaders, location, ...headers } };
}
