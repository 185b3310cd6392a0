import { uipathError, type CallDescription } from './uipath-error';

/** Runs a look-up in chunks, one after the other, and joins the results. */
export async function inChunks<Item, Found>(
  items: readonly Item[],
  size: number,
  lookUp: (part: readonly Item[]) => Promise<readonly Found[]>,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (let at = 0; at < items.length; at += size)
    for (const one of await lookUp(items.slice(at, at + size))) found.push(one);
  return found;
}

/**
 * The ids that were asked for and answered.
 * @throws UpstreamError `uipath-answer-invalid` when UiPath answers ids of another form: every member would seem to be
 * missing
 */
export function requireAsked(
  entities: ReadonlyArray<Readonly<{ identifier: string }>>,
  asked: readonly string[],
  attempt: CallDescription,
): ReadonlySet<string> {
  const known = new Set(asked);
  const found = new Set(entities.map(({ identifier }) => identifier.toLowerCase()));
  if ([...found].every((id) => known.has(id))) return found;
  throw uipathError('uipath-answer-invalid', attempt, 'UiPath answers other ids than the ones asked', {
    status: 200,
  });
}
