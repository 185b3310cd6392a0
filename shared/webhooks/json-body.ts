import { AppError } from '../errors';

const deepestNesting = 32;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_BRACE, CLOSE_BRACE] = [0x7b, 0x7d];
const [OPEN_BRACKET, CLOSE_BRACKET] = [0x5b, 0x5d];

/**
 * Reads the JSON text of a body. A byte order mark in front is accepted, as RFC 8259 section 8.1 allows: some Windows
 * tools cannot send without one. Text that is not UTF-8 is refused rather than repaired.
 *
 * @throws `body-invalid`; the message never holds a part of the body
 */
export function parseJsonBody(rawBody: Uint8Array): unknown {
  const text = decode(rawBody);
  if (nestingExceeds(rawBody, deepestNesting))
    throw new AppError('body-invalid', `The body is nested deeper than ${deepestNesting} levels`);
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    // Its own message quotes the text.
    throw new AppError('body-invalid', 'The body is not JSON');
  }
}

function decode(rawBody: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(rawBody);
  } catch (cause) {
    throw new AppError('body-invalid', 'The body is not UTF-8', { cause });
  }
}

/** Counts brackets outside of strings, in the bytes: in UTF-8 no other character has one of theirs. Right for JSON; for anything else the parser has the last word. */
function nestingExceeds(rawBody: Uint8Array, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < rawBody.length; at++) {
    const byte = rawBody[at];
    if (inString) {
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) inString = false;
    } else if (byte === QUOTE) inString = true;
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth++;
      if (depth > limit) return true;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
  }
  return false;
}
