import type { Clock } from '../clock';
import { deriveEvidenceKey, type EvidenceKey, type EvidenceKeys } from '../domain/evidence/evidence-keys';
import { EVIDENCE_SECRET } from '../domain/secret-places';
import { AppError, errorCodeOf } from '../errors';
import type { SecretStore } from './secret-store-interface';

const SMALLEST_BYTES = 32;
/** Of 32 random bytes nearly all differ. */
const FEWEST_DIFFERENT_BYTES = 16;
const FRESH_MS = 5 * 60_000;

/**
 * The evidence keys, asked for once and then beside the work: nobody waits for the vault again while it is slow or away. A vault that
 * answers that there is no usable key is believed.
 * @throws AppError `secret-missing`, `secret-invalid` or `vault-unavailable`
 */
export function createEvidenceKeyReader(
  secrets: SecretStore,
  clock: Pick<Clock, 'now'>,
): () => Promise<EvidenceKeys> {
  let known: Promise<EvidenceKeys> | undefined;
  let askedAtMs = 0;
  const ask = async (): Promise<EvidenceKeys> => {
    askedAtMs = clock.now();
    return parseEvidenceKeys((await secrets.read(EVIDENCE_SECRET)).current);
  };
  const renew = async (): Promise<void> => {
    try {
      const keys = await ask();
      known = Promise.resolve(keys);
    } catch (error) {
      if (errorCodeOf(error) !== 'vault-unavailable') known = undefined;
    }
  };
  return async () => {
    if (known === undefined) {
      const asked = ask();
      known = asked;
      asked.catch(() => {
        if (known === asked) known = undefined;
      });
    } else if (clock.now() - askedAtMs >= FRESH_MS) void renew();
    return known;
  };
}

/**
 * The keys in a secret: one or several of at least 32 random bytes in base64, with blanks between them, the one in force first; one that is there
 * again counts once. A
 * rotation adds the new one at the end and, when every instance has read it, puts it first.
 * @throws AppError `secret-invalid`
 */
export function parseEvidenceKeys(secret: string): EvidenceKeys {
  const keys = secret
    .split(/\s+/)
    .filter((text) => text !== '')
    .map(toKey);
  const [first, ...others] = keys.filter(({ id }, at) => keys.findIndex((key) => key.id === id) === at);
  if (first === undefined) throw invalid('holds no key');
  return [first, ...others];
}

function toKey(text: string): EvidenceKey {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) throw invalid('holds something else than base64');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < SMALLEST_BYTES) throw invalid(`holds a key of less than ${SMALLEST_BYTES} bytes`);
  if (new Set(bytes).size < FEWEST_DIFFERENT_BYTES) throw invalid('holds a key that could be guessed');
  return deriveEvidenceKey(bytes);
}

function invalid(fault: string): AppError {
  return new AppError(
    'secret-invalid',
    `The secret ${EVIDENCE_SECRET} ${fault}. Make a key with: openssl rand -base64 32`,
  );
}
