import { parseArgs } from 'node:util';
import { startAzurite } from '../../sandbox/azurite';
import { FIXED_STORIES } from './fixed-stories';
import { openEmulatedStorage, openHistoryInMemory, type OpenStorage } from './history-storage';
import { isKind, KINDS } from './kinds';
import { play, type Stage } from './play';
import { shrink } from './shrink';
import { openStage } from './stage';
import type { Story } from './story';
import { sweep } from './sweep';

const PROGRESS_EVERY = 100;
const FAULTS = ['crash-after', 'fail-before', 'fail-after', 'twice', 'lose-lease', 'jump-clock'] as const;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    /** One history, with its diary. */
    seed: { type: 'string' },
    /** `plain`, `standing`, `records` or `mixed`. */
    kind: { type: 'string', default: 'mixed' },
    /** The histories written by hand, with each fault at each step. */
    sweep: { type: 'boolean', default: false },
    /** Over the storage emulator instead of tables in memory. */
    azurite: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const stage = await openStage();
  const azurite = values.azurite ? await startAzurite() : undefined;
  let opened = 0;
  const open: OpenStorage = () => {
    opened += 1;
    return azurite === undefined ? openHistoryInMemory() : openEmulatedStorage(azurite, `c${opened}`);
  };
  const startedAtMs = Date.now();
  try {
    const { runs, violations } = values.sweep
      ? await sweepAll(stage, open)
      : await playAll(stage, open, values.seed);
    const seconds = (Date.now() - startedAtMs) / 1_000;
    say(`${runs} runs, ${violations} violations, ${seconds.toFixed(1)} seconds`);
    process.exitCode = violations === 0 ? 0 : 1;
  } finally {
    await Promise.all([stage.close(), azurite?.close()]);
  }
}

type Total = Readonly<{ runs: number; violations: number }>;

async function playAll(stage: Stage, open: OpenStorage, only: string | undefined): Promise<Total> {
  const first = Number(only ?? values.from);
  const runs = only === undefined ? Number(values.runs) : 1;
  let violations = 0;
  const violationsOf = async (story: Story): Promise<readonly string[]> => {
    const storage = open();
    const played = await play(story, { stage, storage });
    await storage.forget();
    if (only !== undefined && story.seed === first) for (const line of played.diary) say(line);
    return played.violations;
  };
  const { kind } = values;
  if (!isKind(kind)) throw new Error(`There is no kind ${kind}: ${Object.keys(KINDS).join(', ')}`);
  for (let seed = first; seed < first + runs; seed += 1) {
    const story = KINDS[kind](seed);
    const found = await violationsOf(story);
    if (found.length > 0) {
      violations += found.length;
      for (const violation of found) say(`seed ${seed}: ${violation}`);
      say(`again: npm run chaos -- --kind ${kind} --seed ${seed}`);
      if (only === undefined) {
        const small = await shrink(story, async (smaller) =>
          (await violationsOf(smaller)).includes(found[0] ?? ''),
        );
        for (const event of small.events) say(`  ${JSON.stringify(event)}`);
      }
    }
    const done = seed - first + 1;
    if (done % PROGRESS_EVERY === 0) say(`${done} of ${runs} histories, ${violations} violations`);
  }
  return { runs, violations };
}

async function sweepAll(stage: Stage, open: OpenStorage): Promise<Total> {
  let runs = 0;
  let violations = 0;
  for (const [title, story] of Object.entries(FIXED_STORIES))
    for (const fault of FAULTS) {
      const swept = await sweep({ stage, open, story, fault });
      runs += swept.played + 1;
      violations += swept.violations.length;
      for (const violation of swept.violations) say(`${title}: ${violation}`);
      say(`${title}: ${fault} at ${swept.played} of ${swept.steps} steps`);
    }
  return { runs, violations };
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

void main();
