import { makeRecordsStory } from './make-records-story';
import { makeStandingStory } from './make-standing-story';
import { makeStory } from './make-story';
import type { Story } from './story';

/**
 * `plain`: faults that pass. `standing`: faults that stay, slow calls and delays. `mixed`: both in turn. `records`: several employments
 * and new addresses.
 */
export const KINDS = {
  plain: makeStory,
  standing: makeStandingStory,
  records: makeRecordsStory,
  mixed: (seed) => (seed % 2 === 0 ? makeStandingStory(seed) : makeStory(seed)),
} as const satisfies Readonly<Record<string, (seed: number) => Story>>;

export type Kind = keyof typeof KINDS;
