import { z } from 'zod';
import { fold } from '../domain/fold';
import { isPrivilegedByName, type Feed } from '../domain/policy';
import { ONLY_IF_NAMED, type SourceAct, type SourceSettings } from '../domain/source-settings';
import { faultsInFetchBack, FetchBackSchema, toFetchBack } from './fetch-back-section';
import { EntraSchema, faultsInProof, toEntraPolicy } from './proof-of-origin-section';
import { SecretName } from './secret-name';
import { proofOfOrigin } from '../webhooks/proof-of-origin';
import { formatsOf, webhookFormatOf } from '../webhooks/format-registry';
import type { WebhookFormat } from '../webhooks/webhook-format';
import { FieldName } from './field-name';
import { faultsInTicketUrl, TicketUrlSchema } from './ticket-url';
import { toldName, unknownAct, unknownName } from './told-name';
import { timeZone } from '../webhooks/contract/field-schemas';
import { ticketActs, WITHDRAW } from '../webhooks/derive-access-request';

const Name = z.string().trim().min(1).max(200);
const hrActs = ['joiner', 'mover', 'leaver'] as const;
const requestActs = [
  ...ticketActs,
  'create-rule',
  'update-rule',
  'delete-rule',
  'add-policy-entity',
  'remove-policy-entity',
] as const;
const actsOf: Readonly<Record<Feed, readonly SourceAct[]>> = { hr: hrActs, ticket: requestActs };

/** One sender of webhooks, as the policy file describes it. */
export const SourceSchema = z.strictObject({
  format: Name.default('standard').describe('The wire format: standard, or the name of a vendor.'),
  secret: SecretName.optional().describe('Name of the secret that deliveries are verified with.'),
  entra: EntraSchema.optional(),
  organizations: z
    .array(Name)
    .min(1)
    .optional()
    .describe('Organizations that this source may speak about; without it all of them.'),
  may: z
    .array(z.enum([...hrActs, ...requestActs]))
    .min(1)
    .optional()
    .describe(
      'What this source may cause; without it all that its feed can, as far as its proof of origin allows, but for rules and the access policy.',
    ),
  heartbeatHours: z
    .number()
    .positive()
    .max(8_784)
    .optional()
    .describe('A source that sends nothing for so long is reported.'),
  groups: z
    .array(Name)
    .min(1)
    .optional()
    .describe('Groups that requests of this source may be about; without it all of them.'),
  events: z
    .record(Name, z.enum([...hrActs, ...ticketActs, WITHDRAW, 'ignore']))
    .default({})
    .describe("The sender's name of an event, to what it means."),
  fields: z
    .record(FieldName, z.union([Name, z.array(Name).min(1).max(8)]))
    .default({})
    .describe("Our name of a field, to its place in the sender's record."),
  leaving: z
    .enum(['record', 'person'])
    .optional()
    .describe(
      'What a leaving of this source ends: the worker record it names (the default), or all that the person has.',
    ),
  people: z
    .record(Name, z.email())
    .default({})
    .describe("The sender's own name of somebody, such as a login, to the e-mail address."),
  zone: timeZone()
    .optional()
    .describe("IANA name: where the sender's times without an offset are said; without it UTC."),
  withdrawal: z
    .enum(['end', 'keep'])
    .optional()
    .describe('Whether a grant ends when its approval is taken back (the default), or goes on.'),
  ticketUrl: TicketUrlSchema,
  fetchBack: FetchBackSchema.optional().describe('Where the full record behind a delivery is read.'),
});

type SourceEntry = z.infer<typeof SourceSchema>;
type Entries = Readonly<
  Record<
    string,
    Readonly<{ groups: Readonly<Record<string, Readonly<{ privileged: boolean; requests?: unknown }>>> }>
  >
>;
type SourceFault = Readonly<{ path: readonly PropertyKey[]; problem: string }>;

/** The settings of a source, with defaults filled in. */
export function toSourceSettings(feed: Feed, entry: SourceEntry): SourceSettings {
  const source = webhookFormatOf(feed, entry.format);
  return {
    may: new Set(entry.may ?? (source === undefined ? [] : defaultActs(feed, source, entry))),
    groups: entry.groups === undefined ? undefined : new Set(entry.groups.map(fold)),
    mapping: {
      events: new Map(Object.entries(entry.events)),
      fields: new Map(Object.entries(entry.fields).map(([name, place]) => [name, [place].flat()])),
      people: new Map(Object.entries(entry.people)),
      zone: entry.zone,
    },
    speaksOf: source?.speaksOf ?? entry.leaving ?? 'record',
    fetchBack: toFetchBack(entry.fetchBack),
    withdrawal: entry.withdrawal,
    ticketUrl: entry.ticketUrl,
    entra: toEntraPolicy(entry),
  };
}

/** Faults of an entry: what its format cannot do, or its proof of origin is too weak for. Paths are below the entry. */
export function faultsInSource(
  feed: Feed,
  entry: SourceEntry,
  organizations: Entries,
): readonly SourceFault[] {
  const source = webhookFormatOf(feed, entry.format);
  if (source === undefined)
    return [
      {
        path: ['format'],
        problem: `${toldName('', entry.format)} is no format of this feed; there are: ${formatsOf(feed).join(', ')}`,
      },
    ];
  const spokenOf = (entry.organizations ?? Object.keys(organizations)).flatMap((alias) =>
    Object.hasOwn(organizations, alias) ? [organizations[alias]?.groups ?? {}] : [],
  );
  return [
    ...faultsInProof(source, entry),
    ...faultsInActs(feed, entry),
    ...faultsInPlaces(source, entry),
    ...faultsInGroups(feed, entry, spokenOf),
    ...faultsInLeaving(feed, source, entry),
    ...faultsInTicketUrl(feed, entry),
    ...faultsInFetchBack(source, entry),
    ...faultsInTrust(feed, source, entry, spokenOf),
  ];
}

