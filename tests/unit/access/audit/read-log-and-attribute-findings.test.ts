import { describe, expect, it } from '@jest/globals';
import {
  attributeFindings,
  toLoggedEvent,
} from '../../../../shared/access/audit/read-log-and-attribute-findings';
import { AppError, type ErrorCode } from '../../../../shared/errors';
import { errorOf } from '../../../fakes/error-of';
import { anAudit, NOW_MS } from '../../../fixtures/builders/audits';
import { aRecord } from '../../../fixtures/builders/findings';

type Logged = Parameters<typeof toLoggedEvent>[0];

const logged = (more: Partial<Logged> = {}): Logged => ({
  id: 'e1',
  atMs: NOW_MS - 1,
  actorId: null,
  actorName: null,
  actorEmail: null,
  type: null,
  source: 'Identity',
  target: null,
  summary: null,
  details: null,
  status: null,
  client: null,
  ...more,
});
const { snapshot } = anAudit();
const OWN = 'own-client';
const at = { snapshot, ownClientId: OWN, nowMs: NOW_MS };
const toEvent = (event: Logged) => toLoggedEvent(event, new Set([OWN, 'own app']));
const records = [
  aRecord('member-without-reason', { group: 'developers', memberId: 'm1' }, { groupId: 'g1' }),
];

describe('an entry of the audit log', () => {
  it('says what its type, target and summary say, and holds each value of its details', () => {
    const details = JSON.stringify({
      groupId: 'g1',
      rule: { id: 7 },
      toAdd: ['m1', { id: 'm2' }],
      note: null,
      on: true,
    });
    const event = toEvent(
      logged({ type: 'Add', target: 'Groups', summary: 'Done', details, actorName: 'Max', client: 'Chrome' }),
    );
    expect(event).toEqual({
      id: 'e1',
      atMs: NOW_MS - 1,
      actor: 'Max',
      actorNames: ['Max'],
      isOwn: false,
      client: 'Chrome',
      text: 'Add\nGroups\nDone',
      values: [
        { key: 'groupId', value: 'g1' },
        { key: 'ruleId', value: '7' },
        { key: 'toAdd', value: 'm1' },
        { key: 'toAddId', value: 'm2' },
      ],
    });
  });

  it.each([
    ['an address before a name', { actorEmail: 'max@x', actorName: 'Max', actorId: 'i' }, 'max@x'],
    ['an id where that is all', { actorId: 'i' }, 'i'],
    ['a name where the address is empty', { actorEmail: '', actorName: 'Max' }, 'Max'],
    ['nobody where nothing is said', { actorEmail: '', actorName: ' ' }, undefined],
  ])('names %s', (_what, said, actor) => {
    expect(toEvent(logged(said)).actor).toBe(actor);
  });

  it('holds all that names the actor, without what is empty', () => {
    const said = logged({ actorEmail: ' ', actorName: 'Max', actorId: 'i' });
    expect(toEvent(said).actorNames).toEqual(['Max', 'i']);
  });

  it.each<[string, Partial<Logged>, boolean]>([
    ['by its id', { actorId: 'Own-Client' }, true],
    ['by its id beside an address', { actorId: OWN, actorEmail: 'app@x' }, true],
    ['by its name', { actorName: 'Own App', actorId: 'i' }, true],
    ['but is somebody of its name', { actorName: 'Own App', actorEmail: 'own@x' }, false],
    ['but is another one', { actorName: 'Other App', actorId: 'i' }, false],
  ])('names this application %s', (_how, said, isOwn) => {
    expect(toEvent(logged(said)).isOwn).toBe(isOwn);
  });

  it('says what its details say when they are no JSON', () => {
    const event = toEvent(logged({ summary: 'Added', details: 'm1 to g1' }));
    expect([event.text, event.values]).toEqual(['Added\nm1 to g1', []]);
  });
});

describe('findings and the log', () => {
  it('are joined, also where the log is longer than what is read of it', async () => {
    const events = [logged({ summary: 'm1 was added to g1', actorName: 'Max' })];
    const list = async () => ({ events, isWhole: false });
    expect((await attributeFindings({ list }, records, at))[0]?.attribution).toMatchObject({ actor: 'Max' });
    const nothing = async () => ({ events: [], isWhole: false });
    expect((await attributeFindings({ list: nothing }, records, at))[0]?.attribution).toMatchObject({
      why: 'audit-log-too-long',
    });
  });

  it.each([
    ['0', 'known'],
    ['Success', 'known'],
    ['', 'known'],
    [null, 'known'],
    ['1', 'unknown'],
    ['Failure', 'unknown'],
  ])('are joined with what was done, not with what failed: status %s is %s', async (status, kind) => {
    const events = [logged({ summary: 'm1 was added to g1', actorName: 'Max', status })];
    const list = async () => ({ events, isWhole: true });
    expect((await attributeFindings({ list }, records, at))[0]?.attribution).toMatchObject({ kind });
  });

  const ownApplication = {
    clientId: OWN,
    name: 'Own App',
    memberId: 'own-member',
    scopes: [],
    secretEndsMs: [],
  };
  const applications = { kind: 'known', value: [ownApplication] } as const;
  it.each([
    ['its client id', { actorId: OWN }, snapshot],
    ['its id as a member', { actorId: 'own-member' }, { ...snapshot, applications }],
    ['its name', { actorName: 'Own App' }, { ...snapshot, applications }],
  ])("are nobody else's where this application did it last, by %s", async (_what, actor, read) => {
    const events = [
      logged({ id: 'e0', summary: 'm1 was added to g1', actorName: 'Max', atMs: NOW_MS - 2 }),
      logged({ summary: 'm1 was added to g1', ...actor }),
    ];
    const list = async () => ({ events, isWhole: true });
    const [after] = await attributeFindings({ list }, records, { ...at, snapshot: read });
    expect(after?.attribution).toMatchObject({ kind: 'unknown', why: 'own-change' });
  });

  it('are joined with nobody where the log does not say who did it', async () => {
    const events = [logged({ summary: 'm1 was added to g1', actorEmail: '', actorName: '' })];
    const list = async () => ({ events, isWhole: true });
    expect((await attributeFindings({ list }, records, at))[0]?.attribution).toMatchObject({
      kind: 'unknown',
      why: 'actor-not-named',
      text: expect.stringContaining('does not say who'),
    });
  });

  it.each<[ErrorCode, string]>([
    ['uipath-forbidden', 'audit-log-scope-missing'],
    ['uipath-scope-missing', 'audit-log-scope-missing'],
    ['uipath-unavailable', 'audit-log-unavailable'],
    ['configuration-invalid', 'audit-log-unavailable'],
  ])('that cannot be read with %s: the reason is %s, and the code is kept', async (code, why) => {
    const list = async () => Promise.reject(new AppError(code, 'no'));
    expect((await attributeFindings({ list }, records, at))[0]?.attribution).toMatchObject({ why, code });
  });

  it.each<ErrorCode>(['quota-exhausted', 'uipath-throttled'])('wait for %s', async (code) => {
    const list = async () => Promise.reject(new AppError(code, 'later'));
    expect((await errorOf(async () => attributeFindings({ list }, records, at))).code).toBe(code);
  });

  it('of which none has an author in UiPath cost no call', async () => {
    const list = async () => Promise.reject(new AppError('internal', 'not to be asked'));
    const none = [aRecord('secret-expiring', { secret: 's' })];
    expect(await attributeFindings({ list }, none, at)).toEqual(none);
  });
});
