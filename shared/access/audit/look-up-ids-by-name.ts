import { z } from 'zod';
import { mapConcurrently } from '../../map-concurrently';
import type { UiPathClient } from '../../uipath/client';
import type { Known } from '../../domain/audit/snapshot';
import type { ResumableReader } from './resumable-snapshot-reader';

/** Look-ups by POST at the same time: UiPath allows many of them, and each takes a while. */
export const LOOK_UP_WIDTH = 8;
/** What UiPath takes at once. */
const NAMES_PER_CALL = 20;

const IdSchema = z
  .string()
  .nullable()
  .transform((id) => id ?? undefined);

/**
 * Ids by address; undefined where the directory gives none. Those that were found are kept with the night's parts, so that a
 * further turn asks for the rest.
 */
export async function lookUpIdsByName(
  directory: Pick<UiPathClient['directory'], 'resolveByNames'>,
  reader: Pick<ResumableReader, 'part' | 'isKept'>,
  names: readonly string[],
  searchMissing: boolean,
): Promise<Known<ReadonlyMap<string, string | undefined>>> {
  const asked = [...new Set(names)];
  const partOf = (name: string): string => `${searchMissing ? 'searched' : 'named'}:${name}`;
  const ids = new Map<string, string | undefined>();
  const failures: string[] = [];
  const take = async (name: string, read: () => Promise<string | null>): Promise<void> => {
    const part = await reader.part({ name: partOf(name), schema: IdSchema }, read);
    if (part.kind === 'unknown') failures.push(part.code);
    else ids.set(name, part.value());
  };
  for (const name of asked) if (reader.isKept(partOf(name))) await take(name, async () => null);
  const open = asked.filter((name) => !reader.isKept(partOf(name)));
  const calls = Array.from({ length: Math.ceil(open.length / NAMES_PER_CALL) }, (_, call) =>
    open.slice(call * NAMES_PER_CALL, (call + 1) * NAMES_PER_CALL),
  );
  await mapConcurrently(calls, LOOK_UP_WIDTH, async (some) => {
    if (failures.length > 0) return;
    let found: ReturnType<typeof directory.resolveByNames> | undefined;
    for (const name of some)
      await take(name, async () => {
        found ??= directory.resolveByNames(some, 'user', { searchMissing });
        const answer = (await found).get(name);
        return answer?.kind === 'found' ? answer.entity.identifier : null;
      });
  });
  const [code] = failures;
  return code === undefined ? { kind: 'known', value: ids } : { kind: 'unknown', code };
}
