import { randomBytes } from 'node:crypto';
import { ANA, BEN, GROUPS, newSigningSecret } from '../demo-organization';
import { ENTRA, newEntraKey, WORKFLOWS } from './entra';
import { loginOf } from './ticket';

type Secret = () => string;

const text: Secret = () => randomBytes(24).toString('hex');
const basic: Secret = () => `sender:${randomBytes(24).toString('hex')}`;
const base64: Secret = () => randomBytes(24).toString('base64');

export const SCIM = 'scim';

/** One sender of a feed: what its secret looks like, or that an identity stands in for one. */
type Row = Readonly<{
  /** Where it is not the name. */
  format?: string;
  secret: Secret | 'identity';
  /** It is asked back at its own API. */
  asked?: true;
  /** More lines of its entry in the policy. */
  lines?: string;
  /** It cannot tell the story alone: a token says no more than who joins, and asks for no privileged group. */
  tellsLess?: true;
}>;

const people = [ANA, BEN, 'requester@acme.example'].map((email) => `${loginOf(email)}: ${email}`).join(', ');
const workflows = Object.entries(WORKFLOWS).map(([kind, id]) => `${id}: ${kind}`);
const issueFields =
  'person: issue.fields.customfield_10053, group: issue.fields.customfield_10050, duration: issue.fields.customfield_10051';
const revokedStatus = 'events: { "status:Revoked": revoke }';
const harmlessOnly = `groups: ["${GROUPS.finance}"]`;

/** Senders that `npm start` listens to beside our own contract. */
const hr: Readonly<Record<string, Row>> = {
  bamboohr: { asked: true, secret: text },
  'bamboohr-fields': { secret: text },
  cloudevents: { secret: text, tellsLess: true },
  'cloudevents-signed': { secret: newSigningSecret },
  // It knows no departments.
  'entra-lifecycle-workflows': {
    secret: 'identity',
    lines: `events: { ${workflows.join(', ')} }`,
    tellsLess: true,
  },
  finch: { asked: true, secret: base64 },
  hibob: { asked: true, secret: text },
  merge: { secret: text },
  personio: { asked: true, secret: text },
  rippling: { asked: true, secret: text },
  // It is no webhook.
  [SCIM]: { secret: text, lines: 'may: [joiner, mover, leaver]', tellsLess: true },
  'standard-token': { secret: text, tellsLess: true },
  successfactors: { secret: 'identity' },
  'successfactors-soap': { asked: true, secret: basic },
  workday: { format: 'standard-token', secret: 'identity' },
};

const tickets: Readonly<Record<string, Row>> = {
  cloudevents: { secret: text, lines: harmlessOnly, tellsLess: true },
  'cloudevents-signed': { secret: newSigningSecret, tellsLess: true },
  freshservice: { secret: text, lines: harmlessOnly, tellsLess: true },
  github: { secret: text, lines: `people: { ${people} }` },
  jira: { asked: true, secret: text, lines: `fields: { ${issueFields} }, ${revokedStatus}` },
  'jira-automation': { asked: true, secret: text, lines: `fields: { ${issueFields} }, ${revokedStatus}` },
  'power-automate': { secret: text, lines: harmlessOnly, tellsLess: true },
  servicenow: { asked: true, secret: newSigningSecret },
  'servicenow-token': { asked: true, secret: basic },
  'standard-token': { secret: text, lines: harmlessOnly, tellsLess: true },
  zendesk: { secret: text },
};

/** Senders whose part of the story can be played, by feed. */
export const demoSources = { hr: tellersOf(hr), tickets: tellersOf(tickets) } as const;

/** Every sender that the stack listens to, by feed. */
export const listenedTo = { hr: Object.keys(hr), tickets: Object.keys(tickets) } as const;

export const HR_API_SECRET = { name: 'hr-api', value: 'service-user:hr-api-token' } as const;
export const TICKET_API_SECRET = {
  name: 'ticket-api',
  value: 'reader@acme.example:ticket-api-token',
} as const;

