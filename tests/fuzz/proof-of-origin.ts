import type { Credential } from '../../shared/webhooks/credential';
import type { SignatureRule } from '../../shared/webhooks/signature';

/** Whether altered headers still prove what the sender's own did. Senders differ in the case of hex digits, padding and alphabet. */
export function provesTheSame(credential: Credential, altered: Headers, sent: Headers): boolean {
  return credential.trust === 'signed'
    ? isSameSignature(credential.signature, altered, sent)
    : isSameToken(credential.token.headers, altered, sent);
}

function isSameSignature(rule: SignatureRule, altered: Headers, sent: Headers): boolean {
  const names = rule.headers.find(({ signature }) => sent.has(signature));
  if (names === undefined) return false;
  const signed = [names.id, names.timestamp].filter((name) => name !== undefined);
  const own = comparable(rule, sent.get(names.signature) ?? '').at(-1);
  return (
    signed.every((name) => altered.get(name) === sent.get(name)) &&
    comparable(rule, altered.get(names.signature) ?? '').some((signature) => signature === own)
  );
}

function comparable({ prefix, encoding }: SignatureRule, header: string): readonly string[] {
  return header
    .split(/[\s,]+/)
    .map((entry) => (entry.startsWith(prefix) ? entry.slice(prefix.length) : entry))
    .map((entry) =>
      encoding === 'hex'
        ? entry.toLowerCase()
        : entry.replace(/=*$/, '').replaceAll('-', '+').replaceAll('_', '/'),
    );
}

function isSameToken(names: readonly string[], altered: Headers, sent: Headers): boolean {
  const shownIn = (headers: Headers): string | undefined =>
    names
      .map((name) => headers.get(name)?.trim() ?? '')
      .find((value) => value !== '')
      ?.replace(/^(bearer|basic) +/i, (scheme) => `${scheme.trim().toLowerCase()} `);
  return shownIn(altered) === shownIn(sent);
}
