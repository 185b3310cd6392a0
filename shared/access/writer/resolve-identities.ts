import type { Clock } from '../../clock';
import { DAY_MS } from '../../domain/durations';
import type { Lane } from '../../domain/lane';
import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../domain/policy';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { PeopleByAccount } from '../../storage/people-by-account';
import type { UiPathClient } from '../../uipath/client';
import type { PersonWork } from './load-person';
import type { UiPathInLane } from './uipath-in-lane';

export type ResolveIdentitiesDeps = Readonly<{
  organization: Pick<OrganizationPolicy, 'alias'>;
  accounts: Pick<PeopleByAccount, 'note'>;
  uipath: UiPathInLane<{ directory: Pick<UiPathClient['directory'], 'resolveByNames'> }>;
  clock: Pick<Clock, 'now'>;
}>;

/** A directory id is looked up again after a week: people are re-created, and ids with them. */
const IDENTITY_FRESH_MS = 7 * DAY_MS;

/** A name that is not found as written costs a GET to search for it. In a larger burst of names that waits for the retry. */
const FEW_NAMES = 20;

/**
 * Resolves people to directory identities, by person key. One known and fresh costs no call; the others are looked up
 * together.
 */
export async function resolveIdentities(
  deps: ResolveIdentitiesDeps,
  lane: Lane,
  people: readonly PersonWork[],
): Promise<ReadonlyMap<string, DirectoryIdentity>> {
  const nowMs = deps.clock.now();
  const identities = new Map<string, DirectoryIdentity>();
  const open = people.filter((person) => {
    const known = person.stored.value.identity;
    if (known?.kind !== 'resolved' || nowMs - known.checkedAtMs > IDENTITY_FRESH_MS) return true;
    identities.set(person.subject.key, known);
    return false;
  });
  if (open.length === 0) return identities;
  const names = [...new Set(open.map((person) => person.stored.value.email))];
  const accounts: Array<readonly [string, string]> = [];
  const { directory } = deps.uipath[lane];
  const searchMissing = names.length <= FEW_NAMES;
  const found = await directory.resolveByNames(names, 'user', { searchMissing });
  for (const person of open) {
    const { email, identity: before } = person.stored.value;
    const answer = found.get(email);
    if (answer?.kind === 'found') accounts.push([answer.entity.identifier, person.subject.key]);
    identities.set(
      person.subject.key,
      answer?.kind === 'found'
        ? { kind: 'resolved', id: answer.entity.identifier, checkedAtMs: nowMs }
        : unresolved(answer?.kind === 'ambiguous' ? 'ambiguous' : 'missing', before, nowMs),
    );
  }
  await mapConcurrently(accounts, STORAGE_WIDTH, async ([memberId, personKey]) =>
    deps.accounts.note(deps.organization.alias, memberId, personKey),
  );
  return identities;
}

function unresolved(
  kind: 'missing' | 'ambiguous',
  before: DirectoryIdentity | undefined,
  nowMs: number,
): DirectoryIdentity {
  const same = before?.kind === kind ? before : undefined;
  const lastKnownId = before?.kind === 'resolved' ? before.id : before?.lastKnownId;
  return {
    kind,
    sinceMs: same?.sinceMs ?? nowMs,
    attempts: (same?.attempts ?? 0) + 1,
    checkedAtMs: nowMs,
    ...(lastKnownId === undefined ? {} : { lastKnownId }),
  };
}
