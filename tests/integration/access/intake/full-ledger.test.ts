import { sandboxSeal } from '../../../../sandbox/evidence-key';
import { describe, expect, it } from '@jest/globals';
import type { PersonLedger } from '../../../../shared/domain/ledger/person-ledger';
import { personKey } from '../../../../shared/domain/person-key';
import { aGrant, aPersonLedger } from '../../../fixtures/builders/person-ledgers';
import { ANA, useWorlds, type World } from '../world';

const start = useWorlds();
const END = '2026-04-01T00:00:00Z';

function someGrants(count: number): PersonLedger {
  return aPersonLedger({
    email: ANA,
    grants: Array.from({ length: count }, (_, index) =>
      aGrant({
        requestId: `tickets:REQ-${index}-${'x'.repeat(40)}`,
        group: `A group with a name as they are, number ${index}`,
        occurredAtMs: Date.UTC(2026, 1, 1),
        ticketUrl: `https://tickets.acme.example/browse/REQ-${index}`,
      }),
    ),
  });
}

async function put(world: World, ledger: PersonLedger): Promise<void> {
  const subject = { organization: world.alias, kind: 'person', key: personKey(ANA) } as const;
  await world.engine.app.ledger.write(subject, ledger, undefined, []);
}

/** As a version before there was a limit has stored it: as large as a row can be. */
async function putLargest(world: World): Promise<number> {
  let count = 1_000;
  while (JSON.stringify(someGrants(count + 5)).length < 515_000) count += 5;
  const json = JSON.stringify(someGrants(count));
  const pieces = Array.from({ length: Math.ceil(json.length / 30_000) }, (_, at) => [
    `json${at}`,
    json.slice(at * 30_000, (at + 1) * 30_000),
  ]);
  const place = { partitionKey: `${world.alias}:person:${personKey(ANA)}`, rowKey: 'state' };
  const sealed = `${JSON.stringify([1, '0:'])}\n${json}`;
  await (
    await world.engine.storage.table('ledger')
  ).createEntity({
    ...place,
    seal: (await sandboxSeal()).of({ table: 'ledger', ...place }, sealed),
    evidenceSeq: 0,
    evidenceHash: '',
    schemaVersion: 1,
    ...Object.fromEntries(pieces),
  });
  return count;
}

describe('a ledger with as many grants as it has room for', () => {
  const grant = { kind: 'grant', person: ANA, group: 'Finance', validUntil: END };

  it('takes no further one, and says so of the request; takes a revocation, and the leaving', async () => {
    const world = await start();
    await put(world, someGrants(850));
    await world.asks('REQ-NEW', grant);
    await world.settle();
    const { requests } = world.engine.app;
    const listed = await requests.list(world.alias, { cursor: undefined, most: 10 });
    expect(listed.map(({ entry }) => entry.refusal)).toEqual(['too-many-grants']);
    expect((await world.ledger(ANA))?.grants).toHaveLength(850);
    await world.asks('REQ-OFF', { kind: 'revoke', person: ANA, group: 'Users' });
    await world.leaves(ANA);
    await world.settle();
    expect((await world.ledger(ANA))?.timeline.map(({ kind }) => kind)).toEqual(['leaver']);
    expect((await world.ledger(ANA))?.revocations).toHaveLength(1);
    expect(await world.fault(ANA)).toBeUndefined();
  });

  it.each([
    ['at once', { immediate: true }, 0],
    ['next week', { lastWorkingDay: '2026-03-09' }, undefined],
  ])(
    'and is as large as a row was before there was a limit takes the leaving %s',
    async (_when, how, left) => {
      const world = await start();
      const count = await putLargest(world);
      await world.leaves(ANA, how);
      await world.settle();
      const ledger = await world.ledger(ANA);
      expect(ledger?.timeline.map(({ kind }) => kind)).toEqual(['leaver']);
      expect(ledger?.grants).toHaveLength(left ?? count);
    },
  );
});
