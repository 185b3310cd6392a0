import { describe, expect, it } from '@jest/globals';
import { listFailingUnits } from '../../../../shared/access/desk/list-failing-units';
import { nextBackoff, type Unit } from '../../../../shared/domain/plan/backoff';
import { AppError } from '../../../../shared/errors';
import { createBackoffs } from '../../../fakes/backoffs';

const HOUR_MS = 3_600_000;

async function listOf(units: ReadonlyArray<readonly [Unit, number]>, nowMs: number) {
  const backoffs = createBackoffs();
  for (const [unit, atMs] of units)
    await backoffs.put('acme', nextBackoff(undefined, { unit, code: 'uipath-rejected', nowMs: atMs }));
  const rows: Readonly<Record<string, unknown>> = {
    ana: { email: 'ana@acme.example' },
    rule: { name: 'Contractors' },
  };
  return listFailingUnits(
    {
      policy: async () => ({ organizations: new Map([['acme', {}]]) }) as never,
      backoffs,
      ledger: {
        read: (async ({ key }: Readonly<{ key: string }>) => {
          if (key === 'broken') throw new AppError('record-unreadable', 'unreadable');
          return key in rows ? { value: rows[key] } : undefined;
        }) as never,
      },
      clock: { now: () => nowMs },
    },
    'acme',
  );
}

describe('units that fail', () => {
  it('are named as people name them, and by their key where nothing tells a name', async () => {
    const failing = await listOf(
      [
        [{ kind: 'group', key: 'g1', name: 'Developers' }, 0],
        [{ kind: 'person', key: 'ana' }, 1],
        [{ kind: 'rule', key: 'rule' }, 2],
        [{ kind: 'person', key: 'broken' }, 3],
        [{ kind: 'person', key: 'nobody' }, 4],
        [{ kind: 'attempt', key: 'a1' }, 5],
        [{ kind: 'outcome', key: 'ana/g1', name: 'Developers' }, 6],
      ],
      10,
    );
    expect(failing.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'group Developers',
      'person ana@acme.example',
      'rule Contractors',
      'person broken',
      'person nobody',
      'attempt a1',
      'outcome Developers: ana@acme.example',
    ]);
  });

  it('come with their code, since when they fail and when they are tried again, the oldest first', async () => {
    const failing = await listOf(
      [
        [{ kind: 'group', key: 'g2', name: 'Later' }, 5_000],
        [{ kind: 'group', key: 'g1', name: 'Earlier' }, 1_000],
      ],
      6_000,
    );
    expect(failing).toEqual([
      {
        kind: 'group',
        name: 'Earlier',
        code: 'uipath-rejected',
        failures: 1,
        sinceMs: 1_000,
        nextTryMs: 61_000,
      },
      expect.objectContaining({ name: 'Later', nextTryMs: 65_000 }),
    ]);
  });

  it.each([
    ['for less than two hours after its time', 60_000 + 2 * HOUR_MS - 1, 1],
    ['for two hours after its time', 60_000 + 2 * HOUR_MS, 0],
  ])('that were not tried again %s: %i', async (_how, nowMs, shown) => {
    expect(await listOf([[{ kind: 'group', key: 'g1', name: 'Developers' }, 0]], nowMs)).toHaveLength(shown);
  });

  it('are of an organization that the policy names', async () => {
    const deps = { policy: async () => ({ organizations: new Map() }) as never } as never;
    await expect(listFailingUnits(deps, 'nobody')).rejects.toMatchObject({ code: 'dead-letter-unknown' });
  });
});
