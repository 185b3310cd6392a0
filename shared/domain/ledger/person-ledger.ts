import type { DecidedBy } from '../decider';
import { fold } from '../fold';
import { isGuid } from '../guid';
import type { Approval } from './access-request';
import type { Timeline } from './statement';

/**
 * Words of worker records that came under an address of the person and may be somebody else's: the address may have been handed on.
 * They give nothing.
 */
export type UnconfirmedRecords = Readonly<{
  words: Timeline;
  /** The addresses that these words gave, that of the latest word last. */
  addresses: readonly string[];
  sinceMs: number;
  /** The account that answers to the address and is not the person's: only a decision goes on. undefined: not looked up yet. */
  accountId?: string | undefined;
  /** Somebody said that they are another person's, whose ledger may not have them yet: the key of that person. */
  handedTo?: Readonly<{ key: string; by: DecidedBy; reason: string }> | undefined;
}>;

/** A grant: the reason that an approved request gives. */
export type Grant = Readonly<{
  requestId: string;
  source: string;
  group: string;
  validFromMs: number;
  validUntilMs: number | undefined;
  occurredAtMs: number;
  requester: string;
  approvals: readonly Approval[];
  ticketId: string;
  ticketUrl: string | undefined;
  /** The address that the request named, as the key of it; undefined: not noted. */
  under?: string | undefined;
  /** The group in UiPath that it gave a membership of; undefined: none yet, or not noted. */
  groupId?: string | undefined;
  /** Names of the group before it was renamed, that of the request first. */
  groupBefore?: readonly string[] | undefined;
  /** Until then the name of today was another group's; undefined: not that is known. */
  groupSinceMs?: number | undefined;
}>;

/** Ends the grants to a group that were approved before it: all of them, or the one it names. */
export type Revocation = Readonly<{
  requestId: string;
  group: string;
  grantRequestId: string | undefined;
  occurredAtMs: number;
  under?: string | undefined;
  /** Two people became one, and could not keep the grant: the key of who joined. */
  joinOf?: string | undefined;
  /** The grant that the policy keeps apart from the one that ended: told apart from whoever has it, the other begins again. */
  beside?: Pick<Grant, 'under' | 'occurredAtMs'> | undefined;
}>;

/** A membership seen in UiPath: applied by this application, or adopted because it was there when a reason arrived. */
export type AppliedMembership = Readonly<{
  groupId: string;
  groupName: string;
  origin: 'applied' | 'standing';
  sinceMs: number;
  /** What gave it when the policy named the group last, birthright first; undefined: not known. */
  by?: 'birthright' | 'grant' | undefined;
  /** The group was not privileged when the policy named it last. */
  isOrdinary?: true | undefined;
}>;

/** The person's directory object, or since when it could not be found; `lastKnownId` is the one they had until then. */
export type DirectoryIdentity =
  | Readonly<{ kind: 'resolved'; id: string; checkedAtMs: number }>
  | Readonly<{
      kind: 'missing' | 'ambiguous';
      sinceMs: number;
      attempts: number;
      checkedAtMs: number;
      lastKnownId?: string;
    }>;

/** What somebody decided who told two people apart: the other's ledger may still have what is this person's. */
export type Separation = Readonly<{
  /** The key of the other. */
  from: string;
  by: DecidedBy;
  reason: string;
  /** The address was the other's until then: what names no record and was said before is theirs. undefined: it never was. */
  sinceMs?: number | undefined;
}>;

/** One organization's ledger of one person. Access is a function of it and of time. */
export type PersonLedger = Readonly<{
  /** The address that the latest word gave. */
  email: string;
  /** Addresses of before: UiPath may still know the person by one of them. */
  formerEmails?: readonly string[] | undefined;
  /** Of ledgers of the earlier form, whose words do not name their worker record: the last id that a source gave. */
  workerId: string | undefined;
  timeline: Timeline;
  grants: readonly Grant[];
  revocations: readonly Revocation[];
  applied: readonly AppliedMembership[];
  identity: DirectoryIdentity | undefined;
  unconfirmed?: UnconfirmedRecords | undefined;
  /** Addresses that a record of this person came under and that have a ledger of their own: the account tells whether they are one. */
  claimed?: readonly string[] | undefined;
  /** Addresses that are somebody else's by now: what is said of them is not said of this person. */
  handedOn?: readonly string[] | undefined;
  /** The account that the person had until another answered to their address. Until somebody says that it is theirs, nothing privileged follows. */
  replaced?: Readonly<{ accountId: string; atMs: number }> | undefined;
  /** The account that somebody said is the person's, whatever theirs was before. */
  confirmedAccountId?: string | undefined;
  /** Accounts of a leaver beside the one of their identity: they are emptied too. */
  otherAccounts?: readonly string[] | undefined;
  /** Of an account that was a person's before, and is to be emptied: the key of that person. */
  formerAccountOf?: string | undefined;
  /** Keys of people whom somebody told apart from this one: they are never joined. */
  toldApart?: readonly string[] | undefined;
  separating?: Separation | undefined;
  /** What was known of the person was erased: whoever is spoken of next begins anew. */
  erased?: Erased | undefined;
  /** Of whoever began anew since: what was said no later is of whom was erased, and so of nobody. */
  erasedToMs?: number | undefined;
  /** Somebody erased was spoken of under this address too: until then a word of a record that is not this person's is of nobody. */
  strangersToMs?: number | undefined;
  /** Found to be one with somebody else, whose ledger has all of theirs now: the key of that person, and what was theirs. */
  joined?: Readonly<{ into: string; before: Omit<PersonLedger, 'joined'> }> | undefined;
}>;

