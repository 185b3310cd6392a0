import { describe, expect, it } from '@jest/globals';
import { attributeFindings, toLoggedEvent } from '../../../shared/access/attribute-findings';
import { AppError, type ErrorCode } from '../../../shared/errors';
import { errorOf } from '../../fakes/error-of';
import { anAudit, NOW_MS } from '../../fixtures/builders/audits';
import { aRecord } from '../../fixtures/builders/findings';

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
const at = { snapshot, lastAuditMs: NOW_MS, nowMs: NOW_MS };
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
    const event = toLoggedEvent(
      logged({ type: 'Add', target: 'Groups', summary: 'Done', details, actorName: 'Max', client: 'Chrome' }),
    );
    expect(event).toEqual({
      id: 'e1',
      atMs: NOW_MS - 1,
      actor: 'Max',
      actorNames: ['Max'],
      client: 'Chrome',
      text: 'Add\nGroups\nDone',
      values: [
        { key: 'groupId', value: 'g1' },
        { key: 'id', value: '7' },
        { key: 'toAdd', value: 'm1' },
        { key: 'id', value: 'm2' },
      ],
    });
  });

  it.each([
    ['an address before a name', { actorEmail: 'max@x', actorName: 'Max', actorId: 'i' }, 'max@x'],
    ['an id where that is all', { actorId: 'i' }, 'i'],
    ['nobody where nothing is said', {}, 'nobody'],
  ])('names %s', (_what, said, actor) => {
    expect(toLoggedEvent(logged(said)).actor).toBe(actor);
  });

  it('holds all that names the actor, without what is empty', () => {
    const said = logged({ actorEmail: ' ', actorName: 'Max', actorId: 'i' });
    expect(toLoggedEvent(said).actorNames).toEqual(['Max', 'i']);
  });

  it('says what its details say when they are no JSON', () => {
    const event = toLoggedEvent(logged({ summary: 'Added', details: 'm1 to g1' }));
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
