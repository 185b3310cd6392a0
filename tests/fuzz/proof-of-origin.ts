import type { SignatureRule } from '../../shared/webhooks/signature';
import type { WebhookFormat } from '../../shared/webhooks/webhook-format';

/** Whether altered headers still prove what the sender's own did. Senders differ in the case of hex digits, padding and alphabet. */
export function provesTheSame({ credential }: WebhookFormat, altered: Headers, sent: Headers): boolean {
  switch (credential.trust) {
    case 'signed':
      return isSameSignature(credential.signature, altered, sent);
    case 'bearer':
      return isSameToken(credential.token.headers, altered, sent);
    case 'identity':
      return claimsIn(altered) === claimsIn(sent);
  }
}

/** The bytes of the three parts of an access token: the last character of each has bits that mean nothing. */
function claimsIn(headers: Headers): string {
  const [, token = ''] = /^bearer +(\S+)$/i.exec(headers.get('authorization')?.trim() ?? '') ?? [];
  return token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join('.');
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

/** A token is shown as it is or after `Bearer`. */
function isSameToken(names: readonly string[], altered: Headers, sent: Headers): boolean {
  const shownIn = (headers: Headers): string | undefined =>
    names
      .map((name) => headers.get(name)?.trim() ?? '')
      .find((value) => value !== '')
      ?.replace(/^bearer +/i, '')
      .replace(/^basic +/i, 'basic ');
  return shownIn(altered) === shownIn(sent);
}
