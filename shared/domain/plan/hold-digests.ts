import { createHash } from 'node:crypto';
import type { Hold } from './hold';

type Removal = Pick<Hold['removals'][number], 'groupId' | 'memberId'>;

/** Characters of base64: six bytes, so that no two removals of an organization have the same. */
const LENGTH = 8;
/** So many digests find room in a row. */
const MOST = 50_000;

/** Digests of removals, one after the other; undefined for more than a row has room for. */
export function digestsOf(removals: readonly Removal[]): string | undefined {
  return removals.length > MOST ? undefined : removals.map(keyOf).map(digestOf).join('');
}

/** Keys `<group id>/<member id>` of what a hold holds: where only digests are known, of those that are planned now. */
export function keysHeld(
  { removals, digests }: Pick<Hold, 'removals' | 'digests'>,
  planned: ReadonlyMap<string, unknown>,
): readonly string[] {
  if (digests === undefined) return removals.map(keyOf);
  const known = new Set<string>();
  for (let at = 0; at + LENGTH <= digests.length; at += LENGTH) known.add(digests.slice(at, at + LENGTH));
  return [...planned.keys()].filter((key) => known.has(digestOf(key)));
}

function keyOf({ groupId, memberId }: Removal): string {
  return `${groupId}/${memberId}`;
}

function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('base64').slice(0, LENGTH);
}
