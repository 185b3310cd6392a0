import { AppError, errorCodeOf, type ErrorCode } from '../../../errors';
import type { FindingRecord } from '../../../domain/audit/finding';
import { waiveFinding, type WaiveDeps } from './waive-finding';

/** What became of each of many findings, by its id. `left`: there was no time for it, and nothing was done. */
export type DoneToFindings = Readonly<{
  done: readonly string[];
  /** It was so before, by the same decision. */
  before: readonly string[];
  refused: ReadonlyArray<Readonly<{ id: string; code: ErrorCode; message: string | undefined }>>;
  left: readonly string[];
}>;

type WaiverOfMany = Parameters<typeof waiveFinding>[3] & Readonly<{ hasTime: () => boolean }>;

/**
 * Accepts findings one by one, in a person's name and in the same words. One that cannot be accepted keeps no other from it, and a
 * repetition accepts nothing twice.
 * @throws AppError `waiver-invalid` where that refuses all of them
 */
export async function waiveFindings(
  deps: WaiveDeps,
  organization: string,
  ids: readonly string[],
  { hasTime, ...request }: WaiverOfMany,
): Promise<DoneToFindings> {
  const result = await eachFinding(ids, hasTime, async (id) => {
    const record = await deps.findings.get(organization, id);
    if (record !== undefined && isAcceptedSo(record, request)) return 'before';
    await waiveFinding(deps, organization, id, request);
    return 'done';
  });
  const [first] = result.refused;
  if (first?.code === 'waiver-invalid' && result.refused.length === ids.length)
    throw new AppError('waiver-invalid', first.message ?? 'Not waived');
  return result;
}

/** Decides about findings one by one; what one throws is told of that one. */
export async function eachFinding(
  ids: readonly string[],
  hasTime: () => boolean,
  decide: (id: string) => Promise<'done' | 'before'>,
): Promise<DoneToFindings> {
  const done: string[] = [];
  const before: string[] = [];
  const refused: DoneToFindings['refused'][number][] = [];
  let next = 0;
  for (; next < ids.length && hasTime(); next += 1) {
    const id = ids[next] ?? '';
    try {
      ((await decide(id)) === 'done' ? done : before).push(id);
    } catch (error) {
      const message = error instanceof AppError ? error.message : undefined;
      refused.push({ id, code: errorCodeOf(error), message });
    }
  }
  return { done, before, refused, left: ids.slice(next) };
}

function isAcceptedSo(
  { state, waiver }: FindingRecord,
  { reason, owner, ticket, untilMs }: Omit<WaiverOfMany, 'hasTime'>,
): boolean {
  return (
    state === 'waived' &&
    waiver?.reason === reason &&
    waiver.owner === owner &&
    waiver.ticket === ticket &&
    waiver.untilMs === untilMs
  );
}
