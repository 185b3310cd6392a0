import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scaled, type Benchmark } from '../benchmark';
import { bundleScript } from '../bundle-script';
import { startSurroundings } from '../engine';
import { runEngineProcess } from './run-engine-process';
import { fillLedger, type Employee } from './staff';

const ALIAS = 'leavers';
const FULL_LEAVERS = 500;
const FULL_GROUPS = 2_000;
const GROUPS_EACH = 20;

/** Leavers are looked up in every group of the organization. */
export const leavers: Benchmark = {
  name: 'leavers',
  about:
    '500 leavers at once in an organization of 2,000 groups, each in twenty of them: planned until a guard is asked',
  targets: [
    { figure: 'planSeconds', atMost: 3 },
    { figure: 'peakMemoryMb', atMost: 300 },
  ],
  run: async ({ size, progress }) => {
    const groups = Array.from(
      { length: scaled(FULL_GROUPS, size, GROUPS_EACH) },
      (_, index) => `Group ${String(index + 1).padStart(4, '0')}`,
    );
    const people = Array.from({ length: scaled(FULL_LEAVERS, size, 10) }, (_, index): Employee => ({
      email: `leaver.${index + 1}@bench.example`,
      attributes: {},
      groups: Array.from(
        { length: GROUPS_EACH },
        (__, step) => groups[(index * 7 + step * 97) % groups.length] ?? '',
      ),
    }));
    const members = new Map<string, string[]>();
    for (const person of people)
      for (const group of person.groups) members.set(group, [...(members.get(group) ?? []), person.email]);
    const surroundings = await startSurroundings({
      organizations: [
        {
          name: ALIAS,
          users: people.map(({ email }) => email),
          groups: Object.fromEntries(groups.map((name) => [name, members.get(name) ?? []])),
        },
      ],
      policy: { organizations: [ALIAS], workforce: { groups, birthright: [] } },
    });
    const folder = await mkdtemp(join(tmpdir(), 'bench-leavers-'));
    try {
      await fillLedger(surroundings, ALIAS, people, surroundings.clock.now());
      progress(`${people.length} people left`);
      const groupIds = new Map(
        [...surroundings.uipath.organization(ALIAS).groups.values()].map(({ id, name }) => [name, id]),
      );
      const memberships = people.map(
        (person) =>
          [
            surroundings.uipath.idOf(ALIAS, person.email),
            person.groups.map((name) => groupIds.get(name) ?? ''),
          ] as const,
      );
      const script = await bundleScript('bench/leavers/engine-process.ts', folder);
      const { figures, held } = await runEngineProcess(
        script,
        { organization: ALIAS, latencyMs: 0, task: { kind: 'plan', memberships } },
        surroundings,
        progress,
      );
      const counts = surroundings.uipath.counts(ALIAS);
      return {
        leavers: people.length,
        groups: groups.length,
        memberships: [...members.values()].reduce((sum, emails) => sum + emails.length, 0),
        ...figures,
        heldRemovals: held.length,
        getCalls: counts['GET']?.requests ?? 0,
        postCalls: counts['POST']?.requests ?? 0,
      };
    } finally {
      await Promise.all([surroundings.close(), rm(folder, { recursive: true, force: true })]);
    }
  },
};