type PolicyGroups = Entries[string]['groups'];

function isUnproved(source: WebhookFormat, entry: SourceEntry): boolean {
  return proofOfOrigin(source.credential, { entra: entry.entra, fetchBack: entry.fetchBack }) === 'token';
}

function defaultActs(feed: Feed, source: WebhookFormat, entry: SourceEntry): readonly SourceAct[] {
  return provedActs(feed, source, entry).filter((act) => !ONLY_IF_NAMED.has(act));
}

/** A token proves nothing about a body: without a second look at the source it may only add. */
function provedActs(feed: Feed, source: WebhookFormat, entry: SourceEntry): readonly SourceAct[] {
  if (!isUnproved(source, entry)) return actsOf[feed];
  return feed === 'hr' ? ['joiner'] : ['grant', 'extend'];
}

function faultsInActs(feed: Feed, { may = [], events }: SourceEntry): readonly SourceFault[] {
  const known = actsOf[feed];
  return [
    ...may
      .filter((act) => !known.includes(act))
      .map((act) => ({ path: ['may'], problem: unknownAct(act, known) })),
    ...Object.entries(events)
      .filter(([, act]) => act !== 'ignore' && (act === WITHDRAW ? feed === 'hr' : !known.includes(act)))
      .map(([name, act]) => ({ path: ['events', name], problem: unknownAct(act, known) })),
  ];
}

function faultsInPlaces(source: WebhookFormat, entry: SourceEntry): readonly SourceFault[] {
  const isOwnContract = source.ownContract === true && entry.fetchBack === undefined;
  return [
    ...(['events', 'fields', 'people', 'zone'] as const)
      .filter((key) => isOwnContract && Object.keys(entry[key] ?? {}).length > 0)
      .map((key) => ({ path: [key], problem: `has no meaning for the format ${source.format}` })),
    ...(source.eventsToMap === true && Object.keys(entry.events).length === 0
      ? [{ path: ['events'], problem: 'must say what the events of this sender mean' }]
      : []),
    ...(source.fieldsToPlace ?? [])
      // Who approved is what the source is asked for.
      .filter((name) => name !== 'approver' || entry.fetchBack === undefined)
      .filter((name) => !Object.hasOwn(entry.fields, name))
      .map((name) => ({ path: ['fields'], problem: `must say where "${name}" stands` })),
  ];
}

function faultsInGroups(
  feed: Feed,
  { groups = [] }: SourceEntry,
  spokenOf: readonly PolicyGroups[],
): readonly SourceFault[] {
  if (feed === 'hr' && groups.length > 0)
    return [{ path: ['groups'], problem: 'is for tickets: what HR says is about people' }];
  const names = spokenOf.flatMap((entries) => Object.keys(entries));
  const known = new Set(names.map(fold));
  return groups
    .filter((name) => !known.has(fold(name)))
    .map((name) => ({
      path: ['groups'],
      problem: unknownName('group', name, 'in none of its organizations', names),
    }));
}

function faultsInLeaving(
  feed: Feed,
  { speaksOf, format }: WebhookFormat,
  { leaving, withdrawal }: SourceEntry,
): readonly SourceFault[] {
  if (feed === 'hr' && withdrawal !== undefined)
    return [{ path: ['withdrawal'], problem: 'is for tickets: HR approves nothing' }];
  if (leaving === undefined) return [];
  if (feed === 'ticket')
    return [{ path: ['leaving'], problem: 'is for HR: a ticket says nothing of a leaving' }];
  return speaksOf === 'account'
    ? [{ path: ['leaving'], problem: `has no meaning for ${format}: it speaks of accounts` }]
    : [];
}

function faultsInTrust(
  feed: Feed,
  source: WebhookFormat,
  entry: SourceEntry,
  spokenOf: readonly PolicyGroups[],
): readonly SourceFault[] {
  if (!isUnproved(source, entry)) return [];
  const allowed = provedActs(feed, source, entry);
  const acts = entry.may ?? allowed;
  const own = entry.groups === undefined ? undefined : new Set(entry.groups.map(fold));
  const privileged = spokenOf.flatMap((groups) =>
    Object.entries(groups)
      .filter(([name, { privileged: isNamed }]) => isNamed || isPrivilegedByName(name))
      .filter(([name, { requests }]) => requests !== undefined && (own?.has(fold(name)) ?? true))
      .map(([name]) => name),
  );
  return [
    ...acts
      .filter((act) => !allowed.includes(act) && source.actsIfNamed !== true)
      .map((act) => ({
        path: ['may'],
        problem: `"${act}" needs fetchBack: ${source.format} proves itself by a token only`,
      })),
    ...(feed === 'ticket' && acts.some((act) => allowed.includes(act)) ? privileged : []).map((name) => ({
      path: ['groups'],
      problem: `must leave out the privileged group "${name}": ${source.format} proves itself by a token only`,
    })),
  ];
}
