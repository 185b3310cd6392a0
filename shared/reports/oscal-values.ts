import { hashOf } from '../domain/canonical-json-hash';
import { PRODUCT } from './product-name';

/** OSCAL's own namespace is closed: a property of somebody else's says whose it is. */
const NAMESPACE = `urn:uuid:${uuidOf('namespace', PRODUCT.name)}`;

/** A name-based UUID (RFC 9562, version 8 bits set as version 5, which OSCAL asks for). */
export function uuidOf(...parts: readonly string[]): string {
  const hex = hashOf(parts);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function toProperty(name: string, value: string) {
  return { name, ns: NAMESPACE, value: toLine(value) || 'none' };
}

/** A title is one line that is not empty. */
export function toTitle(text: string, otherwise: string): string {
  return escapeMarkup(toLine(text) || otherwise);
}

/** OSCAL's texts are Markdown. */
export function escapeMarkup(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]<>|&#]/g, (character) => `\\${character}`);
}

/** OSCAL has no empty lists. */
export function listOf(name: string, items: readonly unknown[]): Readonly<Record<string, unknown>> {
  return items.length === 0 ? {} : { [name]: items };
}

export function toTime(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** OSCAL wants values of one line that neither begin nor end with a blank. */
function toLine(text: string): string {
  return text.replaceAll(/[\s\p{C}]+/gu, ' ').trim();
}
