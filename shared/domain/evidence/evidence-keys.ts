import { createHash, hkdfSync } from 'node:crypto';

/** What is derived of one key of the vault, each 32 bytes and of use for one purpose only. */
export type EvidenceKey = Readonly<{
  /** Names the key without telling it: eight hexadecimal digits. */
  id: string;
  /** Authenticates rows of storage. */
  seal: Buffer;
  /** Authenticates the entries of the log, and names subjects in them. */
  log: Buffer;
  /** The seed of the Ed25519 key that signs checkpoints. */
  signing: Buffer;
}>;

/** The first one writes; all of them read. */
export type EvidenceKeys = readonly [EvidenceKey, ...EvidenceKey[]];

/** The keys for each purpose of one key of the vault. */
export function deriveEvidenceKey(secret: Uint8Array): EvidenceKey {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', secret, '', `uipath-access-functions/${purpose}/v1`, 32));
  const seal = derive('seal');
  const id = createHash('sha256').update('key id\n').update(seal).digest('hex').slice(0, 8);
  return { id, seal, log: derive('log'), signing: derive('checkpoint') };
}
