import { smallestOf } from '../../domain/extremes';
import type { ChangeStore, Mark } from '../../storage/marks-attempts-and-bookings';

/** The marks that a run has taken up: one that stays, because its unit fails or waits, is not taken up twice. */
export type MarksOfRun = Readonly<{
  take: (marks: readonly Mark[]) => void;
  isTaken: (mark: Mark) => boolean;
  /** Leaves urgent marks of people of these causes to a later run: until then, epoch milliseconds, they are gathered. */
  gather: (untilMs: ReadonlyMap<string, number>) => void;
  /** Whether a mark is of these, and so left to that run. */
  leaveIfGathered: (mark: Mark) => boolean;
  /** When the first marks that were left to a later run are to be looked at; undefined: there are none. */
  gatheredUntilMs: () => number | undefined;
  /** True when a mark of the urgent lane waits that this run has not taken up: what it does now has to give way. */
  isOvertaken: () => Promise<boolean>;
  /** True when a mark of any lane waits that this run has not taken up. */
  isAnyNew: () => Promise<boolean>;
}>;

export function createMarksOfRun(changes: Pick<ChangeStore, 'listMarks'>, organization: string): MarksOfRun {
  const taken = new Set<string>();
  let gathering: ReadonlyMap<string, number> = new Map();
  const gathered = new Map<string, number>();
  let urgentTaken = 0;
  const isTaken = ({ etag }: Mark): boolean => taken.has(etag);
  const leaveIfGathered = ({ etag, lane, subject, cause }: Mark): boolean => {
    const untilMs = gathering.get(cause);
    if (lane !== 'urgent' || subject.kind !== 'person' || untilMs === undefined) return false;
    gathered.set(etag, untilMs);
    return true;
  };
  return {
    isTaken,
    take: (marks) => {
      for (const { etag, lane } of marks) {
        taken.add(etag);
        urgentTaken += Number(lane === 'urgent');
      }
    },
    gather: (untilMs) => {
      gathering = untilMs;
      gathered.clear();
    },
    leaveIfGathered,
    gatheredUntilMs: () => smallestOf(gathered.values(), undefined),
    isOvertaken: async () => {
      let most = 1;
      for (;;) {
        const marks = await changes.listMarks(organization, most);
        const urgent = marks.filter((mark) => mark.lane === 'urgent');
        if (urgent.some((mark) => !isTaken(mark) && !leaveIfGathered(mark))) return true;
        if (urgent.length < most) return false;
        most = Math.max(2 * most, urgentTaken + gathered.size + 1);
      }
    },
    isAnyNew: async () => {
      const marks = await changes.listMarks(organization, taken.size + gathered.size + 1);
      return marks.some((mark) => !isTaken(mark) && !leaveIfGathered(mark));
    },
  };
}
