import { startUiPathSandbox } from '../../sandbox/uipath/sandbox';
import type { Clock } from '../../shared/clock';
import type { Stage } from './play';

/** One simulated UiPath for many histories, one after the other. */
export async function openStage(): Promise<Stage & Readonly<{ close: () => Promise<void> }>> {
  const clock: { current: Clock } = {
    current: {
      now: () => 0,
      sleep: async () => {
        throw new Error('No history is being played');
      },
    },
  };
  const uipath = await startUiPathSandbox({
    clock: { now: () => clock.current.now(), sleep: async (ms) => clock.current.sleep(ms) },
    random: () => 0.5,
  });
  return { uipath, clock, close: uipath.close };
}
