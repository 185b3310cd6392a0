import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';

/** The headers of a request. */
export type HeadersAsked = Readonly<{ get: (name: string) => string | null }>;

/**
 * Names where a request came from, as a hash: the last address of `x-forwarded-for`, which the platform's front end appends; what
 * stands before it is the caller's own word. Of IPv6 the network counts (/64), because whoever has one has all of its addresses.
 */
export function clientOf(headers: HeadersAsked): string {
  const last = (headers.get('x-forwarded-for') ?? '').split(',').at(-1)?.trim().toLowerCase() ?? '';
  return createHash('sha256')
    .update(networkOf(withoutPort(last)))
    .digest('hex')
    .slice(0, 16);
}

function withoutPort(address: string): string {
  const [, inBrackets] = /^\[(.*)\](?::\d+)?$/.exec(address) ?? [];
  return inBrackets ?? address.replace(/^([\d.]+):\d+$/, '$1');
}

function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address.replace(/^::ffff:/, '');
  const [before = '', after] = address.split('::');
  const [head, tail] = [before, after ?? ''].map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: 8 - (head?.length ?? 0) - (tail?.length ?? 0) }, () => '0');
  const groups = after === undefined ? (head ?? []) : [...(head ?? []), ...zeros, ...(tail ?? [])];
  return groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':');
}
