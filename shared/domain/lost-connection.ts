/**
 * Why a service could not be reached, in words, and what to check. The code that the system or the client library gives it stands in
 * brackets, to search for; nothing else of the error is told, as its message may hold an address with a secret.
 */
export function lostConnection(error: unknown): string {
  const found = firstKnown(error, 0);
  return found === undefined
    ? 'it did not answer: check its address and the network between'
    : `${found.words} (${found.sign})`;
}

const NOT_FOUND =
  'the name in its address was not found: check the address for slips, and the DNS of this network';
const REFUSED =
  'the connection was refused: check the host and the port of its address, and whether it is running';
const TOO_LATE =
  'it did not answer in time: check its address, and whether a firewall or a private endpoint is in the way';
const CUT = 'the connection ended before the answer: check proxies and firewalls between, and its state';
const NO_WAY = 'no way through the network leads there: check its address, routes and the firewall';
const UNTRUSTED =
  'its certificate is not trusted here: check whether a proxy stands between, and the certificate authorities of this machine';
const OF_ANOTHER = 'its certificate is for another name: check the host of its address';
const EXPIRED =
  'its certificate has expired: whoever runs it has to renew it; check the clock of this machine too';
const NO_TLS = 'it does not speak TLS there: check the port of its address, and https against http';
const NO_SIGN_IN =
  'this application could not sign in there: check its managed identity, and AZURE_CLIENT_ID where it has several';

/** By the code or the name of an error. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', NOT_FOUND],
  ['EAI_AGAIN', NOT_FOUND],
  ['ECONNREFUSED', REFUSED],
  ['ETIMEDOUT', TOO_LATE],
  ['UND_ERR_CONNECT_TIMEOUT', TOO_LATE],
  ['UND_ERR_HEADERS_TIMEOUT', TOO_LATE],
  ['UND_ERR_BODY_TIMEOUT', TOO_LATE],
  ['TimeoutError', TOO_LATE],
  ['AbortError', TOO_LATE],
  ['ECONNRESET', CUT],
  ['ECONNABORTED', CUT],
  ['EPIPE', CUT],
  ['UND_ERR_SOCKET', CUT],
  ['EHOSTUNREACH', NO_WAY],
  ['ENETUNREACH', NO_WAY],
  ['EHOSTDOWN', NO_WAY],
  ['ENETDOWN', NO_WAY],
  ['EADDRNOTAVAIL', NO_WAY],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', UNTRUSTED],
  ['SELF_SIGNED_CERT_IN_CHAIN', UNTRUSTED],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT', UNTRUSTED],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', UNTRUSTED],
  ['CERT_UNTRUSTED', UNTRUSTED],
  ['CERT_NOT_YET_VALID', EXPIRED],
  ['CERT_HAS_EXPIRED', EXPIRED],
  ['ERR_TLS_CERT_ALTNAME_INVALID', OF_ANOTHER],
  ['ERR_SSL_WRONG_VERSION_NUMBER', NO_TLS],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', NO_TLS],
  ['EPROTO', NO_TLS],
  ['CredentialUnavailableError', NO_SIGN_IN],
  ['ChainedTokenCredentialUnavailableError', NO_SIGN_IN],
  ['AggregateAuthenticationError', NO_SIGN_IN],
  ['AuthenticationError', NO_SIGN_IN],
  ['AuthenticationRequiredError', NO_SIGN_IN],
]);

/** What libraries wrap is inside, at most so deep; an error may be its own cause. */
const DEEPEST = 8;

type KnownLoss = Readonly<{ words: string; sign: string }>;

/** The innermost cause says most; of several addresses that were tried, the first one. No classes: an error may be of another realm. */
function firstKnown(error: unknown, depth: number): KnownLoss | undefined {
  if (typeof error !== 'object' || error === null || depth > DEEPEST) return undefined;
  const { cause, errors, code, name }: Readonly<Record<string, unknown>> = { ...named(error) };
  const tried: readonly unknown[] = Array.isArray(errors) ? errors : [];
  for (const inner of [cause, ...tried.slice(0, DEEPEST)]) {
    const found = firstKnown(inner, depth + 1);
    if (found !== undefined) return found;
  }
  for (const sign of [code, name]) {
    const words = typeof sign === 'string' ? WORDS.get(sign) : undefined;
    if (words !== undefined && typeof sign === 'string') return { words, sign };
  }
  return undefined;
}

function named(error: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(['cause', 'errors', 'code', 'name'].map((key) => [key, Reflect.get(error, key)]));
}
