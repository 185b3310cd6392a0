import { uploadPeople } from '../../../../../shared/access/desk/plans/upload-people';
import type { ImportedWorker } from '../../../../../shared/domain/desk/judge-imported';
import type { ProposedPlan } from '../../../../../shared/domain/desk/proposed-plan';
import { plan } from './plan-world';
import type { World } from '../../world';

type Line = Readonly<{ email: string; workerId?: string; department?: string }>;

/** Lines of a file, numbered as in one with a line of names. */
export function linesOfFile(lines: readonly Line[]): readonly ImportedWorker[] {
  return lines.map(({ email, workerId, department }, index) => ({
    line: index + 2,
    email,
    ...(workerId === undefined ? {} : { workerId }),
    attributes: department === undefined ? {} : { department },
  }));
}

/** Uploads lines in portions; returns their names as a plan has them. */
export async function upload(world: World, workers: readonly ImportedWorker[], size = 500): Promise<string> {
  const { app } = world.engine;
  const organization = (await app.policy()).organizations.get(world.alias);
  if (organization === undefined) throw new Error('There is no such organization');
  const portions: string[] = [];
  for (let at = 0; at < workers.length; at += size)
    portions.push(await uploadPeople(app, organization, workers.slice(at, at + size)));
  return portions.join(',');
}

/** Plans a file. */
export async function planFile(
  world: World,
  lines: readonly Line[],
  said: Readonly<Record<string, string>> = {},
  options: Parameters<typeof plan>[3] = {},
): Promise<ProposedPlan> {
  const portions = await upload(world, linesOfFile(lines));
  return plan(world, 'import', { portions, ...said }, options);
}

/** What a plan leaves out, as `line: why`. */
export function whyLeftOut({ leftOut }: Pick<ProposedPlan, 'leftOut'>): readonly string[] {
  return leftOut.map(({ why }) => why).toSorted((a, b) => (a < b ? -1 : 1));
}
