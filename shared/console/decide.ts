import { releasePlan, type PlanDeps } from '../access/release-plan';
import { retryDeadLetter, type DeadLetterDeps } from '../access/retry-dead-letter';
import { AppError } from '../errors';

export type DecideDeps = PlanDeps & DeadLetterDeps;

/** What is said on the page after a decision. A page shows no other text that comes with its address. */
export const DONE = {
  released: 'The plan is released. The next run applies exactly its removals.',
  retried: 'The change is tried again with the next run.',
} as const satisfies Record<string, string>;

type Done = keyof typeof DONE;

type Decision = Readonly<{
  organization: string;
  page: string;
  id: string;
  by: string;
  fields: URLSearchParams;
}>;

/** Carries out what a visitor decided on a page, in their name. @throws AppError `page-unknown`, and what the use case throws */
export async function decide(deps: DecideDeps, decision: Decision): Promise<Done> {
  const { organization, page, id, by, fields } = decision;
  switch (page) {
    case 'plans':
      await releasePlan(deps, organization, id, by);
      return 'released';
    case 'dead-letters': {
      const memberId = fields.get('memberId')?.trim() ?? '';
      await retryDeadLetter(deps, organization, id, { by, memberId: memberId === '' ? undefined : memberId });
      return 'retried';
    }
    default:
      throw new AppError('page-unknown', 'There is no such page');
  }
}
