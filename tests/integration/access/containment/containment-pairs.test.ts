import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { openStage } from '../../../chaos/stage';
import { OTHER_FAULTS } from './faults-beside-the-writer';
import { WRITER_FAULTS } from './faults-of-the-writer';
import { playFaults, type Lasting } from './play-faults';

const FAULTS = [...WRITER_FAULTS, ...OTHER_FAULTS];
let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage.close();
});

type Case = Readonly<{ title: string; lasting: readonly Lasting[] }>;

function caseOf(...lasting: readonly Lasting[]): Case {
  return {
    lasting,
    title: lasting.map(({ fault, how }) => `${fault.unit}: ${fault.how}, and ${how}`).join(' | '),
  };
}

const ALONE = FAULTS.flatMap((fault) => [caseOf({ fault, how: 'passes' }), caseOf({ fault, how: 'stays' })]);
const PAIRS = FAULTS.flatMap((first, index) =>
  FAULTS.slice(index + 1)
    .filter(({ unit }) => unit !== first.unit)
    .map((second) => caseOf({ fault: first, how: 'stays' }, { fault: second, how: 'stays' })),
);

it.each([...ALONE, ...PAIRS])('$title', async ({ lasting }) => {
  expect(await playFaults(stage, lasting)).toEqual([]);
});
