import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { largestOf } from '../../shared/domain/extremes';
import { rounded, scaled, type Benchmark, type BenchmarkContext, type Figures } from '../benchmark';
import { bundleScript } from '../bundle-script';
import { startSurroundings, type Surroundings } from '../engine';
import { createWorkforce, seedOf, type Workforce } from '../workforce';
import { runEngineProcess } from './run-engine-process';
import { fillLedger, type Employee } from './staff';

const ALIAS = 'mass';
const FULL_PEOPLE = 10_000;
/** As many as the quota of a window lets have calls of their own: who waits for the next one waits for no export. */
const FULL_JOINERS = 20;
const EXPORT_MS = 60_000;

type Company = Readonly<{
  workforce: Workforce;
  leavers: readonly Employee[];
  joiners: readonly Employee[];
}>;

/** Everybody but the joiners of that minute is said to have left. */
export const mass: Benchmark = {
  name: 'mass',
  about:
    'A wrong export of HR ends 10,000 people within a minute, in which others join: held, and nobody else is delayed',
  targets: [
    { figure: 'heldAfterVirtualSeconds', atMost: 60 },
    { figure: 'peakMemoryMb', atMost: 400 },
    { figure: 'additionDelayVirtualSeconds', atMost: 30 },
    { figure: 'http429', atMost: 0 },
  ],
  run: async (context) => {
    const joiners = scaled(FULL_JOINERS, context.size, 2);
    const people = scaled(FULL_PEOPLE, context.size, 40);
    const workforce = createWorkforce({ people: people + joiners, groups: 40, groupsEach: 3 });
    const groupsOf = new Map(workforce.birthright.map(({ team, groups }) => [team, groups]));
    const everybody = workforce.people.map((person): Employee => ({
      ...person,
      groups: groupsOf.get(person.attributes['team'] ?? '') ?? [],
    }));
    const company = { workforce, leavers: everybody.slice(joiners), joiners: everybody.slice(0, joiners) };
    const folder = await mkdtemp(join(tmpdir(), 'bench-mass-'));
    try {
      const script = await bundleScript('bench/leavers/engine-process.ts', folder);
      const alone = await storm(script, { ...company, leavers: [] }, context);
      const together = await storm(script, company, context);
      const delays = company.joiners.map(({ email }) => waitOf(together, email) - waitOf(alone, email));
      return {
        ended: people,
        joiners,
        uipathLatencyMs: context.latencyMs ?? 0,
        ...together.figures,
        putCallsWithout: alone.figures['putCalls'] ?? null,
        additionDelayVirtualSeconds: rounded(Math.max(0, largestOf(delays, 0))),
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

type Storm = Readonly<{ figures: Figures; addedAfterMs: ReadonlyMap<string, number> }>;

function waitOf({ addedAfterMs }: Storm, email: string): number {
  const waitMs = addedAfterMs.get(email);
  if (waitMs === undefined) throw new Error(`${email} was not added`);
  return waitMs / 1000;
}

async function storm(script: string, company: Company, context: BenchmarkContext): Promise<Storm> {
  const { workforce, leavers, joiners } = company;
  const members = new Map(
    workforce.groups.map((name) => [
      name,
      leavers.filter(({ groups }) => groups.includes(name)).map(({ email }) => email),
    ]),
  );
  const surroundings = await startSurroundings({
    organizations: [seedOf(ALIAS, workforce, { members })],
    policy: { organizations: [ALIAS], workforce },
  });
  try {
    await fillLedger(surroundings, ALIAS, leavers);
    context.progress(`${leavers.length} people in the ledger`);
    const spread = (index: number, count: number): number => Math.floor((index * EXPORT_MS) / count);
    const startMs = surroundings.clock.now();
    const arrivals = joiners.map((joiner, index) => ({ ...joiner, afterMs: spread(index, joiners.length) }));
    const addedAfterMs = watchAdditions(surroundings, arrivals, startMs);
    const done = await runEngineProcess(
      script,
      {
        organization: ALIAS,
        latencyMs: context.latencyMs ?? 0,
        task: {
          kind: 'storm',
          leavers: leavers.map(({ email }, index) => ({ email, afterMs: spread(index, leavers.length) })),
          joiners: arrivals.map(({ email, attributes, afterMs }) => ({ email, attributes, afterMs })),
        },
      },
      surroundings,
      context.progress,
    );
    const counts = surroundings.uipath.counts(ALIAS);
    return {
      addedAfterMs,
      figures: {
        ...done.figures,
        removedMemberships: removedFrom(surroundings, leavers, new Set(done.held)),
        heldRemovals: new Set(done.held).size,
        putCalls: counts['PUT']?.requests ?? 0,
        postCalls: counts['POST']?.requests ?? 0,
        http429: Object.values(counts).reduce((sum, { throttled }) => sum + throttled, 0),
      },
    };
  } finally {
    await surroundings.close();
  }
}

/** When each joiner is in all of their groups, milliseconds after their webhook. */
function watchAdditions(
  { uipath, clock }: Surroundings,
  arrivals: ReadonlyArray<Employee & Readonly<{ afterMs: number }>>,
  startMs: number,
): ReadonlyMap<string, number> {
  const addedAfterMs = new Map<string, number>();
  uipath.onRequest(({ phase, method }) => {
    if (phase !== 'after' || method !== 'PUT') return;
    for (const { email, groups, afterMs } of arrivals) {
      if (addedAfterMs.has(email)) continue;
      const id = uipath.idOf(ALIAS, email);
      if (groups.every((group) => uipath.memberIds(ALIAS, group).has(id)))
        addedAfterMs.set(email, clock.now() - startMs - afterMs);
    }
  });
  return addedAfterMs;
}

/** Memberships that were removed before a guard saw that they are too many. Each of the others is held. */
function removedFrom(
  { uipath }: Surroundings,
  leavers: readonly Employee[],
  held: ReadonlySet<string>,
): number {
  const groupIds = new Map([...uipath.organization(ALIAS).groups.values()].map(({ id, name }) => [name, id]));
  let removed = 0;
  for (const { email, groups } of leavers) {
    const id = uipath.idOf(ALIAS, email);
    for (const group of groups)
      if (!uipath.memberIds(ALIAS, group).has(id)) removed += 1;
      else if (!held.has(`${groupIds.get(group) ?? ''}/${id}`))
        throw new Error(`${email} is in ${group}, and that is not held`);
  }
  return removed;
}
