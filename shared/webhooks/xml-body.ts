import { XMLParser } from 'fast-xml-parser';
import { AppError } from '../errors';

const deepestNesting = 32;
const mostTags = 20_000;

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
  parseTagValue: false,
  processEntities: false,
  trimValues: true,
  maxNestedTags: deepestNesting,
});

const predefined: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
  '&amp;': '&',
};

/**
 * Reads the XML text of a body as elements by their local names, with text only. A document type is refused wherever it stands,
 * so that there are no entities but the five that XML has and characters by their numbers, and nothing outside of the text is ever asked for.
 *
 * @throws AppError `body-invalid`; the message never holds a part of the body
 */
export function parseXmlBody(rawBody: Uint8Array): unknown {
  const text = decode(rawBody);
  if (/<!(?!--|\[CDATA\[)/.test(text)) throw invalid('The body has a document type, which is not taken');
  const encoding = /^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([^"']{0,40})["']/i.exec(text)?.[1];
  if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8')
    throw invalid('The body says that it is not UTF-8');
  if (tagsExceed(text, mostTags)) throw invalid(`The body has more than ${mostTags} tags`);
  try {
    const parsed: unknown = parser.parse(text, true);
    return withEntities(parsed);
  } catch {
    // Its own message quotes the text.
    throw invalid(`The body is not XML, or nested deeper than ${deepestNesting} levels`);
  }
}

function decode(rawBody: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(rawBody);
  } catch (cause) {
    throw new AppError('body-invalid', 'The body is not UTF-8', { cause });
  }
}

function tagsExceed(text: string, limit: number): boolean {
  let count = 0;
  for (let at = text.indexOf('<'); at !== -1; at = text.indexOf('<', at + 1)) {
    count += 1;
    if (count > limit) return true;
  }
  return false;
}

function withEntities(value: unknown): unknown {
  if (typeof value === 'string')
    return value.replaceAll(
      /&(?:lt|gt|quot|apos|amp|#\d{1,7}|#x[\da-fA-F]{1,6});/g,
      (entity) => predefined[entity] ?? characterOf(entity),
    );
  if (Array.isArray(value)) return value.map(withEntities);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withEntities(inner)]));
}

/** Of XML 1.0, section 2.2: not every number is that of a character. @throws when it is none */
function characterOf(reference: string): string {
  const digits = reference.slice(2, -1);
  const code = digits.startsWith('x') ? Number.parseInt(digits.slice(1), 16) : Number(digits);
  const isControl = code < 0x20 && ![0x9, 0xa, 0xd].includes(code);
  const isHalf = code >= 0xd800 && code <= 0xdfff;
  if (isControl || isHalf || code === 0xfffe || code === 0xffff || code > 0x10ffff)
    throw invalid('The body has the number of no character');
  return String.fromCodePoint(code);
}

function invalid(message: string): AppError {
  return new AppError('body-invalid', message);
}
