import { z } from 'zod';
import { HistoryEntrySchema } from './answers';
import { MEMBER_KINDS } from '../../shared/domain/member-kind';

/** What the app answers about how things were, as this version of the command line understands it. */
const known = {
  isMember: z.boolean().nullable(),
  how: z.string(),
  knownAtMs: z.number().nullable(),
};
const nights = { before: z.string().nullable(), after: z.string().nullable() };

export const GroupsAsOfSchema = z.object({
  person: z.string(),
  asOfMs: z.number(),
  ...nights,
  groups: z.array(z.object({ group: z.string(), ...known })),
  notRead: z.array(z.string()),
  atMs: z.number(),
});

export const MembersAsOfSchema = z.object({
  group: z.string(),
  asOfMs: z.number(),
  ...nights,
  total: z.number(),
  members: z.array(
    z.object({ memberId: z.string(), kind: z.enum(MEMBER_KINDS), name: z.string(), ...known }),
  ),
  next: z.number().nullable(),
  notKnown: z.number(),
  withoutRecords: z.number(),
  isWhole: z.boolean(),
  atMs: z.number(),
});

export const ReplayableSourcesSchema = z.object({
  sources: z.array(z.string()),
  notReplayed: z.array(z.string()),
  keptDays: z.number(),
});

export const KeptOfSourceSchema = z.object({
  source: z.string(),
  deliveries: z.array(
    z.object({ deliveryId: z.string(), receivedAtMs: z.number(), outcome: z.string(), place: z.string() }),
  ),
  next: z.string().nullable(),
});
export type KeptDelivery = Readonly<z.infer<typeof KeptOfSourceSchema>>['deliveries'][number];

export const EventsSchema = z.object({
  events: z.array(HistoryEntrySchema),
  heard: z.object({ log: z.number(), organization: z.number() }),
  isMore: z.boolean(),
  atMs: z.number(),
});
