import { hashOf } from '../canonical-json-hash';
import { keyOfDecider, type DecidedBy, type Decider } from '../decider';
import { HOUR_MS } from '../durations';
import type { TrippedGuard } from './guards';
import type { RuleOrEntryChange } from './remediation-change-of-rule-or-entry';

export type HeldRemoval = Readonly<{
  groupId: string;
  groupName: string;
  personKey: string;
  memberId: string;
  why: readonly string[];
}>;

/**
 * `stale`: released, but not applied, because the facts had changed. `unreadable`: only what it holds can be read, which
 * it goes on to hold.
 */
type HoldState = 'held' | 'released' | 'done' | 'stale' | 'unreadable';

/**
 * Removals that a guard holds until a named person releases exactly them, or the hold expires. Where one of them is to be made still
 * when it expires, all are held on.
 */
export type Hold = Readonly<{
  hash: string;
  /**
   * `remediation`: the removals come from findings, and only this hold asks for them. Left out: a guard held removals
   * that the ledger asks for.
   */
  kind?: 'guard' | 'remediation';
  state: HoldState;
  guards: readonly TrippedGuard[];
  removals: readonly HeldRemoval[];
  /** Of one that cannot be read, in place of the removals. */
  digests?: string;
  /** Sources that caused too much. What else they cause within the hour, while this is held, joins it. */
  causes?: readonly string[];
  /** In place of removals: of a rule or of the access policy. Guards are for memberships, so it is never held. */
  change?: RuleOrEntryChange;
  heldAtMs: number;
  /** When others joined it last. */
  joinedAtMs?: number;
  expiresAtMs: number;
  releasedBy: DecidedBy | undefined;
  releasedAtMs: number | undefined;
  /** Somebody said that it is not to be released. It is held as before, and can be released still. */
  declined?: Readonly<{ by: DecidedBy; reason: string; atMs: number }>;
  /** While it is carried out in parts: whose removals are over. */
  over?: string;
  /** Why it is stale: decisions of the hold as it would be now, codes of refusals. */
  because?: string;
}>;

/** The hash of a set of removals, in any order. A release is for this hash and for no other. */
export function removalsHash(removals: ReadonlyArray<Pick<HeldRemoval, 'groupId' | 'memberId'>>): string {
  return hashOf(removals.map(({ groupId, memberId }) => `${groupId}/${memberId}`).toSorted());
}

/** Why a hold cannot be released now, or undefined. One of a guard is held on when it expires: to release it is never too late. */
export function releaseRefusalOf(hold: Hold, nowMs: number): 'plan-not-held' | 'plan-expired' | undefined {
  if (hold.state !== 'held') return 'plan-not-held';
  return hold.kind === 'remediation' && hasExpired(hold, nowMs) ? 'plan-expired' : undefined;
}

/** Whether somebody declined a hold already, and why they did so too. */
export function isDeclinedSo(
  { declined }: Pick<Hold, 'declined'>,
  { by, reason }: Readonly<{ by: Decider; reason: string }>,
): boolean {
  return (
    declined !== undefined && keyOfDecider(declined.by) === keyOfDecider(by) && declined.reason === reason
  );
}

/** Past its end. Whether it is held on says the run that looks at its people. */
export function hasExpired({ expiresAtMs }: Pick<Hold, 'expiresAtMs'>, nowMs: number): boolean {
  return nowMs >= expiresAtMs;
}

/** True for an expired hold of a guard while a run has still to look at some of its people, by key. */
export function waitsToBeHeldOn(
  { kind, state, removals }: Pick<Hold, 'kind' | 'state' | 'removals'>,
  marked: ReadonlySet<string>,
): boolean {
  return (
    state === 'held' && kind !== 'remediation' && removals.some(({ personKey }) => marked.has(personKey))
  );
}

/** Removals of a hold that others joined. It is written anew whenever some join, and a person has to look it through. */
const MOST_JOINED = 20_000;
/** What was too much an hour ago is another incident. */
const JOIN_WITHIN_MS = HOUR_MS;

