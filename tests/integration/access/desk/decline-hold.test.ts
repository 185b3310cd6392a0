import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAzurite, type Azurite } from '../../../../sandbox/azurite';
import { DEMO_SEED, demoPolicy, GROUPS, ORGANIZATION } from '../../../../sandbox/demo-organization';
import { workerJoined, workerLeft } from '../../../../sandbox/events';
import { declineHold } from '../../../../shared/access/desk/decline-hold';
import { releaseHold } from '../../../../shared/access/desk/release-hold';
import { listHolds } from '../../../../shared/access/ledger/list-holds';
import { organizationSubject } from '../../../../shared/domain/ledger/subject';
import { personKey } from '../../../../shared/domain/person-key';
import { errorOf } from '../../../fakes/error-of';
import { startEngine, type Engine } from '../../../fixtures/engine';
import { keyHolder } from '../../../fixtures/key-holder';

const PEOPLE = ['one', 'two', 'three'].map((name) => `${name}@acme.example`);
const DAY_MS = 86_400_000;
const BY = keyHolder('Maria Lead');

/** The second removal of a group within a day is held. */
const guarded = (identityBaseUrl: string): string =>
  demoPolicy(identityBaseUrl).replace(
    '    leaver:\n',
    `    guards:
      group: { count: 1, percent: 1, floor: 1 }
      day: { count: 1, percent: 1, floor: 1 }
    leaver:\n`,
  );
const seed = { organizations: [{ ...DEMO_SEED, users: [...(DEMO_SEED.users ?? []), ...PEOPLE] }] };

describe('a hold that somebody declines', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  });
  afterAll(async () => azurite.close());

  async function withHold(): Promise<Readonly<{ engine: Engine; hash: string }>> {
    const engine = await startEngine({ azurite, policy: guarded, seed });
    for (const person of PEOPLE) await engine.post('hr', workerJoined(person, { department: 'Automation' }));
    await engine.finish();
    for (const person of PEOPLE) await engine.post('hr', workerLeft(person));
    await engine.finish();
    const [hold] = await listHolds(engine.app, ORGANIZATION);
    if (hold === undefined) throw new Error('Nothing is held');
    return { engine, hash: hold.hash };
  }
  const members = ({ uipath }: Engine): number => uipath.memberIds(ORGANIZATION, GROUPS.developers).size;
  const declinedIn = async (engine: Engine): Promise<number> => {
    const { records } = await engine.app.ledger.evidence(organizationSubject(ORGANIZATION));
    return records.filter(({ kind }) => kind === 'plan-declined').length;
  };

  it('stays held, also past its end, and says by whom and why', async () => {
    const { engine, hash } = await withHold();
    const before = members(engine);
    const reason = 'INC-7: half a file';
    await declineHold(engine.app, ORGANIZATION, hash, { by: BY, reason: `  ${reason} ` });
    for (const days of [1, 8, 8]) {
      engine.clock.advance(days * DAY_MS);
      await engine.tick();
      await engine.finish();
      const [held, ...others] = await listHolds(engine.app, ORGANIZATION);
      expect(others).toEqual([]);
      expect(held).toMatchObject({ hash, state: 'held', declined: { by: BY, reason } });
    }
    expect(members(engine)).toBe(before);
    await engine.close();
  });

  it('is declined once in the same words, and anew in others', async () => {
    const { engine, hash } = await withHold();
    const decline = async (reason: string, by = BY) =>
      declineHold(engine.app, ORGANIZATION, hash, { by, reason });
    await decline('a');
    await decline('a');
    expect(await declinedIn(engine)).toBe(1);
    await decline('b');
    expect((await decline('a', keyHolder('Ben Lead'))).declined).toMatchObject({
      reason: 'a',
      by: { name: 'Ben Lead' },
    });
    expect(await declinedIn(engine)).toBe(3);
    await engine.close();
  });

  it('can be released still, and not declined after that', async () => {
    const { engine, hash } = await withHold();
    await declineHold(engine.app, ORGANIZATION, hash, { by: BY, reason: 'a' });
    await releaseHold(engine.app, ORGANIZATION, hash, BY);
    const late = await errorOf(async () =>
      declineHold(engine.app, ORGANIZATION, hash, { by: BY, reason: 'b' }),
    );
    expect(late.code).toBe('plan-not-held');
    await engine.finish();
    expect(members(engine)).toBe(0);
    expect(await declinedIn(engine)).toBe(1);
    await engine.close();
  });

  it('is declined with a reason, where it is there, and by nobody whom it is about', async () => {
    const { engine, hash } = await withHold();
    const codeOf = async (at: string, reason: unknown, by = BY) =>
      (await errorOf(async () => declineHold(engine.app, ORGANIZATION, at, { by, reason }))).code;
    expect(await codeOf(hash, '  ')).toBe('body-invalid');
    expect(await codeOf(hash, 'x'.repeat(501))).toBe('body-invalid');
    expect(await codeOf(hash, null)).toBe('body-invalid');
    expect(await codeOf('f'.repeat(64), 'a')).toBe('plan-unknown');
    const own = keyHolder(PEOPLE[0] ?? '');
    const held = (await listHolds(engine.app, ORGANIZATION)).flatMap(({ removals }) => removals);
    const isOwn = held.some((removal) => removal.personKey === personKey(own.name));
    expect(isOwn).toBe(true);
    expect(await codeOf(hash, 'a', own)).toBe('decides-about-self');
    expect(await declinedIn(engine)).toBe(0);
    await engine.close();
  });
});
