import { describe, expect, it } from '@jest/globals';
import { listRefusedChanges } from '../../../../shared/access/ledger/list-refused-changes';
import { decideWhoIsWho, questionOf } from '../../../../shared/access/desk/decide-who-is-who';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { remediateFinding } from '../../../../shared/access/desk/findings/remediate-finding';
import { retryRefusedChange } from '../../../../shared/access/desk/retry-refused-change';
import { waiveFinding } from '../../../../shared/access/desk/findings/waive-finding';
import type { Decider } from '../../../../shared/domain/decider';
import { personKey } from '../../../../shared/domain/person-key';
import { keyHolder } from '../../../fixtures/key-holder';
import { signedInPerson } from '../../../fixtures/signed-in-person';
import { auditNight, withoutFaults } from '../remediation-world';
import { ANA, BEN, byHand, CARA, useWorlds, type World } from '../world';

const begin = useWorlds();
const start = withoutFaults(begin);
const NEW = 'ana.stark@acme.example';
const ACCOUNT = '0f3c8d6a-0000-4000-8000-0000000000bb';
const OWN = { code: 'decides-about-self' };
const RECORD = { worker: { workerId: '1' }, attributes: { department: 'Automation' } };

/** Ana and Cara leave at once, which the guard of a group holds. */
async function withHold(): Promise<Readonly<{ world: World; hash: string }>> {
  const world = await begin({ policy: { guards: { group: { count: 1, percent: 100, floor: 1 } } } });
  for (const email of [ANA, CARA]) await world.joins(email);
  await world.settle();
  for (const email of [ANA, CARA]) await world.leaves(email);
  await world.settle();
  const [hold] = await world.engine.app.holds.list(world.alias, 'held');
  return { world, hash: hold?.hash ?? '' };
}

describe('a hold', () => {
  it.each<[string, (world: World) => Decider]>([
    ['signed in under her address', () => signedInPerson(ANA)],
    ['in other letters', () => signedInPerson(ANA.toUpperCase())],
    ['with a key, under her address', () => keyHolder(ANA)],
    ['by the object id of her account alone', (world) => signedInPerson('Somebody', world.id(ANA))],
    ['by the address beside another name', () => ({ ...signedInPerson('ana'), email: ANA })],
  ])('is not released by whom it removes, %s', async (_how, deciderOf) => {
    const { world, hash } = await withHold();
    await expect(releaseHold(world.engine.app, world.alias, hash, deciderOf(world))).rejects.toMatchObject(
      OWN,
    );
    expect((await world.engine.app.holds.get(world.alias, hash))?.state).toBe('held');
    await releaseHold(world.engine.app, world.alias, hash, signedInPerson(BEN));
  });
});

describe('a hold that names somebody by another address, and an account that nobody knows', () => {
  it('is not released by them under their former one', async () => {
    const world = await begin();
    const { app, clock } = world.engine;
    await world.joins(ANA, RECORD);
    await world.settle();
    clock.advance(60_000);
    await world.moves(NEW, RECORD);
    await world.settle();
    const removal = { groupId: world.groupId('Finance'), groupName: 'Finance', why: [], memberId: ACCOUNT };
    await app.holds.put(world.alias, {
      hash: 'f00',
      state: 'held',
      guards: [],
      removals: [{ ...removal, personKey: personKey(NEW) }],
      heldAtMs: clock.now(),
      expiresAtMs: clock.now() + 60_000,
      releasedBy: undefined,
      releasedAtMs: undefined,
    });
    await expect(releaseHold(app, world.alias, 'f00', signedInPerson(ANA))).rejects.toMatchObject(OWN);
    await releaseHold(app, world.alias, 'f00', signedInPerson(BEN));
  });
});

describe('a finding', () => {
  async function withFinding() {
    const world = await start();
    await world.joins(ANA, RECORD);
    await world.settle();
    world.engine.clock.advance(60_000);
    await world.moves(NEW, RECORD);
    await world.settle();
    byHand(world, 'Finance', [ANA]);
    const [finding] = (await auditNight(world)).findings.filter(
      ({ check }) => check === 'member-without-reason',
    );
    if (finding === undefined) throw new Error('Nothing was found');
    return { world, finding };
  }

  it.each([
    ['a former address', ANA],
    ['the address of today', NEW],
  ])('is neither waived nor mended by whom it is about, under %s', async (_which, address) => {
    const { world, finding } = await withFinding();
    const { app, clock } = world.engine;
    const by = signedInPerson(address);
    const waiver = { reason: 'x', owner: 'Operations', ticket: 'T', untilMs: clock.now() + 86_400_000 };
    const planHash = finding.remediation?.planHash ?? '';
    await expect(waiveFinding(app, world.alias, finding.id, { by, ...waiver })).rejects.toMatchObject(OWN);
    await expect(remediateFinding(app, world.alias, finding.id, { by, planHash })).rejects.toMatchObject(OWN);
    const other = { by: signedInPerson(BEN), ...waiver };
    await expect(waiveFinding(app, world.alias, finding.id, other)).resolves.toMatchObject({
      state: 'waived',
    });
  });
});

describe('a refused change', () => {
  it('is not tried again by whom it is about, and not with an account of whoever corrects it', async () => {
    const world = await begin();
    const { app, uipath } = world.engine;
    await world.joins(CARA);
    await world.settle();
    uipath.inject({
      kind: 'answer',
      status: 404,
      family: 'pascal',
      match: { endpoint: 'G4' },
      times: 'always',
    });
    await world.joins(ANA);
    await world.settle();
    const [letter] = await listRefusedChanges(app, world.alias);
    const id = letter?.id ?? '';
    const [ana, cara] = [signedInPerson(ANA), signedInPerson(CARA)];
    await expect(retryRefusedChange(app, world.alias, id, { by: ana })).rejects.toMatchObject(OWN);
    const hers = { by: cara, memberId: world.id(CARA) };
    await expect(retryRefusedChange(app, world.alias, id, hers)).rejects.toMatchObject(OWN);
    await retryRefusedChange(app, world.alias, id, { by: cara });
  });
});

describe('who is who', () => {
  it('is not said by either of the two', async () => {
    const world = await begin();
    const { app } = world.engine;
    await world.joins(ANA, RECORD);
    await world.settle();
    const { principals } = world.engine.uipath.organization(world.alias);
    const user = principals.get(world.id(ANA));
    if (user?.kind !== 'user') throw new Error('She has no account');
    principals.put({ ...user, email: 'old@acme.example', userName: 'old@acme.example' });
    principals.put({ ...user, id: ACCOUNT });
    await world.joins(ANA, { ...RECORD, worker: { workerId: '2' } });
    await world.settle();
    const ledger = await world.ledger(ANA);
    if (ledger === undefined) throw new Error('Nothing is known of her');
    const question = questionOf(ledger) ?? '';
    const said = { key: personKey(ANA), decision: 'same-person', reason: 'x', question } as const;
    const decide = async (by: Decider) => decideWhoIsWho(app, world.alias, { ...said, by });
    await expect(decide(signedInPerson(ANA))).rejects.toMatchObject(OWN);
    await expect(decide(signedInPerson('Somebody', user.id))).rejects.toMatchObject(OWN);
    await expect(decide(signedInPerson('Somebody', ACCOUNT))).rejects.toMatchObject(OWN);
    await expect(decide(signedInPerson(BEN))).resolves.toBeUndefined();
  });
});
