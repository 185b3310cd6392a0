import { AppError } from '../errors';

const deepestNesting = 32;

/**
 * Reads the JSON text of a body. A byte order mark in front is accepted, as RFC 8259 section 8.1 allows: some Windows
 * tools cannot send without one. Text that is not UTF-8 is refused rather than repaired.
 *
 * @throws `body-invalid`; the message never holds a part of the body
 */
export function parseJsonBody(rawBody: Uint8Array): unknown {
  const text = decode(rawBody);
  if (nestingExceeds(text, deepestNesting))
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

/** Counts brackets outside of strings. Right for JSON; for anything else the parser has the last word. */
function nestingExceeds(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at++;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') {
      depth++;
      if (depth > limit) return true;
    } else if (character === '}' || character === ']') depth--;
  }
  return false;
}
