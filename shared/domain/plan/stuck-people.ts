import type { Subject } from '../ledger/subject';
import { countBy, type RemovalLimit } from './guards';

type MarkOfPerson = Readonly<{ subject: Pick<Subject, 'key'>; cause: string }>;

/**
 * Person keys of those who have been failing by themselves for long: what leaves meanwhile is of another incident, and they count
 * for none. Where more of one cause fail than its guard lets pass, they are the incident.
 */
export function stuckAmong<M extends MarkOfPerson>(
  marks: readonly M[],
  isFailingForLong: (mark: M) => boolean,
  { floor }: Pick<RemovalLimit, 'floor'>,
): ReadonlySet<string> {
  const failing = marks.filter(isFailingForLong);
  const perCause = countBy(failing, ({ cause }) => cause);
  return new Set(
    failing.filter(({ cause }) => (perCause.get(cause) ?? 0) <= floor).map(({ subject }) => subject.key),
  );
}
