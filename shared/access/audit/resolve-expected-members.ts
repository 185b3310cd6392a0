import { namelessMembers } from '../../domain/audit/checks/member-addresses';
import type { ExpectedAccess, ExpectedPerson } from '../../domain/audit/expected-access';
import type { Known, LeadingSnapshot, Snapshot } from '../../domain/audit/snapshot';
import { fold } from '../../domain/person-key';
import type { OrganizationPolicy } from '../../domain/policy';
import { errorCodeOf } from '../../errors';
import type { UiPathClient } from '../../uipath/client';
import type { ExpectedFromLedger } from './read-expected-access';

type Directory = Pick<UiPathClient['directory'], 'resolveByNames' | 'resolve'>;
type Addresses = Extract<Snapshot['directory'], { kind: 'known' }>['value']['addresses'];

/**
 * Resolves the directory ids of protected members, of agreed administrators, and of people without a first run of the
 * writer, who may be members already; then the addresses that no list shows. While a protected member cannot be
 * resolved, every group that protects them is unknown: a protected member must not become a finding.
 */
export async function resolveExpectedMembers(
  directory: Directory,
  organization: OrganizationPolicy,
  expected: ExpectedFromLedger,
  snapshot: LeadingSnapshot,
): Promise<Readonly<{ expected: ExpectedAccess; snapshot: Snapshot }>> {
  const names = new Set([...organization.groups.values()].flatMap((group) => [...group.protectedMembers]));
  const open = expected.people.filter(
    ({ pending, memberId, unresolved }) => pending && (memberId === undefined || unresolved !== undefined),
  );
  const protectedOnes = await resolve(directory, [...names], true);
  const people = await resolve(
    directory,
    open.map(({ email }) => email),
    false,
  );
  if (protectedOnes.kind === 'unknown') return nothingKnown(expected, snapshot, protectedOnes.code);
  if (people.kind === 'unknown') return nothingKnown(expected, snapshot, people.code);
  const protectedIds = new Map(
    [...organization.groups].map(([name, group]) => [
      name,
      new Set([...group.protectedMembers].flatMap((member) => protectedOnes.value.get(member) ?? [])),
    ]),
  );
  const isUnfound = (member: string): boolean => protectedOnes.value.get(member) === undefined;
  const protectedUnfound = new Set(
    [...organization.groups].flatMap(([name, group]) =>
      [...group.protectedMembers].some(isUnfound) ? [name] : [],
    ),
  );
  const withIds = expected.people.map((person): ExpectedPerson => {
    const memberId = people.value.get(person.email);
    return memberId === undefined ? person : { ...person, memberId };
  });
  const identified = { ...expected, people: withIds, protectedIds, protectedUnfound };
  const administrators = organization.audit.administrators?.people;
  const administratorIds =
    administrators === undefined ? undefined : await resolve(directory, [...administrators], true);
  const answers = (addresses: Addresses): Snapshot => ({
    ...snapshot,
    directory: { kind: 'known', value: { administratorIds, addresses } },
  });
  const unasked = answers({ kind: 'known', value: new Map() });
  const nameless = namelessMembers({ organization, expected: identified, snapshot: unasked });
  return {
    expected: identified,
    snapshot: nameless.size === 0 ? unasked : answers(await readAddresses(directory, nameless)),
  };
}

/** Directory ids by name; undefined where the directory resolves none. */
async function resolve(
  directory: Directory,
  names: readonly string[],
  searchMissing: boolean,
): Promise<Known<ReadonlyMap<string, string | undefined>>> {
  if (names.length === 0) return { kind: 'known', value: new Map() };
  return known(async () => {
    const found = await directory.resolveByNames(names, 'user', { searchMissing });
    const ids = [...found].map(
      ([name, answer]) => [name, answer.kind === 'found' ? answer.entity.identifier : undefined] as const,
    );
    return new Map(ids);
  });
}

/** A POST each. The first that fails makes all of them unknown: where one cannot be asked the others cannot either. */
async function readAddresses(directory: Directory, ids: ReadonlySet<string>): Promise<Addresses> {
  return known(async () => {
    const addresses = new Map<string, string | undefined>();
    for (const id of ids) {
      const answer = await directory.resolve(id, 'user');
      addresses.set(id, answer.kind === 'found' ? toAddress(answer.entity) : undefined);
    }
    return addresses;
  });
}

function toAddress({ email, name }: Readonly<{ email: string | null; name: string }>): string | undefined {
  const address = email ?? name;
  return address.includes('@') ? fold(address) : undefined;
}

async function known<T>(read: () => Promise<T>): Promise<Known<T>> {
  try {
    return { kind: 'known', value: await read() };
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'quota-exhausted' || code === 'uipath-throttled') throw error;
    return { kind: 'unknown', code };
  }
}

function nothingKnown(
  expected: ExpectedFromLedger,
  snapshot: LeadingSnapshot,
  code: string,
): Readonly<{ expected: ExpectedAccess; snapshot: Snapshot }> {
  const unknown = { kind: 'unknown', code } as const;
  const groups = new Map([...snapshot.groups.keys()].map((name) => [name, unknown] as const));
  const administrators = snapshot.administrators === undefined ? undefined : unknown;
  return {
    expected: { ...expected, protectedIds: new Map(), protectedUnfound: new Set() },
    snapshot: { ...snapshot, groups, administrators, elsewhere: unknown, directory: unknown },
  };
}
