import type { UiPathSandbox } from '../../sandbox/uipath/sandbox-controls';
import type { HeldNow } from './judge-holds';
import { judgePerson, viewsOf, type Knowledge, type Seen } from './judge';
import type { Story } from './story';
import { MINUTE_MS, PEOPLE, TIGHT } from './test-organization';

/** What was watched: from `knowledge.startedAtMs` on nothing new was needed to serve what was known then. */
export type Watched = Readonly<{
  story: Story;
  uipath: UiPathSandbox;
  seen: Seen;
  /** Removals that wait for a person, or that a person released just now. */
  held: HeldNow;
  knowledge: Knowledge;
  /** Whom a trouble concerned at any time. */
  isConcerned: (person: string, group: string) => boolean;
}>;

/** Two ticks, and a minute in which a change may wait for its call to fill. */
const LONGEST_DELAY_MS = 2 * MINUTE_MS;
/** Calls, one after the other, of a run that is at work already and of the next one. */
const CALLS = 60;

/** How long a word that was processed may take until UiPath shows it. */
export function mostDelayMs({ latencyMs }: Pick<Story, 'latencyMs'>): number {
  return LONGEST_DELAY_MS + CALLS * latencyMs;
}

/**
 * Whoever is not concerned by a trouble has been served by now. Only what is not as expected in every view of what was known
 * counts. Where the weather takes processes, messages or the quota away, nothing is promised.
 */
export function judgeDelay({
  story,
  uipath,
  seen,
  held,
  knowledge,
  isConcerned,
}: Watched): readonly string[] {
  const { steps, post } = story.weather;
  const isCalm = Object.keys(steps).length === 0 && post.late + post.lost === 0;
  const isQuick = !story.events.some(({ kind }) => kind === 'uipath-fault' || kind === 'uipath-lag');
  if (!isCalm || !isQuick || story.organization.limits === TIGHT) return [];
  return PEOPLE.flatMap((person) => {
    const faults = viewsOf(person, seen, knowledge).map((view) =>
      judgePerson(person, view, { uipath, seen, held }),
    );
    const [first = []] = faults;
    return first
      .filter(({ group }) => !isConcerned(person, group))
      .filter(({ text }) => faults.every((all) => all.some((fault) => fault.text === text)))
      .map(({ text }) => `delayed: ${text}`);
  });
}
