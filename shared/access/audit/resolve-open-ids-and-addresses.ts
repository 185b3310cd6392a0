import { z } from 'zod';
import { namelessMembers } from '../../domain/audit/checks/member-addresses';
import type { ExpectedAccess, ExpectedPerson } from '../../domain/audit/expected-access-types';
import { valueOr, type LeadingSnapshot, type Snapshot } from '../../domain/audit/snapshot';
import type { MemberKind } from '../../domain/member-kind';
import type { OrganizationPolicy } from '../../domain/policy';
import type { UiPathClient } from '../../uipath/client';
import { mapConcurrently } from '../../map-concurrently';
import type { ExpectedFromLedger } from './read-expected-access';
import { LOOK_UP_WIDTH, lookUpIdsByName } from './look-up-ids-by-name';
import type { ResumableReader } from './resumable-snapshot-reader';
import { toAddress } from './to-address';

type ResolvingDeps = Readonly<{
  directory: Pick<UiPathClient['directory'], 'resolveByNames' | 'resolve'>;
  reader: Pick<ResumableReader, 'part' | 'isKept'>;
}>;

const AddressSchema = z
  .string()
  .nullable()
  .transform((address) => address ?? undefined);

const NameSchema = z.object({ name: z.string(), isOwn: z.boolean() }).nullable();

type Answers = Extract<Snapshot['directory'], { kind: 'known' }>['value'];
type Addresses = Answers['addresses'];

/** What the directory knows a kind of member as; it knows no robot accounts. */
const ENTITY_TYPES: Readonly<Partial<Record<MemberKind, 'application' | 'group'>>> = {
  application: 'application',
  'directory-group': 'group',
};

/**
 * Resolves the directory ids of protected members, of agreed administrators, and of people without a first run of the
 * writer, who may be members already; then the addresses that no list shows, and the names of applications and directory groups in
 * Administrators. While a protected member cannot be
 * resolved, every group that protects them is unknown: a protected member must not become a finding.
 */
export async function resolveOpenIdsAndAddresses(
  deps: ResolvingDeps,
  organization: OrganizationPolicy,
  expected: ExpectedFromLedger,
  snapshot: LeadingSnapshot,
  ownClientId: string,
): Promise<Readonly<{ expected: ExpectedAccess; snapshot: Snapshot }>> {
  const resolve = async (asked: readonly string[], searchMissing: boolean) =>
    lookUpIdsByName(deps.directory, deps.reader, asked, searchMissing);
  const names = new Set([...organization.groups.values()].flatMap((group) => [...group.protectedMembers]));
  const open = expected.people.filter(
    ({ pending, memberId, unresolved }) => pending && (memberId === undefined || unresolved !== undefined),
  );
  const protectedOnes = await resolve([...names], true);
  const people = await resolve(
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
  const named = await readAdministratorNames(deps, snapshot.administrators, ownClientId);
  const administrators = organization.audit.administrators?.people;
  const administratorIds =
    administrators === undefined ? undefined : await resolve([...administrators], true);
  const answers = (addresses: Addresses): Snapshot => ({
    ...snapshot,
    directory: { kind: 'known', value: { administratorIds, addresses, ...named } },
  });
  const unasked = answers({ kind: 'known', value: new Map() });
  const nameless = namelessMembers({ organization, expected: identified, snapshot: unasked });
  return {
    expected: identified,
    snapshot: nameless.size === 0 ? unasked : answers(await readAddresses(deps, nameless)),
  };
}

/** A POST each. What cannot be asked has no name, by which nothing is decided. */
export async function readAdministratorNames(
  { directory, reader }: ResolvingDeps,
  administrators: Snapshot['administrators'],
  ownClientId: string,
): Promise<Pick<Answers, 'names' | 'own'>> {
  const names = new Map<string, string>();
  let own: Answers['own'];
  const asked = [...(valueOr(administrators, undefined)?.members ?? [])].flatMap(([id, kind]) => {
    const type = ENTITY_TYPES[kind];
    return type === undefined ? [] : [{ id, type }];
  });
  await mapConcurrently(asked, LOOK_UP_WIDTH, async ({ id, type }) => {
    const part = await reader.part({ name: `name-of:${id}`, schema: NameSchema }, async () => {
      const answer = await directory.resolve(id, type);
      if (answer.kind !== 'found') return null;
      const { displayName, name, applicationId } = answer.entity;
      return { name: type === 'group' ? (displayName ?? name) : name, isOwn: applicationId === ownClientId };
    });
    const found = part.kind === 'known' ? part.value() : null;
    if (found === null) return;
    names.set(id, found.name);
    if (found.isOwn) own = { memberId: id, name: found.name };
  });
  return { names, own };
}

/** A POST each, several at a time. One that fails makes all of them unknown: where one cannot be asked the others cannot either. */
async function readAddresses(
  { directory, reader }: ResolvingDeps,
  ids: ReadonlySet<string>,
): Promise<Addresses> {
  const addresses = new Map<string, string | undefined>();
  const failures: string[] = [];
  await mapConcurrently([...ids], LOOK_UP_WIDTH, async (id) => {
    if (failures.length > 0) return;
    const part = await reader.part({ name: `address-of:${id}`, schema: AddressSchema }, async () => {
      const answer = await directory.resolve(id, 'user');
      return answer.kind === 'found' ? toAddress(answer.entity.email ?? answer.entity.name) : null;
    });
    if (part.kind === 'unknown') failures.push(part.code);
    else addresses.set(id, part.value());
  });
  const [code] = failures;
  return code === undefined ? { kind: 'known', value: addresses } : { kind: 'unknown', code };
}

function nothingKnown(
  expected: ExpectedFromLedger,
  snapshot: LeadingSnapshot,
  code: string,
): Readonly<{ expected: ExpectedAccess; snapshot: Snapshot }> {
  const unknown = { kind: 'unknown', code } as const;
  const groups = new Map([...snapshot.groups.keys()].map((name) => [name, unknown] as const));
  return {
    expected: { ...expected, protectedIds: new Map(), protectedUnfound: new Set() },
    snapshot: { ...snapshot, groups, administrators: unknown, elsewhere: unknown, directory: unknown },
  };
}
