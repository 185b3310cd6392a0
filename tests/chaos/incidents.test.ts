import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FIXED_STORIES, hr } from './fixed-stories';
import { openHistoryInMemory } from './history-storage';
import { play } from './play';
import { openStage } from './stage';
import type { Story } from './story';
import { PEOPLE, START_MS } from './test-organization';
import { sweep } from './sweep';

const root = join(__dirname, '..', '..');
const listed = ['incidents.md', 'containment.md']
  .flatMap((name) => [
    ...readFileSync(join(root, 'docs', name), 'utf8').matchAll(/\| `(tests\/[^`]+)`: (.*?) \|$/gm),
  ])
  .map(([, file = '', title = '']) => ({ file, title: title.trim() }));

let stage: Awaited<ReturnType<typeof openStage>>;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(async () => {
  await stage.close();
});

function named(title: string): Story {
  const story = FIXED_STORIES[title];
  if (story === undefined) throw new Error(`There is no story of how ${title}`);
  return story;
}

it('lists the incidents, and what fails alone', () => {
  expect(listed.length).toBeGreaterThan(45);
});

it.each(listed)('finds the test "$title"', ({ file, title }) => {
  expect(readFileSync(join(root, file), 'utf8')).toContain(title);
});

it('keeps a leaver out when a feed that lags goes on about them (incident 14)', async () => {
  const [ana] = PEOPLE;
  const story = named('somebody joins, moves and leaves');
  const attributes = { department: 'Finance' };
  const lagging = [30, 60].map((minutes) =>
    hr(`late-${minutes}`, minutes, { type: 'worker.moved', worker: { email: ana }, attributes }),
  );
  const events = [...story.events, ...lagging].toSorted((a, b) => a.atMs - b.atMs);
  const { violations } = await play({ ...story, events }, { stage, storage: openHistoryInMemory() });
  expect(violations).toEqual([]);
  expect(stage.uipath.memberIds('acme', 'Robot Finance').has(stage.uipath.idOf('acme', ana))).toBe(false);
});

it('takes back what UiPath showed late (incident A)', async () => {
  for (const [, story] of Object.entries(FIXED_STORIES)) {
    const events = [{ kind: 'uipath-lag', atMs: START_MS, ms: 90_000 } as const, ...story.events];
    const { violations } = await play({ ...story, events }, { stage, storage: openHistoryInMemory() });
    expect(violations).toEqual([]);
  }
});

it('tells a removal once when the storage library repeats itself (incident B)', async () => {
  const story = named('somebody joins, moves and leaves');
  const swept = await sweep({ stage, open: openHistoryInMemory, story, fault: 'twice' });
  expect(swept.violations).toEqual([]);
}, 300_000);
