import type { Story } from './story';

/** The same history with as few events as it takes to go wrong. `goesWrong` plays it. */
export async function shrink(story: Story, goesWrong: (story: Story) => Promise<boolean>): Promise<Story> {
  let smallest = story;
  for (let index = story.events.length - 1; index >= 0; index -= 1) {
    const events = smallest.events.filter((_, position) => position !== index);
    const smaller = { ...smallest, events };
    if (await goesWrong(smaller)) smallest = smaller;
  }
  return smallest;
}
