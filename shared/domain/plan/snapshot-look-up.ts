import type { ExportedGroup, ExportedPerson, ExportedSnapshot } from '../desk/exported-snapshot';
import { fold } from '../fold';
import { groupsByName } from '../groups-by-name';
import type { OrganizationPolicy } from '../policy';

/** A group of the policy that the snapshot has with its members, by the name that the policy writes. */
export type KnownGroup = Readonly<{ id: string; name: string; members: ReadonlySet<number> }>;

/** A group of the policy of which a snapshot does not say who is in it. */
export type UnknownGroup = Readonly<{ group: string; why: 'missing' | 'ambiguous' | 'unread' }>;

/** Groups of the policy by folded name. */
export function groupsOfPolicy(
  { groups }: ExportedSnapshot,
  policy: OrganizationPolicy,
): Readonly<{
  known: ReadonlyMap<string, KnownGroup>;
  unknownGroups: readonly UnknownGroup[];
}> {
  const byName = groupsByName(groups);
  const known = new Map<string, KnownGroup>();
  const unknownGroups: UnknownGroup[] = [];
  for (const [folded, { name }] of policy.groups) {
    const [group, another] = byName.get(folded) ?? [];
    const why = whyUnknown(group, another);
    if (why !== undefined) unknownGroups.push({ group: name, why });
    else if (group !== undefined)
      known.set(folded, { id: group.id, name, members: new Set(group.members ?? []) });
  }
  return { known, unknownGroups };
}

function whyUnknown(
  group: ExportedGroup | undefined,
  another: ExportedGroup | undefined,
): UnknownGroup['why'] | undefined {
  if (group === undefined) return 'missing';
  if (another !== undefined) return 'ambiguous';
  return group.members === null ? 'unread' : undefined;
}

/** `index`: of a snapshot's accounts; -1: the ledger alone knows it, and it is in no group. */
export type Account = Readonly<{ index: number; id: string }>;
/** The accounts of a snapshot. */
export type Accounts = Readonly<{
  byId: ReadonlyMap<string, Account>;
  /** null: several have the address. */
  byAddress: ReadonlyMap<string, Account | null>;
}>;

/** Accounts by id and by address. */
export function accountsOfSnapshot({ accounts }: ExportedSnapshot): Accounts {
  const byId = new Map<string, Account>();
  const byAddress = new Map<string, Account | null>();
  for (const [index, { id, kind, name }] of accounts.entries()) {
    byId.set(id.toLowerCase(), { index, id });
    if (name === null || (kind !== 'user' && kind !== 'directory-user')) continue;
    byAddress.set(fold(name), byAddress.has(fold(name)) ? null : { index, id });
  }
  return { byId, byAddress };
}

/** Whom the ledger knows, by each folded address. */
export function peopleByAddress({ people }: ExportedSnapshot): ReadonlyMap<string, ExportedPerson> {
  const byAddress = new Map<string, ExportedPerson>();
  // Of two who had an address it is whose it is today.
  for (const isOfToday of [true, false])
    for (const person of people)
      for (const address of isOfToday ? person.addresses.slice(0, 1) : person.addresses.slice(1))
        if (!byAddress.has(fold(address))) byAddress.set(fold(address), person);
  return byAddress;
}

/** The account that the ledger knows, or the one whose address it is; undefined: there is none, or several. */
export function accountOf(
  person: ExportedPerson | undefined,
  addresses: readonly string[],
  { byId, byAddress }: Accounts,
): Account | undefined {
  const { accountId = null } = person ?? {};
  if (accountId !== null) return byId.get(accountId.toLowerCase()) ?? { index: -1, id: accountId };
  for (const address of addresses) {
    const found = byAddress.get(fold(address));
    if (found !== undefined) return found ?? undefined;
  }
  return undefined;
}