/** The key of a sender's secret among those of all: the name of the source, told apart where both feeds have it. */
export function secretKeyOf(feed: 'hr' | 'tickets', source: string): string {
  return feed === 'tickets' && Object.hasOwn(hr, source) ? `tickets-${source}` : source;
}

/** New secrets of all senders, by their keys. In place of an identity's secret stands the key that its tokens are signed with. */
export function newVendorSecrets(): Readonly<Record<string, string>> {
  const entraKey = newEntraKey();
  return Object.fromEntries(
    Object.entries({ hr, tickets }).flatMap(([feed, rows]) =>
      Object.entries(rows).map(([name, { secret }]) => [
        secretKeyOf(feed === 'hr' ? 'hr' : 'tickets', name),
        secret === 'identity' ? entraKey : secret(),
      ]),
    ),
  );
}

/** The format that a sender posts in, and whether an identity is its proof. */
export function formatOf(source: string): Readonly<{ format: string; byIdentity: boolean }> {
  const row = [hr, tickets].find((rows) => Object.hasOwn(rows, source))?.[source];
  return { format: row?.format ?? source, byIdentity: row?.secret === 'identity' };
}

/** The vault's name of a sender's secret, by its key. */
export function vendorSecretName(key: string): string {
  return `webhook-${key}`;
}

type ApiUrls = Readonly<{ hrApiUrl: string; ticketApiUrl: string }>;

/** The sources as lines of the policy, with the addresses that those which are looked up are asked at. */
export function vendorSources({
  hrApiUrl,
  ticketApiUrl,
}: ApiUrls): Readonly<{ hr: string; tickets: string }> {
  return {
    hr: linesOf('hr', hr, { urlOf: () => hrApiUrl, secret: HR_API_SECRET.name }, hrApiUrl),
    tickets: linesOf(
      'tickets',
      tickets,
      { urlOf: (source) => ticketSystemUrl(ticketApiUrl, source), secret: TICKET_API_SECRET.name },
      hrApiUrl,
    ),
  };
}

/** Each ticket system has tickets of its own: two may use one number. */
export function ticketSystemUrl(ticketApiUrl: string, source: string): string {
  return `${ticketApiUrl}/systems/${source}`;
}

/** The key that Entra's tokens are signed with on this stack. */
export function entraKeyIn(secrets: Readonly<Record<string, string>>): Readonly<{ entraKey?: string }> {
  const entraKey = secrets['entra-lifecycle-workflows'];
  return entraKey === undefined ? {} : { entraKey };
}

function tellersOf(rows: Readonly<Record<string, Row>>): readonly string[] {
  return Object.entries(rows).flatMap(([name, { tellsLess }]) => (tellsLess === true ? [] : [name]));
}

function linesOf(
  feed: 'hr' | 'tickets',
  rows: Readonly<Record<string, Row>>,
  api: Readonly<{ urlOf: (source: string) => string; secret: string }>,
  authority: string,
): string {
  const identity = Object.entries({ ...ENTRA, authority }).map(([name, value]) => `${name}: "${value}"`);
  return Object.entries(rows)
    .map(([name, { format = name, secret, asked, lines }]) => {
      const entry = [
        `format: ${format}`,
        secret === 'identity'
          ? `entra: { ${identity.join(', ')} }`
          : `secret: ${vendorSecretName(secretKeyOf(feed, name))}`,
        // The stand-in has no limits, and nobody wants to wait for those of the vendors.
        ...(asked === true
          ? [`fetchBack: { baseUrl: "${api.urlOf(name)}", secret: ${api.secret}, callsPerMinute: 6000 }`]
          : []),
        ...(lines === undefined ? [] : [lines]),
      ];
      return `    ${name}: { ${entry.join(', ')} }\n`;
    })
    .join('');
}
