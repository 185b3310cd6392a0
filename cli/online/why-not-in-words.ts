import { instantText } from '../output/instant';

/** As the app says it: what else it says depends on the kind. */
type WhyNotSaid = Readonly<{ kind: string; [name: string]: unknown }>;

/** Why somebody is not in a group. A kind that this version does not know goes by its own word. */
export function whyNotText(why: WhyNotSaid): string {
  return WORDS[why.kind]?.(why) ?? why.kind.replaceAll('-', ' ');
}

const WORDS: Readonly<Record<string, (why: WhyNotSaid) => string>> = {
  'group-not-in-policy': () => 'the policy does not name this group',
  'mode-observe': () =>
    'they have a reason, and the group or the organization is in mode observe: nothing is changed there',
  left: () => 'they have left',
  'not-started': () => 'they have not started yet',
  away: () => 'they are away, and the policy lets reasons rest until they return',
  'account-unknown': ({ identity }) => IDENTITY[textOf(identity)] ?? 'UiPath does not know their address',
  'birthright-unmet': ({ line, attribute, needs, has }) =>
    `birthright line ${textOf(line)} needs ${textOf(attribute)} ${(Array.isArray(needs) ? needs.map(textOf) : []).join(' or ')}; theirs is ${textOf(has) === '' ? 'not known' : textOf(has)}`,
  'grant-begins': ({ ticket, atMs }) => `ticket ${textOf(ticket)} begins ${instantOf(atMs)}`,
  'grant-ended': ({ ticket, atMs }) => `ticket ${textOf(ticket)} ended ${instantOf(atMs)}`,
  'grant-revoked': ({ ticket }) => `what ticket ${textOf(ticket)} granted was revoked`,
  'grant-rests': ({ ticket }) =>
    `what ticket ${textOf(ticket)} granted rests until somebody says that their new account is theirs`,
  'grant-ended-with-record': ({ ticket }) =>
    `what ticket ${textOf(ticket)} granted ended with the employment that it was asked for under`,
  'no-reason': () => 'no birthright line gives it to them, and no ticket asked for it',
  'on-its-way': () => 'they have a reason, and the change is on its way to UiPath',
  'change-refused': ({ code, id }) =>
    `UiPath refused the change (${textOf(code)}): access dead-letters show ${textOf(id)}`,
};

const IDENTITY: Readonly<Record<string, string>> = {
  missing: 'UiPath does not know their address',
  ambiguous: 'UiPath knows several accounts by their address',
  'not-looked-up': 'their address was not looked up in UiPath yet',
};

function textOf(said: unknown): string {
  return typeof said === 'string' ? said : '';
}

function instantOf(said: unknown): string {
  return typeof said === 'number' ? instantText(said) : 'some day';
}
