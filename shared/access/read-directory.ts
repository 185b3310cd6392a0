import type { Expectation, ExpectedPerson } from '../domain/audit/expectation';
import type { Known, Snapshot } from '../domain/audit/snapshot';
import type { OrganizationPolicy } from '../domain/policy';
import { errorCodeOf } from '../errors';
import type { UiPathClient } from '../uipath/client';
import type { LedgerExpectation } from './read-expectation';

type Directory = Pick<UiPathClient['directory'], 'resolveByNames'>;

/**
 * Finds the ids of protected members, and of people whose first run is still ahead: they may be members already. While
 * that cannot be told, no group is known: somebody who is protected must not be found in the wrong place.
 */
export async function readDirectory(
  directory: Directory,
  organization: OrganizationPolicy,
  expected: LedgerExpectation,
  snapshot: Snapshot,
): Promise<Readonly<{ expected: Expectation; snapshot: Snapshot }>> {
  const names = new Set([...organization.groups.values()].flatMap((group) => [...group.protectedMembers]));
  const open = expected.people.filter(({ pending, memberId }) => pending && memberId === undefined);
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
  const withIds = expected.people.map((person): ExpectedPerson => ({
    ...person,
    memberId: person.memberId ?? people.value.get(person.email),
  }));
  return { snapshot, expected: { ...expected, people: withIds, protectedIds } };
}

async function resolve(
  directory: Directory,
  names: readonly string[],
  searchMissing: boolean,
): Promise<Known<ReadonlyMap<string, string>>> {
  if (names.length === 0) return { kind: 'known', value: new Map() };
  try {
    const found = await directory.resolveByNames(names, 'user', { searchMissing });
    const ids = [...found].flatMap(([name, answer]) =>
      answer.kind === 'found' ? [[name, answer.entity.identifier] as const] : [],
    );
    return { kind: 'known', value: new Map(ids) };
  } catch (error) {
    const code = errorCodeOf(error);
    if (code === 'quota-exhausted' || code === 'uipath-throttled') throw error;
    return { kind: 'unknown', code };
  }
}

function nothingKnown(
  expected: LedgerExpectation,
  snapshot: Snapshot,
  code: string,
): Readonly<{ expected: Expectation; snapshot: Snapshot }> {
  const unknown = { kind: 'unknown', code } as const;
  const groups = new Map([...snapshot.groups.keys()].map((name) => [name, unknown] as const));
  return {
    expected: { ...expected, protectedIds: new Map() },
    snapshot: { ...snapshot, groups, elsewhere: unknown },
  };
}
