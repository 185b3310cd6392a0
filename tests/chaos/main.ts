import { Command, Option } from 'commander';
import { startAzurite } from '../../sandbox/azurite';
import { toWholeNumber } from '../fixtures/to-whole-number';
import { FIXED_STORIES } from './fixed-stories';
import { openEmulatedStorage, openHistoryInMemory, type OpenStorage } from './history-storage';
import { KINDS, type Kind } from './kinds';
import { play, type Stage } from './play';
import { shrink } from './shrink';
import { openStage } from './stage';
import type { Story } from './story';
import { sweep } from './sweep';

const PROGRESS_EVERY = 100;
const FAULTS = ['crash-after', 'fail-before', 'fail-after', 'twice', 'lose-lease', 'jump-clock'] as const;

const program = new Command('chaos')
  .description(
    'Plays random histories of an organization, with faults at every turn, and judges how each one ends.',
  )
  .option('--runs <number>', 'how many histories', toWholeNumber, 1_000)
  .option('--from <seed>', 'the first one', toWholeNumber, 1)
  .option('--seed <seed>', 'one history, with its diary', toWholeNumber)
  .addOption(new Option('--kind <kind>', 'what happens in them').choices(Object.keys(KINDS)).default('mixed'))
  .option('--sweep', 'the histories written by hand, with each fault at each step')
  .option('--azurite', 'over the storage emulator instead of tables in memory');

type Options = Readonly<{
  runs: number;
  from: number;
  seed?: number;
  kind: Kind;
  sweep?: true;
  azurite?: true;
}>;

async function main(): Promise<void> {
  program.parse();
  const options = program.opts<Options>();
  const stage = await openStage();
  const azurite = options.azurite === true ? await startAzurite() : undefined;
  let opened = 0;
  const open: OpenStorage = () => {
    opened += 1;
    return azurite === undefined ? openHistoryInMemory() : openEmulatedStorage(azurite, `c${opened}`);
  };
  const startedAtMs = Date.now();
  try {
    const { runs, violations } =
      options.sweep === true ? await sweepAll(stage, open) : await playAll(stage, open, options);
    const seconds = (Date.now() - startedAtMs) / 1_000;
    say(`${runs} runs, ${violations} violations, ${seconds.toFixed(1)} seconds`);
    process.exitCode = violations === 0 ? 0 : 1;
  } finally {
    await Promise.all([stage.close(), azurite?.close()]);
  }
}

type Total = Readonly<{ runs: number; violations: number }>;

async function playAll(stage: Stage, open: OpenStorage, options: Options): Promise<Total> {
  const { seed: only, kind } = options;
  const first = only ?? options.from;
  const runs = only === undefined ? options.runs : 1;
  let violations = 0;
  const violationsOf = async (story: Story): Promise<readonly string[]> => {
    const storage = open();
    const played = await play(story, { stage, storage });
    await storage.forget();
    if (only !== undefined && story.seed === first) for (const line of played.diary) say(line);
    return played.violations;
  };
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
