import { createHash } from 'node:crypto';

/** SHA-256 in the way of RFC 6962 section 2.1: leaves and nodes are told apart by the byte before them. */
export function leafHash(entry: Uint8Array): Buffer {
  return createHash('sha256').update('\0').update(entry).digest();
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update('\u0001').update(left).update(right).digest();
}

/**
 * The roots of the whole subtrees that a tree of `size` leaves is made of, the largest first: one for each bit of the size. All that is
 * needed to append.
 */
export type Frontier = Readonly<{ size: number; roots: readonly Buffer[] }>;

export const EMPTY_TREE: Frontier = { size: 0, roots: [] };

/** The tree with one leaf more. */
export function appendLeaf({ size, roots }: Frontier, leaf: Buffer): Frontier {
  const next = [...roots, leaf];
  for (let whole = size; whole % 2 === 1; whole = (whole - 1) / 2) {
    const [left, right] = next.splice(-2);
    if (left !== undefined && right !== undefined) next.push(nodeHash(left, right));
  }
  return { size: size + 1, roots: next };
}

/** The root of the tree; that of an empty one is the hash of nothing. */
export function rootOf({ roots }: Frontier): Buffer {
  const root = roots.reduceRight<Buffer | undefined>(
    (right, left) => (right === undefined ? left : nodeHash(left, right)),
    undefined,
  );
  return root ?? createHash('sha256').digest();
}