/** The hold that further removals of these sources belong to, so that a person releases an incident and not its pieces. */
export function holdToJoin(
  open: readonly Hold[],
  further: Pick<Hold, 'removals' | 'causes'>,
  nowMs: number,
): Hold | undefined {
  return open.find(
    (hold) =>
      isOfThisHour(hold, nowMs) &&
      hasRoomFor(hold, further) &&
      hold.causes?.some((cause) => further.causes?.includes(cause)) === true,
  );
}

/** Whether a hold is small enough for further removals to join it. Those that find no room begin a further hold. */
export function hasRoomFor(hold: Pick<Hold, 'removals'>, further: Pick<Hold, 'removals'>): boolean {
  return hold.removals.length + further.removals.length <= MOST_JOINED;
}

/** Guards of sources that tripped within the hour and hold something still: one more removal is of the same incident. */
export function stillTripped(open: readonly Hold[], nowMs: number): readonly TrippedGuard[] {
  return open
    .filter((hold) => isOfThisHour(hold, nowMs))
    .flatMap(({ guards }) => guards.filter(({ guard }) => guard === 'batch'));
}

function isOfThisHour(
  { kind, state, heldAtMs }: Pick<Hold, 'kind' | 'state' | 'heldAtMs'>,
  nowMs: number,
): boolean {
  return kind !== 'remediation' && state === 'held' && nowMs - heldAtMs < JOIN_WITHIN_MS;
}

/** What is held when further removals join a hold: they make another one, with a hash of its own. */
export function joinHold(
  hold: Pick<Hold, 'removals' | 'guards' | 'causes'>,
  further: Pick<Hold, 'removals' | 'guards' | 'causes'>,
): Pick<Hold, 'removals' | 'guards' | 'causes'> {
  const removals = new Map(
    [...hold.removals, ...further.removals].map((removal) => [
      `${removal.groupId}/${removal.memberId}`,
      removal,
    ]),
  );
  const guards = new Map(hold.guards.map((guard) => [`${guard.guard}/${guard.scope}`, guard]));
  for (const guard of further.guards) {
    const known = guards.get(`${guard.guard}/${guard.scope}`);
    const most = Math.max(guard.removals, known?.removals ?? 0);
    guards.set(`${guard.guard}/${guard.scope}`, { ...guard, removals: most });
  }
  return {
    removals: [...removals.values()],
    guards: [...guards.values()],
    causes: [...new Set([...(hold.causes ?? []), ...(further.causes ?? [])])],
  };
}

/** What guards hold now, by itself or with the hold that it joins, which says when it expires. */
export function newHold(
  further: Pick<Hold, 'kind' | 'removals' | 'guards' | 'causes'>,
  joined: Hold | undefined,
  { nowMs, lastsMs }: Readonly<{ nowMs: number; lastsMs: number }>,
): Hold {
  const whole = joined === undefined ? further : { ...further, ...joinHold(joined, further) };
  return {
    ...whole,
    hash: removalsHash(whole.removals),
    state: 'held',
    heldAtMs: joined?.heldAtMs ?? nowMs,
    ...(joined === undefined ? {} : { joinedAtMs: nowMs }),
    expiresAtMs: joined?.expiresAtMs ?? nowMs + lastsMs,
    releasedBy: undefined,
    releasedAtMs: undefined,
  };
}

/** For so long after a hold what its sources cause is gathered, to be held together. */
const GATHER_MS = 10_000;

/** Sources of which more is to be expected at once, and until when to wait for it, epoch milliseconds. */
export function gatheringCauses(
  holds: ReadonlyArray<Pick<Hold, 'state' | 'heldAtMs' | 'joinedAtMs' | 'causes'>>,
  nowMs: number,
): ReadonlyMap<string, number> {
  const until = new Map<string, number>();
  for (const { state, heldAtMs, joinedAtMs = heldAtMs, causes = [] } of holds) {
    const endsAtMs = joinedAtMs + GATHER_MS;
    if (state !== 'held' || endsAtMs <= nowMs) continue;
    for (const cause of causes) until.set(cause, Math.max(endsAtMs, until.get(cause) ?? 0));
  }
  return until;
}
