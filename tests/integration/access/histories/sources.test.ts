import { expect, it } from '@jest/globals';
import { useWorlds } from '../world';
import { playFromSource, SOURCE_HISTORIES, SOURCES_WITH_IDS } from './play-from-source';

const begin = useWorlds();
const histories = SOURCE_HISTORIES.filter(({ number }) => number === 1 || number === 12);

it.each(
  SOURCES_WITH_IDS.flatMap((sender) =>
    histories.map((history) => [sender.format, history.number, history.title, sender, history] as const),
  ),
)('%s tells history %s in its own bytes: %s', async (_format, _number, _title, sender, history) => {
  expect(await playFromSource(begin, sender, history)).toEqual(history.at);
});
