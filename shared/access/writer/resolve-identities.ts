import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import type { Lane } from '../../domain/lane';
import type { PersonWork } from './load-person';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { OrganizationRun } from './organization-run';
import { DAY_MS } from '../../domain/durations';

/** A directory id is looked up again after a week: people are re-created, and ids with them. */
const IDENTITY_FRESH_MS = 7 * DAY_MS;

/** Each name that is not found as written costs a GET to search for; a burst of unknown names waits for its retry instead. */
const FEW_NAMES = 20;
/** Directory identities by person key. Those known and fresh cost nothing; the rest are looked up together. */
export async function resolveIdentities(
  run: OrganizationRun,
  lane: Lane,
  people: readonly PersonWork[],
): Promise<ReadonlyMap<string, DirectoryIdentity>> {
  const nowMs = run.clock.now();
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
  const found = await run
    .uipathFor(lane)
    .directory.resolveByNames(names, 'user', { searchMissing: names.length <= FEW_NAMES });
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
    run.accounts.note(run.organization.alias, memberId, personKey),
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
