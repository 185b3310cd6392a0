import { describe, expect, it } from '@jest/globals';
import { createHash, createPublicKey, verify } from 'node:crypto';
import { openCheckpoint, signCheckpoint, verifierKeyOf } from '../../../../shared/domain/evidence/checkpoint';
import {
  appendLeaf,
  EMPTY_TREE,
  leafHash,
  nodeHash,
  rootOf,
} from '../../../../shared/domain/evidence/merkle-tree';
import { decodeEntries, encodeEntries, tilePath, TILE_WIDTH } from '../../../../shared/domain/evidence/tiles';
import { parseEvidenceKeys } from '../../../../shared/secrets/evidence-key';
import { evidenceSecret } from '../../../fakes/evidence-secret';

const keysOf = (...bytes: number[]) => parseEvidenceKeys(bytes.map(evidenceSecret).join(' '));
const ORIGIN = 'cloud.uipath.com/0/access-evidence';

/** RFC 6962 section 2.1, word by word. */
function rootByDefinition(leaves: readonly Buffer[]): Buffer {
  const [first] = leaves;
  if (first === undefined) return createHash('sha256').digest();
  if (leaves.length === 1) return first;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return nodeHash(rootByDefinition(leaves.slice(0, k)), rootByDefinition(leaves.slice(k)));
}

describe('the tree of a log', () => {
  it('has the root of RFC 6962 at every size', () => {
    const leaves = Array.from({ length: 130 }, (_, at) => leafHash(Buffer.from(`entry ${at}`)));
    let tree = EMPTY_TREE;
    for (let size = 0; size <= leaves.length; size += 1) {
      expect(rootOf(tree)).toEqual(rootByDefinition(leaves.slice(0, size)));
      const leaf = leaves[size];
      if (leaf !== undefined) tree = appendLeaf(tree, leaf);
    }
  });

  it('hashes the examples of the test vectors of Certificate Transparency', () => {
    expect(rootOf(EMPTY_TREE).toString('hex')).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(leafHash(Buffer.alloc(0)).toString('hex')).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
    const two = [Buffer.alloc(0), Buffer.of(0)].map(leafHash).reduce(appendLeaf, EMPTY_TREE);
    expect(rootOf(two).toString('hex')).toBe(
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    );
  });
});

describe('a checkpoint', () => {
  const checkpoint = { origin: ORIGIN, size: 7, root: Buffer.alloc(32, 9) };
  const note = signCheckpoint(checkpoint, keysOf(1));

  it('is a signed note that a stranger verifies with the verifier key', () => {
    // The key in base64 may have a plus itself.
    const [, name, keyId, encoded] =
      /^([^+]+)\+([^+]+)\+(.+)$/.exec(verifierKeyOf(ORIGIN, keysOf(1)[0])) ?? [];
    const typed = Buffer.from(encoded ?? '', 'base64');
    const [text = '', signatures = ''] = note.split(/(?<=\n)\n/);
    expect(text).toBe(`${ORIGIN}\n7\n${Buffer.alloc(32, 9).toString('base64')}\n`);
    const [, , signature] = /^— (\S+) (\S+)\n$/.exec(signatures) ?? [];
    const bytes = Buffer.from(signature ?? '', 'base64');
    expect([name, typed[0], typed.length]).toEqual([ORIGIN, 1, 33]);
    expect(bytes.subarray(0, 4).toString('hex')).toBe(keyId);
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: typed.subarray(1).toString('base64url') },
      format: 'jwk',
    });
    expect(verify(undefined, Buffer.from(text), key, bytes.subarray(4))).toBe(true);
  });

  it('is opened with its key, before and after a rotation, and passes over signatures of others', () => {
    expect(openCheckpoint(note, ORIGIN, keysOf(1))).toEqual(checkpoint);
    expect(openCheckpoint(note, ORIGIN, keysOf(2, 1))).toEqual(checkpoint);
    const both = signCheckpoint(checkpoint, keysOf(2, 1));
    for (const keys of [keysOf(1), keysOf(2)]) expect(openCheckpoint(both, ORIGIN, keys)).toEqual(checkpoint);
    const witnessed = `${note}— witness.example/w ${Buffer.alloc(76, 3).toString('base64')}\n`;
    expect(openCheckpoint(witnessed, ORIGIN, keysOf(1))).toEqual(checkpoint);
  });

  it.each([
    ['nothing', ''],
    ['text alone', note.split('\n\n')[0] ?? ''],
    ['no signature', `${note.split('\n\n')[0] ?? ''}\n\n`],
    ['another size', note.replace('\n7\n', '\n8\n')],
    ['a size with a nought before it', note.replace('\n7\n', '\n07\n')],
    ['another origin', note.replaceAll(ORIGIN, 'evil.example/log')],
    ['another line', note.replace('\n\n', '\nextra\n\n')],
    ['the signature of another', signCheckpoint(checkpoint, keysOf(3))],
    ['a root that is cut off', note.replace(/\n[^\n]+\n\n/, '\nCQkJ\n\n')],
    ['a signature that is cut off', `${note.slice(0, -6)}\n`],
  ])('is not opened with %s', (_what, text) => {
    expect(openCheckpoint(text, ORIGIN, keysOf(1))).toBeUndefined();
  });
});

describe('tiles', () => {
  it.each([
    [{ level: 0, index: 0, width: TILE_WIDTH }, 'tile/0/000'],
    [{ level: 1, index: 0, width: 3 }, 'tile/1/000.p/3'],
    [{ level: 'entries' as const, index: 1_234_067, width: TILE_WIDTH }, 'tile/entries/x001/x234/067'],
    [{ level: 0, index: 1_000, width: 255 }, 'tile/0/x001/000.p/255'],
  ])('have the paths of the format: %j', (tile, path) => {
    expect(tilePath(tile)).toBe(path);
  });

  it('hold entries with their lengths, and nothing that is cut off', () => {
    const entries = [Buffer.from('one'), Buffer.alloc(0), Buffer.alloc(65_535, 1)];
    const tile = encodeEntries(entries);
    expect(decodeEntries(tile)).toEqual(entries);
    for (const end of [1, 4, tile.length - 1]) expect(decodeEntries(tile.subarray(0, end))).toBeUndefined();
  });
});
