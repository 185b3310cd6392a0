import type { ChangeStore, Mark } from '../../storage/marks-attempts-and-bookings';

/** The marks that a run has taken up: one that stays, because its unit fails or waits, is not taken up twice. */
export type MarksOfRun = Readonly<{
  take: (marks: readonly Mark[]) => void;
  isTaken: (mark: Mark) => boolean;
  /** True when a mark of the urgent lane waits that this run has not taken up: what it does now has to give way. */
  isOvertaken: () => Promise<boolean>;
}>;

export function createMarksOfRun(changes: Pick<ChangeStore, 'listMarks'>, organization: string): MarksOfRun {
  const taken = new Set<string>();
  let urgentTaken = 0;
  const isTaken = ({ etag }: Mark): boolean => taken.has(etag);
  return {
    isTaken,
    take: (marks) => {
      for (const { etag, lane } of marks) {
        taken.add(etag);
        urgentTaken += Number(lane === 'urgent');
      }
    },
    isOvertaken: async () => {
      const first = await changes.listMarks(organization, 1);
      const isOurs = first.length > 0 && first.every(isTaken);
      const marks = isOurs ? await changes.listMarks(organization, urgentTaken + 1) : first;
      return marks.some((mark) => mark.lane === 'urgent' && !isTaken(mark));
    },
  };
}
