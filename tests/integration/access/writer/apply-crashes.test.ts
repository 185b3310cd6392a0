import { describe, expect, it } from '@jest/globals';
import { applyChanges } from '../../../../shared/access/writer/apply-changes';
import { SHOWS_WITHIN_MS } from '../../../../shared/domain/plan/open-call';
import { countdown, dyingAfter } from '../../../fixtures/dying-instance';
import { TICK_MS } from '../live-through-time';
import { ANA, BEN, OLGA, useWorlds, type World } from '../world';

const start = useWorlds();
const SEED = { groups: { Administrators: [OLGA], Developers: [BEN], Users: [], Finance: [], Treasury: [] } };
const POLICY = {
  birthright: [{ name: 'automation', when: { department: 'Automation' }, groups: ['Developers'] }],
};

/** Runs the writer, which dies after so many steps; true when it did. */
async function runDying(world: World, steps: number): Promise<boolean> {
  const dying = dyingAfter(world.engine.app, countdown(steps));
  return (await applyChanges(dying, { organization: world.alias }).catch(() => 'died')) === 'died';
}

describe('a crash after any step of a run (incident 8)', () => {
  it('leaves one membership added, one taken away, and one chain of evidence', async () => {
    let steps = 0;
    for (let died = true; died;) {
      steps += 1;
      const world = await start({ seed: SEED, policy: POLICY });
      await world.joins(ANA);
      await world.asks('REQ-1', { kind: 'grant', person: ANA, group: 'Finance' });
      await world.leaves(BEN, { lastWorkingDay: '2026-03-01' });
      const messages = world.engine.queued().length;
      await world.engine.work({ ...world.engine.app, leases: { acquire: async () => undefined } });
      died = await runDying(world, steps);
      await world.pass(TICK_MS);
      expect(messages).toBe(3);
      expect(['Developers', 'Finance'].map(world.members)).toEqual([[ANA], [ANA]]);
      expect((await world.ledger(ANA))?.applied.map(({ origin }) => origin)).toEqual(['applied', 'applied']);
      const kinds = [...(await world.kinds(ANA)), ...(await world.kinds(BEN))];
      expect(kinds.filter((kind) => kind === 'membership-added')).toHaveLength(2);
      expect(kinds.filter((kind) => kind === 'membership-removed').length).toBeLessThanOrEqual(1);
      expect([await world.fault(ANA), await world.fault(BEN)]).toEqual([undefined, undefined]);
      expect(await world.engine.app.changes.listAttempts(world.alias)).toEqual([]);
      expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    }
    expect(steps).toBeGreaterThan(15);
  }, 120_000);

  it('leaves one rule', async () => {
    let steps = 0;
    for (let died = true; died;) {
      steps += 1;
      const world = await start({ seed: { saml: true } });
      await world.asks('R1', {
        kind: 'create-rule',
        name: 'Claims',
        owner: BEN,
        definition: {
          groups: ['Developers'],
          conditions: [{ claimName: 'a', conditionType: 'Contains', value: 'Night' }],
        },
      });
      await world.engine.work();
      died = await runDying(world, steps);
      await world.pass(SHOWS_WITHIN_MS + TICK_MS);
      expect(world.engine.uipath.organization(world.alias).rules.size).toBe(1);
      expect(await world.engine.app.changes.hasWork(world.alias)).toBe(false);
    }
    expect(steps).toBeGreaterThan(6);
  }, 120_000);
});