export function emptyPersonLedger(email: string): PersonLedger {
  return {
    email,
    workerId: undefined,
    timeline: [],
    grants: [],
    revocations: [],
    applied: [],
    identity: undefined,
  };
}

/** Names a grant in a ledger: a sender may give one id to requests of several groups. */
export function keyOfGrant({ requestId, group }: Pick<Grant, 'requestId' | 'group'>): string {
  return JSON.stringify([requestId, fold(group)]);
}

const byKey = new WeakMap<readonly Grant[], ReadonlyMap<string, Grant>>();

/** The grants of a ledger by their names: somebody may have a thousand, and each reason looks for its own. */
export function grantsByKey(grants: readonly Grant[]): ReadonlyMap<string, Grant> {
  const known = byKey.get(grants);
  if (known !== undefined) return known;
  const made = new Map(grants.toReversed().map((grant) => [keyOfGrant(grant), grant]));
  byKey.set(grants, made);
  return made;
}

/**
 * Names a request in a ledger, by the group and the address that it named. Under one id a revocation is another than a grant, and than one
 * that ends another grant.
 */
export function keyOfRequest(one: Grant | Revocation): string {
  const { under = null } = one;
  if ('requester' in one)
    return JSON.stringify([keyOfGrant({ ...one, group: one.groupBefore?.[0] ?? one.group }), under]);
  return JSON.stringify([one.requestId, fold(one.group), one.grantRequestId ?? null, under]);
}

/** The ledger with the address that a word gave: that of the latest word first, and every other one after it. */
export function withAddress(ledger: PersonLedger, email: string, saidAtMs: number): PersonLedger {
  const known = addressesOf(ledger);
  if (ledger.email === email) return ledger;
  const isLatest = ledger.timeline.every(({ occurredAtMs }) => occurredAtMs <= saidAtMs);
  if (!isLatest && known.includes(email)) return ledger;
  const others = known.toReversed().filter((address) => address !== email);
  return isLatest
    ? { ...ledger, email, formerEmails: others }
    : { ...ledger, formerEmails: [email, ...(ledger.formerEmails ?? [])] };
}

/** `saidToMs`: when the last of what was known of the person was said. What was said before that is of nobody any more. */
type Erased = Readonly<{ atMs: number; saidToMs: number }>;

/** Until when what was said under a ledger is of nobody, as its person was erased; -Infinity where nobody was. */
export function erasedToMsOf(ledger: PersonLedger | undefined): number {
  const { erasedToMs } = ledger?.joined?.before ?? ledger ?? {};
  return ledger?.erased?.saidToMs ?? erasedToMs ?? Number.NEGATIVE_INFINITY;
}

/** Until when a word under a ledger, of a record that is not its person's, is of nobody; -Infinity where nobody erased was spoken of there. */
export function strangersToMsOf(ledger: PersonLedger | undefined): number {
  const { strangersToMs } = ledger?.joined?.before ?? ledger ?? {};
  return strangersToMs ?? Number.NEGATIVE_INFINITY;
}

/** The ledger with what `strangersToMsOf` tells of it. */
export function withStrangersTo(ledger: PersonLedger, strangersToMs: number): PersonLedger {
  const { joined } = ledger;
  if (joined === undefined) return { ...ledger, strangersToMs };
  return { ...ledger, joined: { ...joined, before: { ...joined.before, strangersToMs } } };
}

/** Every address of a person, that of the latest word first, and none that is somebody else's by now. Whoever was erased has none. */
export function addressesOf({ email, formerEmails = [], handedOn = [] }: PersonLedger): readonly string[] {
  return [email, ...formerEmails.toReversed()].filter(
    (address) => address !== '' && !handedOn.includes(address),
  );
}

/** The account that is the person's, as far as is known: the one of the last look-up that found any. An id of another form is none. */
export function knownAccountOf({ identity }: Pick<PersonLedger, 'identity'>): string | undefined {
  const id = identity?.kind === 'resolved' ? identity.id : identity?.lastKnownId;
  return id !== undefined && isGuid(id) ? id : undefined;
}

/** The ledger as it would be if somebody had said that the account which took the place of another is the person's. */
export function asIfAccountConfirmed({ replaced: _replaced, ...ledger }: PersonLedger): PersonLedger {
  return ledger;
}

/** An identity that the next run looks up as if it had never been looked for; what was known stays known. */
export function lookedUpAnew(
  identity: DirectoryIdentity | undefined,
  nowMs: number,
): DirectoryIdentity | undefined {
  if (identity === undefined) return undefined;
  if (identity.kind === 'resolved') return { ...identity, checkedAtMs: 0 };
  return { ...identity, sinceMs: nowMs, attempts: 0, checkedAtMs: 0 };
}

/** The ledger with a membership in place of whatever it said of that group. */
export function withMembership(ledger: PersonLedger, membership: AppliedMembership): PersonLedger {
  const { applied, ...rest } = withoutMembership(ledger, membership.groupId);
  return { ...rest, applied: [...applied, membership] };
}

export function withoutMembership(ledger: PersonLedger, groupId: string): PersonLedger {
  return { ...ledger, applied: ledger.applied.filter((membership) => membership.groupId !== groupId) };
}
