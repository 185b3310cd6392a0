import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { readInput } from '../read-input';
import { LONGEST_POLICY_BYTES, type OrganizationPolicy, type Policy } from '../../shared/domain/policy';
import { nearestWord } from '../../shared/domain/nearest-word';
import { parsePolicy } from '../../shared/policy/parse-policy';

/** The text of a policy file; one that is too long is told by whoever reads it. */
export async function readPolicyText(io: Pick<CommandIo, 'readFile'>, path: string): Promise<string> {
  return (await readInput(io, path, 4 * LONGEST_POLICY_BYTES)).toString('utf8');
}

/** A policy that a command works with. @throws CommandFailure where it cannot be read, AppError `policy-invalid` */
export async function readPolicy(io: Pick<CommandIo, 'readFile'>, path: string): Promise<Policy> {
  return parsePolicy(await readPolicyText(io, path), path, { development: true });
}

/** The organizations that a command is about: the one that was named, or all. @throws CommandFailure `organization-unknown` */
export function organizationsOf(
  organizations: ReadonlyMap<string, OrganizationPolicy>,
  alias: string | undefined,
): readonly OrganizationPolicy[] {
  if (alias === undefined) return [...organizations.values()];
  const found = organizations.get(alias);
  if (found !== undefined) return [found];
  const known = [...organizations.keys()];
  const meant = nearestWord(alias, known);
  throw new CommandFailure(
    'organization-unknown',
    `The policy has no organization ${alias}: ${meant === undefined ? `there are ${known.join(', ')}` : `is ${meant} meant?`}`,
  );
}
