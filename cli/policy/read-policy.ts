import type { CommandIo } from '../command-io';
import { readInput } from '../read-input';
import { LONGEST_POLICY_BYTES } from '../../shared/domain/policy';

/** The text of a policy file; one that is too long is told by whoever reads it. */
export async function readPolicyText(io: Pick<CommandIo, 'readFile'>, path: string): Promise<string> {
  return (await readInput(io, path, 4 * LONGEST_POLICY_BYTES)).toString('utf8');
}
