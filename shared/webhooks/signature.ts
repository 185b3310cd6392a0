import { createHmac, timingSafeEqual } from 'node:crypto';
import { keyInSecret, type SecretForm } from '../domain/secret-form-and-faults';
import { SecretError } from '../errors';

/** Header access by case-insensitive name; `null` when a header is absent. Fetch's `Headers` is one. */
export type DeliveryHeaders = Readonly<{ get: (name: string) => string | null }>;

type SignedPart = 'id' | 'timestamp' | 'body' | '.';

/** One set of header names of a sender. Names of different sets are never mixed in one delivery. */
type SignatureHeaders = Readonly<{ signature: string; timestamp?: string; id?: string }>;

type TimestampFormat = 'unix-seconds' | 'iso-8601' | 'unix-seconds-or-iso-8601';

/** How a sender signs: a row of facts, so that another sender needs no other code. */
export type SignatureRule = Readonly<{
  algorithm: 'sha256' | 'sha512';
  encoding: 'hex' | 'base64' | 'base64url';
  /** `text`: the UTF-8 bytes of the secret; the others are decoded. */
  key: Exclude<SecretForm, 'pair'>;
  /** The vendor makes the secret, and decides how long it is. */
  issuedBy?: 'vendor';
  /** What is signed, in this order and without separators other than those named. */
  signed: readonly SignedPart[];
  /** The first set whose signature header is present and not blank is the one that counts. */
  headers: readonly SignatureHeaders[];
  /** Stands before each signature, in any case, for example `v1,` or `sha256=`; entries of a list without it are passed over. */
  prefix: string;
  /** `space`: the header is a list, and one good signature is enough. */
  list: 'space' | 'none';
  /**
   * undefined: the sender signs no time, and only the dedupe id stops a replay. `toleranceMs` is how old a delivery may
   * be: wide where a sender may try again for long under the first time.
   */
  timestamp: Readonly<{ format: TimestampFormat; toleranceMs: number }> | undefined;
}>;

/** HMAC-SHA256 of the body in one header, as `sha256=<hex>`: GitHub's way, which Jira took over. No time is signed. */
export function sha256Header(signature: string): SignatureRule {
  return {
    algorithm: 'sha256',
    encoding: 'hex',
    key: 'text',
    signed: ['body'],
    headers: [{ signature }],
    prefix: 'sha256=',
    list: 'none',
    timestamp: undefined,
  };
}

/** The current secret, and the one it replaced while senders still use it. */
export type SigningSecrets = Readonly<{ current: string; previous: string | undefined }>;

/** Why a signature was refused: for the log, never for the sender. */
type SignatureFailure = 'signature-missing' | 'id-missing' | 'timestamp-missing' | 'signature-mismatch';

/** Why a delivery with a right signature was refused. */
export type Untimely = 'timestamp-unreadable' | 'timestamp-stale' | 'timestamp-future';

export type SignatureVerdict =
  | Readonly<{ verified: true; id: string | undefined; secret: 'current' | 'previous' }>
  | Readonly<{ verified: false; reason: SignatureFailure }>
  /** The signature is right: the sender made this, though not in time. */
  | Readonly<{ verified: false; reason: Untimely; id: string | undefined }>;

const longestFutureMs = 5 * 60_000;
const mostSignatures = 16;

/**
 * Checks the raw bytes of a delivery, before anything parses them, in constant time and against both secrets.
 * `id` of the verdict is the one that was signed: a replay under another id header does not pass for a new delivery.
 *
 * @throws `secret-invalid` when the current secret cannot be a key; an unusable previous secret is passed over.
 */
