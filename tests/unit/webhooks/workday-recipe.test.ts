import { describe, expect, it } from '@jest/globals';
import { createLocalJWKSet, type JSONWebKeySet } from 'jose';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { entraToken, keySetOf, newEntraKey } from '../../../sandbox/vendors/entra';
import { workerAt } from '../../../shared/domain/ledger/worker-timeline';
import { createIdentityCheck } from '../../../shared/webhooks/check-entra-token';
import { createDeliveryWorld } from '../../fixtures/webhooks/delivery-world';
import { PERSON, policyOf, vendorSenders } from '../../fixtures/webhooks/vendor-senders';

const recipe = readFileSync(join(__dirname, '../../../docs/sources/workday.md'), 'utf8');
const blocksOf = (language: string): readonly string[] =>
  [...recipe.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, text = '']) => text);

const from = vendorSenders.find((one) => one.format === 'standard-token' && one.feed === 'hr');
if (from === undefined) throw new Error('There is no such sender');
const [sources = ''] = blocksOf('yaml');
const policy = `${policyOf(from).split('sources:')[0]}${sources}`;

describe('the recipe for Workday', () => {
  it('has bodies and a policy that make a joiner, a mover and a leaver on their days', async () => {
    const key = newEntraKey();
    const bodies = blocksOf('json');
    const said = bodies.map((body) => Date.parse((JSON.parse(body) as { occurredAt: string }).occurredAt));
    const world = createDeliveryWorld(policy, {
      nowMs: said[0] ?? 0,
      secrets: {},
      checkIdentity: createIdentityCheck(() => createLocalJWKSet(keySetOf(key) as JSONWebKeySet)),
    });
    for (const [index, body] of bodies.entries()) {
      world.advance((said[index] ?? 0) - world.clock.now());
      const headers = {
        'content-type': 'application/json',
        authorization: `Bearer ${entraToken(key, world.clock.now())}`,
      };
      await world.deliver({ feed: 'hr', source: 'workday', headers, body });
    }
    expect(world.outcomes()).toEqual(['recorded', 'recorded', 'recorded']);
    const timeline = world.person('acme', PERSON)?.timeline ?? [];
    const seen = ['2026-11-30', '2026-12-01', '2027-01-01', '2027-02-16'].map((day) => {
      const { employment, attributes } = workerAt(timeline, Date.parse(`${day}T12:00:00Z`));
      return [day, employment, attributes['department']];
    });
    expect(seen).toEqual([
      ['2026-11-30', 'expected', undefined],
      ['2026-12-01', 'active', 'Automation'],
      ['2027-01-01', 'active', 'Finance'],
      ['2027-02-16', 'left', undefined],
    ]);
  });
});
