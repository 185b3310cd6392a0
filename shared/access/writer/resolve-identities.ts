import type { Clock } from '../../clock';
import { DAY_MS } from '../../domain/durations';
import type { Lane } from '../../domain/lane';
import type { DirectoryIdentity } from '../../domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../domain/policy';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { PeopleByAccount } from '../../storage/people-by-account';
import { UpstreamError } from '../../errors';
import type { UiPathClient } from '../../uipath/client';
import { isShared } from './containment';
import type { PersonWork } from './load-person';
import type { TimeBudget } from './time-budget-interface';
import type { UiPathInLane } from './uipath-in-lane';
import { personUnit } from './person-and-group-units';
import { type ContainedDeps } from './containment';

export type ResolveIdentitiesDeps = ContainedDeps &
  TimeBudget &
  Readonly<{
    organization: Pick<OrganizationPolicy, 'alias'>;
    accounts: Pick<PeopleByAccount, 'note' | 'accountOf'>;
    uipath: UiPathInLane<{ directory: Pick<UiPathClient['directory'], 'resolveByNames'> }>;
    clock: Pick<Clock, 'now'>;
  }>;

/** Identities by person key. `unknown` were not looked up: there was no time, or their look-up fails. */
export type ResolvedIdentities = Readonly<{
  identities: ReadonlyMap<string, DirectoryIdentity>;
  unknown: ReadonlySet<string>;
}>;

/** A directory id is looked up again after a week: people are re-created, and ids with them. */
const IDENTITY_FRESH_MS = 7 * DAY_MS;
/** A name that is not found as written costs a GET to search for it. In a larger burst of names that waits for the retry. */
const FEW_NAMES = 20;
/** Names in one look-up: as many as UiPath takes in one POST. */
const NAMES_TOGETHER = 20;
const LOOK_UP_WIDTH = 6;
/** A mark that waits for so long may be of a run that was cut short after the look-up. */
const CUT_SHORT_MS = 60_000;

/**
 * Resolves people to directory identities. One known and fresh costs no call; the others are looked up a few calls wide, and
 * what each call finds is stored at once, so that a run that is cut short has not looked it up for nothing.
 */
export async function resolveIdentities(
  deps: ResolveIdentitiesDeps,
  lane: Lane,
  people: readonly PersonWork[],
): Promise<ResolvedIdentities> {
  const nowMs = deps.clock.now();
  const identities = new Map<string, DirectoryIdentity>();
  const unknown = new Set<string>();
  const open = people.filter((person) => {
    const known = person.stored.value.identity;
    if (known?.kind !== 'resolved' || nowMs - known.checkedAtMs > IDENTITY_FRESH_MS) return true;
    identities.set(person.subject.key, known);
    return false;
  });
  const rest = open.length > FEW_NAMES ? await withoutStored(deps, open, identities) : open;
  const searchMissing = rest.length <= FEW_NAMES;
  const parts = Array.from({ length: Math.ceil(rest.length / NAMES_TOGETHER) }, (_, index) =>
    rest.slice(index * NAMES_TOGETHER, (index + 1) * NAMES_TOGETHER),
  );
  await mapConcurrently(parts, LOOK_UP_WIDTH, async (part) => {
    if (deps.isTimeUp()) for (const person of part) unknown.add(person.subject.key);
    else await lookUp(deps, lane, { part, searchMissing, identities, unknown });
  });
  return { identities, unknown };
}

/** People whom an earlier run looked up and did not get to write into their ledger. */
async function withoutStored(
  deps: ResolveIdentitiesDeps,
  open: readonly PersonWork[],
  identities: Map<string, DirectoryIdentity>,
): Promise<readonly PersonWork[]> {
  const nowMs = deps.clock.now();
  await mapConcurrently(open, STORAGE_WIDTH, async ({ subject, mark, stored }) => {
    const isNew = stored.value.identity === undefined;
    if (!isNew || mark === undefined || nowMs - mark.sinceMs < CUT_SHORT_MS) return;
    const noted = await deps.accounts.accountOf(subject.organization, subject.key);
    if (noted !== undefined && nowMs - noted.atMs <= IDENTITY_FRESH_MS)
      identities.set(subject.key, { kind: 'resolved', id: noted.memberId, checkedAtMs: noted.atMs });
  });
  return open.filter(({ subject }) => !identities.has(subject.key));
}

type IdentityLookUp = Readonly<{
  part: readonly PersonWork[];
  searchMissing: boolean;
  identities: Map<string, DirectoryIdentity>;
  unknown: Set<string>;
}>;

function isLost(error: unknown): boolean {
  return error instanceof UpstreamError && error.status === 0;
}

/** Bisects a look-up that fails by itself, until the name that makes it fail is alone; one without an answer is asked name by name. */
async function lookUp(deps: ResolveIdentitiesDeps, lane: Lane, asked: IdentityLookUp): Promise<void> {
  const { part, searchMissing, identities, unknown } = asked;
  const [first] = part;
  try {
    const names = [...new Set(part.map(({ stored }) => stored.value.email))];
    const found = await deps.uipath[lane].directory.resolveByNames(names, 'user', { searchMissing });
    const nowMs = deps.clock.now();
    const accounts: Array<Readonly<{ memberId: string; personKey: string }>> = [];
    for (const { subject, stored } of part) {
      const answer = found.get(stored.value.email);
      if (answer?.kind === 'found')
        accounts.push({ memberId: answer.entity.identifier, personKey: subject.key });
      identities.set(
        subject.key,
        answer?.kind === 'found'
          ? { kind: 'resolved', id: answer.entity.identifier, checkedAtMs: nowMs }
          : unresolved(answer?.kind === 'ambiguous' ? 'ambiguous' : 'missing', stored.value.identity, nowMs),
      );
    }
    if (accounts.length > 0) await deps.accounts.note(deps.organization.alias, accounts, nowMs);
  } catch (error) {
    if (isShared(error) || first === undefined) throw error;
    if (part.length === 1) {
      await deps.units.fail(personUnit(first.subject.key), error);
      unknown.add(first.subject.key);
      return;
    }
    // An answer that is waited for in vain takes a minute: halving would take more than a run has.
    if (isLost(error)) {
      await mapConcurrently(part, LOOK_UP_WIDTH, async (one) =>
        lookUp(deps, lane, { ...asked, part: [one] }),
      );
      return;
    }
    const middle = Math.ceil(part.length / 2);
    await lookUp(deps, lane, { ...asked, part: part.slice(0, middle) });
    await lookUp(deps, lane, { ...asked, part: part.slice(middle) });
  }
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
