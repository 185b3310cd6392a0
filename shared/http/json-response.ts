import type { HttpResponseInit } from '@azure/functions';

/** On every answer: access decisions are about people, so nothing between us and the caller may keep or reinterpret one. */
export const answerHeaders = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const;

/** An answer of JSON in UTF-8. */
export function jsonResponse(
  status: number,
  body: unknown,
  { contentType = 'application/json', headers = {} }: JsonOptions = {},
): HttpResponseInit {
  return {
    status,
    headers: { ...answerHeaders, ...headers, 'content-type': contentType },
    body: JSON.stringify(body),
  };
}

type JsonOptions = Readonly<{ contentType?: string; headers?: Readonly<Record<string, string>> }>;
