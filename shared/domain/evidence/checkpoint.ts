import { createHash, createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import type { EvidenceKey } from './evidence-keys';

/** The head of a log at one moment, in the format of C2SP tlog-checkpoint. `origin` names the log: a URL without its scheme. */
export type Checkpoint = Readonly<{ origin: string; size: number; root: Buffer }>;

/** Of Ed25519, in C2SP signed-note. */
const ALGORITHM = 0x01;
/** What stands before the 32 bytes of a private and of a public Ed25519 key in DER, RFC 8410. */
const PRIVATE_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');
const KEY_BYTES = 32;

/** A signed note: the checkpoint, an empty line, a line for each signature. The first key signs; verifiers pass over keys they do not know. */
export function signCheckpoint(
  { origin, size, root }: Checkpoint,
  keys: readonly Pick<EvidenceKey, 'signing'>[],
): string {
  const text = `${origin}\n${size}\n${root.toString('base64')}\n`;
  const lines = keys.map(({ signing }) => {
    const publicKey = publicKeyOf(signing);
    const signature = sign(undefined, Buffer.from(text), privateKeyOf(signing));
    return `— ${origin} ${Buffer.concat([keyIdOf(origin, publicKey), signature]).toString('base64')}\n`;
  });
  return `${text}\n${lines.join('')}`;
}

/**
 * The verifier key of a log in the form of C2SP signed-note, `<origin>+<key id>+<base64>`: what a stranger needs to verify its
 * checkpoints. It is no secret.
 */
export function verifierKeyOf(origin: string, { signing }: Pick<EvidenceKey, 'signing'>): string {
  const publicKey = publicKeyOf(signing);
  const typed = Buffer.concat([Buffer.of(ALGORITHM), publicKey]);
  return `${origin}+${keyIdOf(origin, publicKey).toString('hex')}+${typed.toString('base64')}`;
}

/** The checkpoint of a note of this origin that one of the keys signed, and none of them wrongly; undefined for any other text. */
export function openCheckpoint(
  note: string,
  origin: string,
  keys: readonly Pick<EvidenceKey, 'signing'>[],
): Checkpoint | undefined {
  const at = note.indexOf('\n\n');
  const text = note.slice(0, at + 1);
  const [name, sizeText = '', rootText = '', ...rest] = text.split('\n');
  const root = Buffer.from(rootText, 'base64');
  const size = Number(sizeText);
  const isWellFormed =
    at > 0 &&
    name === origin &&
    rest.join('\n') === '' &&
    /^(0|[1-9]\d{0,15})$/.test(sizeText) &&
    root.length === KEY_BYTES &&
    root.toString('base64') === rootText;
  if (!isWellFormed) return undefined;
  const known = new Map(
    keys.map(({ signing }) => {
      const publicKey = publicKeyOf(signing);
      return [keyIdOf(origin, publicKey).toString('hex'), publicKey] as const;
    }),
  );
  const judged = note
    .slice(at + 2)
    .split('\n')
    .flatMap((line) => {
      const [dash, signer, encoded = ''] = line.split(' ');
      const bytes = Buffer.from(encoded, 'base64');
      const publicKey = known.get(bytes.subarray(0, 4).toString('hex'));
      if (dash !== '—' || signer !== origin || publicKey === undefined) return [];
      return [verify(undefined, Buffer.from(text), toKeyObject(publicKey), bytes.subarray(4))];
    });
  return judged.length > 0 && judged.every(Boolean) ? { origin, size, root } : undefined;
}

function privateKeyOf(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([PRIVATE_PREFIX, seed]), format: 'der', type: 'pkcs8' });
}

function publicKeyOf(seed: Buffer): Buffer {
  return createPublicKey(privateKeyOf(seed)).export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES);
}

function toKeyObject(publicKey: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([PUBLIC_PREFIX, publicKey]), format: 'der', type: 'spki' });
}

function keyIdOf(name: string, publicKey: Buffer): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.of(ALGORITHM))
    .update(publicKey)
    .digest()
    .subarray(0, 4);
}
