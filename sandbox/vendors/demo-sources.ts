import { randomBytes } from 'node:crypto';
import { ANA, BEN, newSigningSecret } from '../demo-organization';
import { ENTRA, newEntraKey, WORKFLOWS } from './entra';
import { loginOf } from './ticket-bodies';

type Secret = () => string;

const text: Secret = () => randomBytes(24).toString('hex');
const basic: Secret = () => `sender:${randomBytes(24).toString('hex')}`;
const base64: Secret = () => randomBytes(24).toString('base64');

const LIFECYCLE = 'entra-lifecycle-workflows';

/** Vendors that `npm start` listens to beside our own contract: the lines of each in the policy, and what its secret looks like. */
const hr = {
  bamboohr: { lookedUp: true, secret: text },
  'bamboohr-fields': { lookedUp: false, secret: text },
  'cloudevents-signed': { lookedUp: false, secret: newSigningSecret },
  [LIFECYCLE]: { lookedUp: false, secret: newEntraKey },
  finch: { lookedUp: true, secret: base64 },
  hibob: { lookedUp: true, secret: text },
  merge: { lookedUp: false, secret: text },
  personio: { lookedUp: true, secret: text },
  rippling: { lookedUp: true, secret: text },
  'successfactors-soap': { lookedUp: true, secret: basic },
} as const;

const people = [ANA, BEN, 'requester@acme.example'].map((email) => `${loginOf(email)}: ${email}`).join(', ');
const tickets = {
  github: { lines: `people: { ${people} }`, secret: text },
  jira: {
    lines:
      'fields: { person: issue.fields.customfield_10053, group: issue.fields.customfield_10050, duration: issue.fields.customfield_10051 }, events: { "status:Revoked": revoke }',
    secret: text,
  },
  zendesk: { lines: '', secret: text },
  // Its script posts our own contract.
  servicenow: { lines: '', secret: newSigningSecret, format: 'standard' },
} as const;

/** Vendors whose part of the story can be played, by feed: it needs departments, which lifecycle workflows do not know. */
export const demoSources = {
  hr: Object.keys(hr).filter((name) => name !== LIFECYCLE),
  tickets: Object.keys(tickets),
} as const;

export const HR_API_SECRET = { name: 'hr-api', value: 'service-user:hr-api-token' } as const;

/** New secrets of all vendors, by the name of the source. */
export function newVendorSecrets(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...Object.entries(hr), ...Object.entries(tickets)].map(([name, { secret }]) => [name, secret()]),
  );
}

/** The vault's name of a vendor's secret. */
export function vendorSecretName(source: string): string {
  return `webhook-${source}`;
}

/** The sources as lines of the policy; those that are looked up ask at `hrApiUrl`. */
export function vendorSources(hrApiUrl: string): Readonly<{ hr: string; tickets: string }> {
  // The stand-in has no limits, and nobody wants to wait for those of the vendors.
  const lookUp = `fetchBack: { baseUrl: "${hrApiUrl}", secret: ${HR_API_SECRET.name}, callsPerMinute: 6000 }`;
  return {
    hr: linesOf(
      Object.entries(hr).map(([name, { lookedUp }]) => {
        if (name === LIFECYCLE) return [name, name, lifecycleLines(hrApiUrl)];
        return [name, name, `secret: ${vendorSecretName(name)}${lookedUp ? `, ${lookUp}` : ''}`];
      }),
    ),
    tickets: linesOf(
      Object.entries(tickets).map(([name, row]) => {
        const lines = row.lines === '' ? '' : `, ${row.lines}`;
        return [name, 'format' in row ? row.format : name, `secret: ${vendorSecretName(name)}${lines}`];
      }),
    ),
  };
}

/** The key that Entra's tokens are signed with on this stack. */
export function entraKeyIn(secrets: Readonly<Record<string, string>>): Readonly<{ entraKey?: string }> {
  const entraKey = secrets[LIFECYCLE];
  return entraKey === undefined ? {} : { entraKey };
}

function lifecycleLines(authority: string): string {
  const identity = Object.entries({ ...ENTRA, authority }).map(([name, value]) => `${name}: "${value}"`);
  const events = Object.entries(WORKFLOWS).map(([kind, id]) => `${id}: ${kind}`);
  return `entra: { ${identity.join(', ')} }, events: { ${events.join(', ')} }`;
}

function linesOf(sources: ReadonlyArray<readonly [name: string, format: string, more: string]>): string {
  return sources.map(([name, format, more]) => `    ${name}: { format: ${format}, ${more} }\n`).join('');
}
