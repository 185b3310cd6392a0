import { DAY_MS } from '../durations';
import { countOf, type OrganizationStatus } from './organization-status';
import type { RollOut } from './roll-out';

/** `observe`: nothing is written. `additive`: some groups are not governed as a whole yet. `authoritative`: all are. */
type RollOutStage = 'observe' | 'additive' | 'authoritative';

/** Where an organization is in its roll-out, what to look at today, and what the next step would be. docs/rollout.md says it at length. */
export type Advice = Readonly<{
  stage: RollOutStage;
  today: readonly string[];
  next: string;
  /** Why the next step had better wait. Nothing: it can be made today. */
  waitsFor: readonly string[];
}>;

/** So many audits in a row under one version of the policy, before the next step is made. */
const NIGHTS = 7;
const OBSERVED_MS = 7 * DAY_MS;

/** From what is stored alone; what could not be read makes the next step wait. `toSeeTo`: what a person has to see to now. */
export function adviceOfTheDay(status: OrganizationStatus, toSeeTo: readonly string[]): Advice {
  const { rollOut } = status;
  const stage = stageOf(rollOut);
  const silent = rollOut.sources.kind === 'known' ? rollOut.sources.value.silent : [];
  return {
    stage,
    today: [
      ...(toSeeTo.length > 0 ? ['first see to what is to do'] : []),
      ...(silent.length > 0
        ? [`ask why nothing comes from ${silent.join(', ')}: nobody's leaving is heard from there`]
        : []),
      LOOK_AT[stage],
    ],
    next: nextStep(stage, rollOut),
    waitsFor: stage === 'authoritative' ? [] : whatItWaitsFor(stage, status, toSeeTo),
  };
}

const LOOK_AT: Readonly<Record<RollOutStage, string>> = {
  observe: 'look through what would be done: access holds, access who GROUP, and the findings of the night',
  additive:
    'look at what was done since yesterday: access history --group GROUP, and the findings of the night',
  authoritative: 'look at what the night found, and at what waits for a release: access holds',
};

function stageOf({ mode, groups }: RollOut): RollOutStage {
  if (mode === 'observe') return 'observe';
  return groups.observe.count + groups.additive.count > 0 ? 'additive' : 'authoritative';
}

function nextStep(stage: RollOutStage, { groups }: RollOut): string {
  if (stage === 'authoritative') return 'none: every group is authoritative';
  if (stage === 'observe') {
    const written = groups.additive.count + groups.authoritative.count;
    return written === 0
      ? 'set the mode of the organization to enforce, with its groups in observe still: leavers go from the groups that the policy does not name, rules and entries are written'
      : `set the mode of the organization to enforce: it is written into ${countOf(written, 'group')} then; leave in observe those that are to wait`;
  }
  return groups.observe.first === null
    ? `set the mode of ${groups.additive.first ?? 'a group'} to authoritative: whom it found there goes too, once no reason is left`
    : `set the mode of ${groups.observe.first} to additive: whoever has a reason is put into it, leavers and whom it put there go`;
}

function whatItWaitsFor(
  stage: RollOutStage,
  status: OrganizationStatus,
  toSeeTo: readonly string[],
): readonly string[] {
  const { atMs, rollOut, pause } = status;
  const { nights, observedSinceMs, sources } = rollOut;
  const needed = stage === 'observe' ? 'whole' : 'green';
  const word = stage === 'observe' ? 'that could read everything' : 'without an open finding';
  const had = nights.kind === 'known' ? nights.value[needed] : 0;
  const sinceMs = observedSinceMs.kind === 'known' ? observedSinceMs.value : null;
  const isPaused = pause.kind === 'known' && pause.value !== null;
  return [
    ...(isPaused ? ['the end of the pause'] : []),
    ...(stage === 'observe' && !works(status)
      ? ['what does not work: access doctor, access dead-letters']
      : []),
    ...(stage === 'additive' && toSeeTo.length > 0 && !isPaused ? ['what is to do now'] : []),
    ...(had < NIGHTS
      ? [`${NIGHTS} audits in a row ${word} under the policy in force: there are ${had}`]
      : []),
    ...(stage === 'observe' && sinceMs !== null && atMs - sinceMs < OBSERVED_MS
      ? ['a week in observe: people come and go by the day of the week']
      : []),
    ...(sources.kind === 'known' && sources.value.silent.length > 0 ? ['a word from every source'] : []),
  ];
}

/** What an organization in observe has to show: what is found there may be what it was taken over with. */
function works({ readiness, deadDeliveries }: OrganizationStatus): boolean {
  return (
    readiness.kind === 'known' &&
    readiness.value.faults.length === 0 &&
    deadDeliveries.kind === 'known' &&
    deadDeliveries.value === 0
  );
}
