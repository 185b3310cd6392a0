import { ATTACKS } from './attacks';
import { buildBroken, type SourceChange } from './build-broken';
import { runAttacks } from './run-attacks';
import { createTarget } from './target';

/** One defence of the app, how its source is changed so that it defends no more, and the attack that has to succeed then. */
export type BrokenDefence = SourceChange & Readonly<{ name: string; attack: string }>;

export const BROKEN_DEFENCES: readonly BrokenDefence[] = [
  {
    name: 'signature',
    file: 'webhooks/signature.ts',
    replace: "if (!matchesCurrent && !matchesPrevious) return refused('signature-mismatch');",
    by: '',
    attack: 'signature-of-another-secret',
  },
  {
    name: 'time-window',
    file: 'webhooks/signature.ts',
    replace: 'if (untimely !== undefined) return { verified: false, reason: untimely, id };',
    by: '',
    attack: 'time-long-past',
  },
  {
    name: 'dedupe',
    file: 'webhooks/signature.ts',
    replace: "return { verified: true, id, secret: matchesCurrent ? 'current' : 'previous' };",
    by: "return { verified: true, id: `${id}${Math.random()}`, secret: matchesCurrent ? 'current' : 'previous' };",
    attack: 'approved-for-another-person',
  },
  {
    name: 'approvers',
    file: 'domain/ledger/refusal-by-approvals.ts',
    replace: ' && includes(rules.approvers, approver))',
    by: ')',
    attack: 'approved-by-a-stranger',
  },
  {
    name: 'self-approval',
    file: 'domain/ledger/refusal-by-approvals.ts',
    replace: '!concerned.has(personOf(approver)) && ',
    by: '',
    attack: 'approver-approves-for-themselves',
  },
  {
    name: 'session-signature',
    file: 'console/session-and-form-tokens.ts',
    replace: 'if (more.length > 0 || !isEqual(sign(keys.session, content), signature)) return undefined;',
    by: '',
    attack: 'cookie-made-up',
  },
  {
    name: 'form-token',
    file: 'console/session-and-form-tokens.ts',
    replace: 'if (isEqual(formToken(keys, visitorId), token)) return;',
    by: 'if (true as boolean) return;',
    attack: 'form-without-a-token',
  },
  {
    name: 'html-escape',
    file: 'html/markup.ts',
    replace: 'return escape(String(part));',
    by: 'return String(part) + (escape.length > 9 ? escape(String(part)) : String());',
    attack: 'markup-in-names-on-every-page',
  },
  {
    name: 'row-seal',
    file: 'domain/evidence/record-seal.ts',
    replace: 'return given.length === right.length && timingSafeEqual(given, right);',
    by: 'return given.length === right.length;',
    attack: 'row-edited',
  },
  {
    name: 'body-limit',
    file: 'http/read-body.ts',
    replace: 'if (bytes > maxBytes) throw tooLarge(maxBytes);',
    by: '',
    attack: 'body-that-says-it-is-small',
  },
  {
    name: 'platform-gate',
    file: 'console/easy-auth.ts',
    replace: "if (!isOn) return { refusal: 'platform-not-on' };",
    by: '',
    attack: 'headers-without-the-platform',
  },
  {
    name: 'own-matters',
    file: 'access/desk/refuse-own-matter.ts',
    replace: 'if (words.some((word) => own.has(word)))',
    by: 'if (words.some((word) => own.has(word)) && false)',
    attack: 'releases-ones-own-removal',
  },
  {
    name: 'source-organizations',
    file: 'access/ledger/record-worker-event.ts',
    replace: 'const aliases = context.source.organizations.filter(',
    by: 'const aliases = [...context.policy.organizations.keys()].filter(',
    attack: 'hr-names-another-organization',
  },
  {
    name: 'redirects',
    file: 'notify/webhook-notifier.ts',
    replace: "redirect: 'error',",
    by: "redirect: 'follow',",
    attack: 'notification-redirected',
  },
  {
    name: 'token-algorithm-and-audience',
    file: 'webhooks/check-entra-token.ts',
    replace: 'audience: [...audience],',
    by: '',
    attack: 'token-for-another-audience',
  },
  {
    name: 'wrong-keys',
    file: 'console/take-key.ts',
    replace: 'if (known !== undefined && nowMs < known.notBeforeMs) throw tooOften(known.notBeforeMs);',
    by: '',
    attack: 'key-guessed-many-times',
  },
];

/** Builds the app with the defence broken, and tells whether its attack succeeds then. */
export async function isNoticed(broken: BrokenDefence): Promise<boolean> {
  const attack = ATTACKS.find(({ id }) => id === broken.attack);
  if (attack === undefined) throw new Error(`There is no attack ${broken.attack}`);
  const built = await buildBroken(broken);
  try {
    const [result] = await runAttacks(
      [attack],
      () => createTarget(built.directory),
      () => undefined,
    );
    return result?.outcome === 'succeeded';
  } finally {
    await built.close();
  }
}
