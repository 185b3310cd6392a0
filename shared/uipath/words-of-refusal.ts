import { z } from 'zod';
import { isGuid } from '../domain/guid';
import { isHtml, parseJson } from './error-body';

const LONGEST_WORDS = 200;
/** More of a body is not looked through. */
const LONGEST_BODY = 20_000;
const ADDRESS = /[^\s@'"<>()]+@[^\s@'"<>()]+/g;
/** Tokens, keys and the like. Ids and the names of scopes are none. */
const LONG_RUN = /[\w+/=.~-]{20,}/g;
/** What is quoted may be somebody's name; scopes are not. */
const QUOTED = /'[^']*'|"[^"]*"|“[^”]*”|‘[^’]*’/g;
const SCOPES_ALONE = /^(?:(?:PM\.[A-Za-z.]+|IdentityServerApi)\s*)+$/;

const BodySchema = z.object({
  error: z.string().optional().catch(undefined),
  error_description: z.string().optional().catch(undefined),
  errorMessage: z.string().optional().catch(undefined),
  Message: z.string().optional().catch(undefined),
  title: z.string().optional().catch(undefined),
});

/**
 * UiPath's own words in a refusal, short and in one line: without addresses, quoted names, anything like a token, and the texts of
 * `secrets`. undefined: it says nothing that can be shown.
 */
export function wordsOf(text: string, secrets: readonly string[] = []): string | undefined {
  if (text.trim() === '') return undefined;
  if (isHtml(text)) return 'a page instead of data';
  const body = text.slice(0, LONGEST_BODY);
  const read = BodySchema.safeParse(parseJson(body));
  const said = read.success
    ? [
        read.data.error,
        read.data.error_description,
        read.data.errorMessage,
        read.data.Message,
        read.data.title,
      ].filter((part) => part !== undefined)
    : isPlainText(body)
      ? [body]
      : [];
  const words = cleaned(said.join(': '), secrets);
  return words === '' ? undefined : words;
}

/** Unreadable JSON may hold anything. */
function isPlainText(body: string): boolean {
  return /^[\w .,:-]{1,80}$/.test(body);
}

function cleaned(text: string, secrets: readonly string[]): string {
  const hidden = secrets
    .filter((secret) => secret !== '')
    .reduce((left, secret) => left.replaceAll(secret, '…'), text.slice(0, LONGEST_BODY));
  return hidden
    .replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .replaceAll(ADDRESS, '…')
    .replaceAll(QUOTED, (quoted) => (SCOPES_ALONE.test(quoted.slice(1, -1)) ? quoted : '…'))
    .replaceAll(LONG_RUN, (run) => (isGuid(run) || /^[A-Za-z.]+$/.test(run) ? run : '…'))
    .trim()
    .slice(0, LONGEST_WORDS);
}
