import type { Clock } from '../../../clock';
import type { ImportedWorker } from '../../../domain/desk/judge-imported';
import { MOST_CHANGES } from '../../../domain/desk/proposed-plan';
import { attributesAsked, type OrganizationPolicy } from '../../../domain/policy';
import { AppError } from '../../../errors';
import type { UploadedPeople } from '../../../storage/desk/uploaded-people';
import { MOST_IN_PORTION } from './import-said';

export type UploadPeopleDeps = Readonly<{
  uploadedPeople: Pick<UploadedPeople, 'keep' | 'count'>;
  clock: Pick<Clock, 'now'>;
}>;

/** Of files that wait at the same time: some of the largest. */
const MOST_PORTIONS_KEPT = (4 * MOST_CHANGES) / MOST_IN_PORTION;

/**
 * Keeps a portion of HR's file for about a day, with nothing of it but what the policy asks for. Nothing is planned. Returns the name of the portion.
 * @throws AppError `plan-too-large` where it is too long, or too many wait
 */
export async function uploadPeople(
  { uploadedPeople, clock }: UploadPeopleDeps,
  organization: OrganizationPolicy,
  workers: readonly ImportedWorker[],
): Promise<string> {
  const { alias } = organization;
  if (workers.length > MOST_IN_PORTION)
    throw new AppError('plan-too-large', `A portion has ${MOST_IN_PORTION} lines at most`);
  if ((await uploadedPeople.count(alias)) >= MOST_PORTIONS_KEPT)
    throw new AppError(
      'plan-too-large',
      'Too many files wait for a plan: what was uploaded is forgotten after a day',
    );
  const asked = attributesAsked([organization]);
  const kept = workers.map(({ attributes, ...worker }) => ({
    ...worker,
    attributes: Object.fromEntries(
      Object.entries(attributes).filter(([name, value]) => asked.has(name) && value !== ''),
    ),
  }));
  return uploadedPeople.keep(alias, kept, clock.now());
}
