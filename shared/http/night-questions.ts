import { compareNights, type CompareNightsDeps } from '../access/desk/nights/compare-nights';
import { findFindings, type FindFindingsDeps } from '../access/desk/nights/find-findings';
import { readNight, type ReadNightDeps } from '../access/desk/nights/read-night';
import { readNights, type ReadNightsDeps } from '../access/desk/nights/read-nights';
import type { OrganizationPolicy } from '../domain/policy';
import { requireWord, skipIn, wordIn, type OperatorQuery } from './operator-query';

export type NightQuestionDeps = ReadNightsDeps & ReadNightDeps & CompareNightsDeps & FindFindingsDeps;

/** What the audits found; undefined: the question is about something else. @throws AppError `query-invalid`, and what the use case throws */
export async function answerAboutNights(
  deps: NightQuestionDeps,
  organization: OrganizationPolicy,
  { what, id }: Readonly<{ what: string; id: string }>,
  query: OperatorQuery,
): Promise<unknown> {
  switch (what) {
    case 'audits':
      return id === ''
        ? readNights(deps, organization)
        : readNight(deps, organization, { night: id, all: query.get('all') === '1', skip: skipIn(query) });
    case 'audits-compared':
      return compareNights(deps, organization, {
        before: requireWord(query, 'before'),
        after: wordIn(query, 'after') ?? 'latest',
        skip: skipIn(query),
      });
    case 'findings':
      return findFindings(deps, organization, id);
    default:
      return undefined;
  }
}