export function checkSignature(
  rule: SignatureRule,
  delivery: Readonly<{ headers: DeliveryHeaders; rawBody: Uint8Array; nowMs: number }>,
  secrets: SigningSecrets,
): SignatureVerdict {
  const need = { form: rule.key, issuedBy: rule.issuedBy };
  const current = keyInSecret(need, secrets.current);
  if ('fault' in current) throw new SecretError(current.fault);
  const previous = secrets.previous === undefined ? undefined : keyInSecret(need, secrets.previous);

  const names = signatureHeadersIn(rule, delivery.headers);
  if (names === undefined) return refused('signature-missing');
  const id = read(delivery.headers, names.id);
  if (rule.signed.includes('id') && id === undefined) return refused('id-missing');
  const timestamp = read(delivery.headers, names.timestamp);
  if (rule.timestamp !== undefined && timestamp === undefined) return refused('timestamp-missing');

  const signedBytes = Buffer.concat(
    rule.signed.map((part) => bytesOf(part, { id, timestamp, body: delivery.rawBody })),
  );
  const candidates = candidatesOf(rule, delivery.headers.get(names.signature) ?? '');
  const matchesCurrent = matches(rule, current.key, signedBytes, candidates);
  const matchesPrevious =
    previous !== undefined && 'key' in previous && matches(rule, previous.key, signedBytes, candidates);
  if (!matchesCurrent && !matchesPrevious) return refused('signature-mismatch');

  const untimely = timestampFailure(rule, timestamp, delivery.nowMs);
  if (untimely !== undefined) return { verified: false, reason: untimely, id };
  return { verified: true, id, secret: matchesCurrent ? 'current' : 'previous' };
}

/** The names under which a delivery is signed: the first set whose signature is there and not blank. */
export function signatureHeadersIn(
  rule: SignatureRule,
  headers: DeliveryHeaders,
): SignatureHeaders | undefined {
  return rule.headers.find((set) => (headers.get(set.signature) ?? '').trim() !== '');
}

function refused(reason: SignatureFailure): SignatureVerdict {
  return { verified: false, reason };
}

function read(headers: DeliveryHeaders, name: string | undefined): string | undefined {
  const value = name === undefined ? null : headers.get(name);
  return value === null || value === '' ? undefined : value;
}

function bytesOf(
  part: SignedPart,
  parts: Readonly<{ id: string | undefined; timestamp: string | undefined; body: Uint8Array }>,
): Uint8Array {
  switch (part) {
    case 'body':
      return parts.body;
    case '.':
      return Buffer.from('.');
    case 'id':
    case 'timestamp':
      return Buffer.from(parts[part] ?? '', 'utf8');
  }
}

function candidatesOf(rule: SignatureRule, header: string): readonly string[] {
  const entries = rule.list === 'space' ? header.split(' ') : [header.trim()];
  return entries
    .filter((entry) => entry.toLowerCase().startsWith(rule.prefix))
    .slice(0, mostSignatures)
    .map((entry) => entry.slice(rule.prefix.length));
}

function matches(
  rule: SignatureRule,
  key: Buffer,
  signedBytes: Buffer,
  candidates: readonly string[],
): boolean {
  const digest = createHmac(rule.algorithm, key).update(signedBytes).digest(rule.encoding);
  const expected = Buffer.from(toComparable(rule, digest));
  return candidates
    .map((candidate) => {
      const given = Buffer.from(toComparable(rule, candidate));
      return given.length === expected.length && timingSafeEqual(given, expected);
    })
    .includes(true);
}

/** Senders differ in the padding and the alphabet of base64 and in the case of hex digits; none carries a bit of the signature. */
function toComparable(rule: SignatureRule, signature: string): string {
  if (rule.encoding === 'hex') return signature.toLowerCase();
  const bare = signature.replace(/={1,2}$/, '');
  return rule.encoding === 'base64url' ? bare.replaceAll('+', '-').replaceAll('/', '_') : bare;
}

function timestampFailure(
  rule: SignatureRule,
  timestamp: string | undefined,
  nowMs: number,
): Untimely | undefined {
  if (rule.timestamp === undefined) return undefined;
  const { format, toleranceMs } = rule.timestamp;
  const atMs = readTimestamp(format, timestamp ?? '');
  if (atMs === undefined) return 'timestamp-unreadable';
  if (atMs < nowMs - toleranceMs) return 'timestamp-stale';
  return atMs > nowMs + Math.min(toleranceMs, longestFutureMs) ? 'timestamp-future' : undefined;
}

function readTimestamp(format: TimestampFormat, text: string): number | undefined {
  if (format !== 'iso-8601' && /^\d{1,12}$/.test(text)) return Number(text) * 1000;
  const [, time, offset] =
    /^(\d{4}-\d{2}-\d{2}T[\d:.]+)(Z|[+-]\d{2}:?\d{2})$/.exec(format === 'unix-seconds' ? '' : text) ?? [];
  const atMs = Date.parse(`${time ?? ''}${(offset ?? '').replace(/^(.\d{2})(\d{2})$/, '$1:$2')}`);
  return Number.isNaN(atMs) ? undefined : atMs;
}
