import type { DecidedBy } from '../decider';
import type { CheckId } from './check-catalog';
import type { Finding, FindingRecord, FindingSubject } from './finding';
import { fold } from '../fold';
import { DAY_MS } from '../durations';

/** A finding that somebody accepts for a time: what it is about, why, who answers for it and until when. */
export type Waiver = Readonly<{
  check: CheckId;
  /** Members that the finding's subject must have, compared without case; `*` takes any value. */
  subject: FindingSubject;
  reason: string;
  owner: string;
  ticket: string;
  fromMs: number;
  untilMs: number;
  /** Left out: the policy. */
  by?: DecidedBy;
}>;

/** True for a waiver beyond the ceiling of the policy: it is refused, never shortened. */
export function isBeyondCeiling(
  { fromMs, untilMs }: Pick<Waiver, 'fromMs' | 'untilMs'>,
  ceilingDays: number,
): boolean {
  return untilMs - fromMs > ceilingDays * DAY_MS;
}

/** The waiver in force for a finding, the longest one; undefined where none has begun or all have ended. */
export function waiverOf(
  finding: Pick<Finding, 'check' | 'subject'>,
  waivers: readonly Waiver[],
  nowMs: number,
): Waiver | undefined {
  return waivers
    .filter((waiver) => waiver.fromMs <= nowMs && nowMs < waiver.untilMs && covers(waiver, finding))
    .toSorted((a, b) => b.untilMs - a.untilMs)[0];
}

/** Whether a waiver covers a finding. Unread parts cannot be waived: they may hide anything. */
function covers(waiver: Waiver, { check, subject }: Pick<Finding, 'check' | 'subject'>): boolean {
  return (
    check !== 'part-unknown' &&
    waiver.check === check &&
    Object.entries(waiver.subject).every(([name, value]) => {
      const said = subject[name];
      return said !== undefined && (value === '*' || fold(said) === fold(value));
    })
  );
}

/** A waiver of the policy in one night, and how many findings it is about. */
export type WaiverReach = Pick<Waiver, 'check' | 'subject' | 'owner' | 'ticket' | 'untilMs'> &
  Readonly<{ state: 'in-force' | 'ended' | 'not-begun'; covers: number }>;

/** What each waiver covers of the findings that are not fixed, whether it is in force or not. */
export function reachOfWaivers(
  waivers: readonly Waiver[],
  findings: readonly Pick<FindingRecord, 'check' | 'subject' | 'state'>[],
  nowMs: number,
): readonly WaiverReach[] {
  const standing = findings.filter(({ state }) => state !== 'fixed');
  return waivers.map((waiver) => {
    const { check, subject, owner, ticket, fromMs, untilMs } = waiver;
    return {
      check,
      subject,
      owner,
      ticket,
      untilMs,
      state: untilMs <= nowMs ? 'ended' : fromMs > nowMs ? 'not-begun' : 'in-force',
      covers: standing.filter((finding) => covers(waiver, finding)).length,
    };
  });
}
