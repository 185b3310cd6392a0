/**
 * What a secret is made of. `text`: any characters; `base64`: a key in that encoding; `whsec`: the same after the prefix
 * `whsec_`; `pair`: two parts with a colon between them, such as `id:token`.
 */
export type SecretForm = 'text' | 'base64' | 'whsec' | 'pair';

/** What a secret has to be: its form, and whether a vendor makes it, who then decides how long it is. */
export type SecretNeed = Readonly<{ form: SecretForm; issuedBy?: 'vendor' | undefined }>;

/** Why a secret is not to be relied on. For operators alone: it would tell anybody else how to forge. */
export type SecretFault =
  'secret-published' | 'secret-too-short' | 'secret-guessable' | 'secret-malformed' | 'secret-shared';

/** The value in force, and the one it replaced while somebody may still use it. */
type Versions = Readonly<{ current: string; previous: string | undefined }>;

/** What we make ourselves, as Standard Webhooks has it. https://github.com/standard-webhooks/standard-webhooks */
const SMALLEST_OWN_SECRET_BYTES = 24;
/** What any vendor gives out has more: fewer bytes can be guessed. */
const SMALLEST_VENDOR_SECRET_BYTES = 16;

/** Of the bytes of a random key nearly all differ; of one that somebody made up, few do. */
const FEWEST_DIFFERENT_BYTES = 8;

const WHSEC = 'whsec_';

/** Printed in the documentation or the tests of vendors, without prefix and padding: anybody could sign with them. */
const published: ReadonlySet<string> = new Set([
  'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ',
  "It's a Secret to Everybody",
  'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  '5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH',
  'C2FVsBQIhrscChlQIMV+b5sSYspob7oD',
  'plJ3nmyCDGBKInavdOK15jsl',
]);

/** The key in a secret, or why there is none. Outer blanks are not part of it: they come with copying. */
export function keyInSecret(
  { form, issuedBy }: SecretNeed,
  secret: string,
): Readonly<{ key: Buffer }> | Readonly<{ fault: SecretFault }> {
  const key = bytesOf(form, secret.trim());
  if (key === undefined) return { fault: 'secret-malformed' };
  const smallest = issuedBy === 'vendor' ? SMALLEST_VENDOR_SECRET_BYTES : SMALLEST_OWN_SECRET_BYTES;
  if (key.length < smallest) return { fault: 'secret-too-short' };
  const isRandom = form === 'base64' || form === 'whsec';
  return isRandom && new Set(key).size < FEWEST_DIFFERENT_BYTES ? { fault: 'secret-guessable' } : { key };
}

/** undefined: it may be relied on. */
export function faultInSecret(need: SecretNeed, secret: string): SecretFault | undefined {
  if (isPublished(secret)) return 'secret-published';
  const read = keyInSecret(need, secret);
  return 'fault' in read ? read.fault : undefined;
}

/** Both versions of a secret judged, each for itself: a bad previous one is no reason to refuse the current. */
export function faultsInVersions(
  need: SecretNeed,
  { current, previous }: Versions,
): Readonly<Record<'current' | 'previous', SecretFault | undefined>> {
  return {
    current: faultInSecret(need, current),
    previous: previous === undefined ? undefined : faultInSecret(need, previous),
  };
}

/** How many random bytes a secret of our own has: those of SHA-256, and more than the fewest that are relied on. */
export const NEW_SECRET_BYTES = 32;

/** A secret of a form that is made of random bytes. */
export function writeSecret(form: SecretForm, bytes: Buffer): string {
  switch (form) {
    case 'text':
      return bytes.toString('base64url');
    case 'base64':
      return bytes.toString('base64');
    case 'whsec':
      return `${WHSEC}${bytes.toString('base64')}`;
    case 'pair':
      return `access:${bytes.toString('base64url')}`;
  }
}

function isPublished(secret: string): boolean {
  const text = secret.trim();
  const bare = text.startsWith(WHSEC) ? text.slice(WHSEC.length) : text;
  return published.has(bare.replace(/={1,2}$/, ''));
}

function bytesOf(form: SecretForm, text: string): Buffer | undefined {
  switch (form) {
    case 'text':
      return Buffer.from(text, 'utf8');
    case 'base64':
      return decodeBase64(text);
    case 'whsec':
      return text.startsWith(WHSEC) ? decodeBase64(text.slice(WHSEC.length)) : undefined;
    case 'pair':
      return /^[^:\s][^:]*:\s*\S/.test(text) ? Buffer.from(text, 'utf8') : undefined;
  }
}

function decodeBase64(text: string): Buffer | undefined {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
