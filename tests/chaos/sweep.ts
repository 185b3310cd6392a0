import type { OpenStorage } from './history-storage';
import { play, type Bug, type Stage } from './play';
import type { Story } from './story';
import type { Step, StepFault } from './turns';

export type Sweep = Readonly<{
  stage: Stage;
  open: OpenStorage;
  story: Story;
  fault: StepFault;
  /** Only every so many of the steps. */
  stride?: number;
  bug?: Bug;
}>;

export type Swept = Readonly<{ steps: number; played: number; violations: readonly string[] }>;

/** Reads leave nothing behind: a process that dies after one leaves what it left when it died before it. */
const READS = /getEntity|listEntities|downloadToBuffer|http GET|http POST (?!api\/Rule)/;

/**
 * Plays a history once for each of its steps that leaves something behind, with one fault at that step, and collects what
 * should not have happened. Dying before a step leaves what dying after the one before it leaves.
 */
export async function sweep({ stage, open, story, fault, stride = 1, bug }: Sweep): Promise<Swept> {
  const violations: string[] = [];
  const playWith = async (failing: number | undefined): Promise<readonly Step[]> => {
    const storage = open();
    const played = await play(story, {
      stage,
      storage,
      faultAt: ({ index }) => (index === failing ? fault : undefined),
      ...(bug === undefined ? {} : { bug }),
    });
    await storage.forget();
    const step = played.steps[failing ?? -1];
    const where = step === undefined ? 'without a fault' : `${fault} step ${step.index} (${step.what})`;
    violations.push(...played.violations.map((violation) => `${where}: ${violation}`));
    return played.steps;
  };
  const steps = await playWith(undefined);
  const chosen = steps.filter(({ what }) => !READS.test(what)).filter((_, number) => number % stride === 0);
  for (const { index } of chosen) await playWith(index);
  return { steps: steps.length, played: chosen.length, violations };
}
