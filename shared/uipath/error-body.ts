import { z } from 'zod';

/** What a refusal says, without what could be somebody's name: ids, names of fields, codes and scopes. */
export type ErrorBody =
  | Readonly<{ family: 'scope'; expected: readonly string[] }>
  | Readonly<{ family: 'closed-endpoint' }>
  | Readonly<{ family: 'message'; ids: readonly string[] }>
  | Readonly<{ family: 'problem'; fields: readonly string[] }>
  | Readonly<{ family: 'identity-result'; codes: readonly string[] }>
  | Readonly<{ family: 'oauth'; error: string }>
  | Readonly<{ family: 'invalid-partition' }>
  | Readonly<{ family: 'unknown-client' }>
  | Readonly<{ family: 'empty' }>
  | Readonly<{ family: 'html' }>
  | Readonly<{ family: 'unknown' }>;

const GUIDS = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;
const SCOPES = /\bPM\.[A-Za-z]+(?:\.[A-Za-z]+)*/g;
const PLAIN_NAME = /^[\w.$[\]-]{1,80}$/;

const MessageSchema = z.object({ errorMessage: z.string() });
const PascalSchema = z.object({ Message: z.string() });
const ProblemSchema = z.object({ errors: z.record(z.string(), z.unknown()) });
const IdentityResultSchema = z.object({
  succeeded: z.literal(false),
  errors: z.array(z.object({ code: z.string() })).catch([]),
});
const RefusalSchema = z.union([IdentityResultSchema, z.object({ result: IdentityResultSchema })]);
const OAuthSchema = z.object({ error: z.string() });

/** Reads every family of error body that UiPath is known to answer. */
export function readErrorBody(text: string): ErrorBody {
  if (text.trim() === '') return { family: 'empty' };
  if (/\bInvalidPartition\b/.test(text)) return { family: 'invalid-partition' };
  if (/\bClient not found in partition\b/i.test(text)) return { family: 'unknown-client' };
  if (isHtml(text)) return { family: 'html' };
  return readJsonError(parseJson(text));
}

/** True for a page where data were expected. */
export function isHtml(text: string): boolean {
  return text.trimStart().startsWith('<');
}

/** The text as JSON; undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A refusal in the form of a success: its codes. */
export function refusedCodes(json: unknown): readonly string[] | undefined {
  const result = RefusalSchema.safeParse(json);
  if (!result.success) return undefined;
  const { errors } = 'result' in result.data ? result.data.result : result.data;
  return errors.map(({ code }) => code).filter((code) => PLAIN_NAME.test(code));
}

function readJsonError(json: unknown): ErrorBody {
  const message = MessageSchema.safeParse(json);
  if (message.success) return readMessage(message.data.errorMessage);
  const pascal = PascalSchema.safeParse(json);
  if (pascal.success) return { family: 'message', ids: idsIn(pascal.data.Message) };
  const codes = refusedCodes(json);
  if (codes !== undefined) return { family: 'identity-result', codes };
  const problem = ProblemSchema.safeParse(json);
  if (problem.success)
    return {
      family: 'problem',
      fields: Object.keys(problem.data.errors).filter((name) => PLAIN_NAME.test(name)),
    };
  const oauth = OAuthSchema.safeParse(json);
  if (oauth.success && PLAIN_NAME.test(oauth.data.error)) return { family: 'oauth', error: oauth.data.error };
  return { family: 'unknown' };
}

function readMessage(text: string): ErrorBody {
  if (text.includes("'IdentityServerApi' scope not found")) return { family: 'closed-endpoint' };
  const [, expectation = ''] = text.split('Expect to have', 2);
  const expected = expectation.match(SCOPES);
  return expected === null ? { family: 'message', ids: idsIn(text) } : { family: 'scope', expected };
}

function idsIn(text: string): readonly string[] {
  return (text.match(GUIDS) ?? []).map((id) => id.toLowerCase());
}
