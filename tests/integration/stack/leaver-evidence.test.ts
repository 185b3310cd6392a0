import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ADMINISTRATOR, ANA, GROUPS, ORGANIZATION } from '../../../sandbox/demo-organization';
import { workerJoined, workerLeft } from '../../../sandbox/events';
import { verifyEvidence } from '../../../shared/domain/ledger/evidence';
import { personKey } from '../../../shared/domain/person-key';
import { AppError } from '../../../shared/errors';
import { startEngine, type Engine } from '../../fixtures/engine';

let engine: Engine;
beforeAll(async () => {
  engine = await startEngine();
});
afterAll(async () => engine.close());

async function removalsOf(email: string): Promise<readonly string[]> {
  const subject = { organization: ORGANIZATION, kind: 'person' as const, key: personKey(email) };
  const { records, head } = await engine.app.ledger.evidence(subject);
  expect(verifyEvidence(records, head)).toBeUndefined();
  return records
    .filter((record) => record.kind === 'membership-removed')
    .map((record) => String(record.facts['group']))
    .toSorted();
}

it('has evidence, once, for a leaver out of a group that nobody manages, also when the writer dies before it closes the call', async () => {
  await engine.post('hr', workerJoined(ANA, { department: 'Automation' }));
  await engine.finish();
  engine.uipath.actAsPerson(ORGANIZATION, {
    kind: 'change-members',
    actor: { name: 'Olga Admin', email: ADMINISTRATOR },
    group: GROUPS.unmanaged,
    add: [ANA],
  });
  await engine.post('hr', workerLeft(ANA));
  const dying = engine.newInstance();
  const died = new AppError('storage-unavailable', 'The process ended here');
  const end = async (): Promise<void> => Promise.reject(died);
  await expect(engine.finish({ instances: [{ ...dying, changes: { ...dying.changes, end } }] })).rejects.toBe(
    died,
  );
  await engine.tick();
  await engine.finish();

  const groups = [GROUPS.developers, GROUPS.unmanaged, GROUPS.users];
  const id = engine.uipath.idOf(ORGANIZATION, ANA);
  expect(groups.filter((group) => engine.uipath.memberIds(ORGANIZATION, group).has(id))).toEqual([]);
  await expect(removalsOf(ANA)).resolves.toEqual(groups.toSorted());
});
