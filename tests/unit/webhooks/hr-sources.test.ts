import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { hrBodies } from '../../../sandbox/vendors/hr-bodies';
import { signers } from '../../../sandbox/vendors/signing';
import type { WorkerEvent } from '../../../shared/domain/ledger/worker-event';
import { parsePolicy } from '../../../shared/policy/parse-policy';
import { parseFormBody } from '../../../shared/webhooks/form-body';
import { webhookFormatOf } from '../../../shared/webhooks/format-registry';
import { instantOf, dayOf } from '../../../shared/webhooks/parse-sender-time';
import { checkSignature } from '../../../shared/webhooks/signature';
import type { Meanings } from '../../../shared/webhooks/webhook-format';
import { errorOf } from '../../fakes/error-of';
import { createDeliveryWorld } from '../../fixtures/webhooks/delivery-world';
import { signatureRuleOf } from '../../fixtures/webhooks/signature-rule';
import {
  ANA,
  NOW_MS,
  PERSON,
  policyOf,
  postingOf,
  vendorSenders,
  type VendorSender,
} from '../../fixtures/webhooks/vendor-senders';

type Json = Record<string, unknown>;

function senderOf(format: string): VendorSender {
  const found = vendorSenders.find((one) => one.format === format && one.feed === 'hr');
  if (found === undefined) throw new Error(`No sender ${format}`);
  return found;
}

function parse(format: string, body: unknown, settings = senderOf(format).settings): Meanings {
  const [source] = parsePolicy(policyOf(senderOf(format), settings), 'policy.yaml').sources;
  const found = webhookFormatOf('hr', format);
  if (source === undefined || found === undefined) throw new Error(`No format ${format}`);
  const rawBody = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const type = typeof body === 'string' ? 'application/x-www-form-urlencoded' : 'application/json';
  return found.parse({ rawBody, type, receivedAtMs: NOW_MS }, source.mapping);
}

function eventsIn(meanings: Meanings): readonly WorkerEvent[] {
  return (meanings === 'ignored' ? [] : meanings).flatMap((meaning) =>
    meaning.kind === 'worker-event' ? [meaning.event] : [],
  );
}

const kindsIn = (meanings: Meanings) => eventsIn(meanings).map((event) => event.kind);

describe('fields that BambooHR sends', () => {
  const employee = (changes: Json = {}, fields: Json = {}): Json => ({
    action: 'Updated',
    id: '67890',
    timestamp: '2026-11-20T09:59:00+0000',
    changedFields: ['Department'],
    fields: { 'Work Email': PERSON, Department: 'Finance', Status: 'Active', ...fields },
    ...changes,
  });
  const parseOne = (changes: Json = {}, fields: Json = {}, settings = '') =>
    parse('bamboohr-fields', { employees: [employee(changes, fields)] }, settings);

  it('are a mover with the attributes that were chosen', () => {
    expect(eventsIn(parseOne({}, { Location: '' }))).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        kind: 'mover',
        organization: undefined,
        worker: { email: PERSON, workerId: '67890', timeZone: undefined },
        occurredAtMs: Date.parse('2026-11-20T09:59:00Z'),
        effective: { kind: 'at-once' },
        attributes: { department: 'Finance' },
        blanked: ['location'],
      },
    ]);
  });

  it.each<readonly [string, Json, Json, readonly string[]]>([
    ['somebody created', { action: 'Created' }, {}, ['joiner']],
    [
      'somebody created who starts later',
      { action: 'Created' },
      { 'Hire Date': '2026-12-01', Status: 'Inactive' },
      ['joiner'],
    ],
    ['somebody inactive', {}, { Status: 'Inactive' }, ['leaver']],
    ['somebody inactive who was created so', { action: 'Created' }, { Status: 'Inactive' }, ['leaver']],
    ['an end ahead', {}, { 'Termination Date': '2026-12-31' }, ['mover', 'leaver']],
    ['an end that has passed of somebody active', {}, { 'Termination Date': '2026-10-31' }, ['mover']],
    [
      'an end that has passed, without a status',
      {},
      { 'Termination Date': '2026-10-31', Status: '' },
      ['mover', 'leaver'],
    ],
    [
      'an end of an earlier employment',
      {},
      { 'Termination Date': '2025-12-31', 'Hire Date': '2026-11-01', Status: '' },
      ['mover'],
    ],
    ['an empty end', {}, { 'Termination Date': '0000-00-00' }, ['mover']],
    ['a status that changed to active', { changedFields: ['Status'] }, {}, ['joiner']],
    ['a record that was deleted', { action: 'Deleted' }, {}, []],
  ])('say %s', (_case, changes, fields, kinds) => {
    expect(kindsIn(parseOne(changes, fields))).toEqual(kinds);
  });

  it.each<readonly [string, Json, Json, ReadonlyArray<true | undefined>]>([
    ['a joiner', { action: 'Created' }, { 'Hire Date': '2020-01-01' }, [true]],
    ['a mover', {}, { 'Hire Date': '2020-01-01' }, [undefined]],
    ['a leaver', {}, { Status: 'Inactive', 'Termination Date': '2026-11-01' }, [true]],
    [
      'a leaver who never began',
      {},
      { Status: 'Inactive', 'Hire Date': '2026-11-19', 'Termination Date': '2026-11-18' },
      [true],
    ],
    ['an end of this employment', { action: 'Created' }, { 'Termination Date': '2026-12-31' }, [true, true]],
    [
      'ends of which one is of an employment before',
      { action: 'Created' },
      { 'Hire Date': '2020-01-01', 'Last Day': '2019-12-31', 'Termination Date': '2026-12-31' },
      [true, undefined],
    ],
  ])('hold no sooner than they were said: %s', (_case, changes, fields, expected) => {
    const events = eventsIn(parseOne(changes, fields, 'fields: { lastWorkingDay: fields.Last Day }'));
    expect(events.map(({ notBeforeSaid }) => notBeforeSaid)).toEqual(expected);
  });

  it('keep the last working day apart from the end of the contract', () => {
    const fields = { Status: 'Inactive', 'Termination Date': '2026-11-30', 'Last Day': '2026-11-19' };
    const [event] = eventsIn(parseOne({}, fields, 'fields: { lastWorkingDay: fields.Last Day }'));
    expect(event?.effective).toEqual({
      kind: 'leaving',
      immediate: false,
      lastWorkingDay: '2026-11-19',
      terminationDate: '2026-11-30',
    });
  });

  it('of recordings from before 2023 have wrapped values, and neither action nor time', () => {
    const old = { id: 67890, fields: { 'Work Email': { value: PERSON }, Department: { value: 'Finance' } } };
    expect(eventsIn(parse('bamboohr-fields', { employees: [old] }))).toMatchObject([
      { kind: 'mover', occurredAtMs: NOW_MS, attributes: { department: 'Finance' } },
    ]);
  });

  it('of several people are taken one by one: one who cannot be used keeps nobody out', async () => {
    const from = senderOf('bamboohr-fields');
    const world = createDeliveryWorld(policyOf(from), {
      nowMs: NOW_MS,
      secrets: { webhook: { current: from.secret, previous: undefined } },
    });
    const nobody = employee({ id: '2' }, { 'Work Email': '' });
    const body = JSON.stringify({ employees: [nobody, employee(), null] });
    await world.deliver(postingOf(from, { body }));
    expect(world.outcomes()).toEqual(['unusable, recorded, unusable']);
    expect(world.person('acme', PERSON)?.timeline).toHaveLength(1);
  });

  it('of people of whom nobody can be used are refused', async () => {
    const error = await errorOf(() => parseOne({}, { 'Work Email': 'ana' }));
    expect(error).toMatchObject({ code: 'body-invalid', fields: [{ field: 'worker.email' }] });
  });

  it('may come as a form', () => {
    const form = `employees[0][id]=67890&employees[0][action]=Updated&employees[0][timestamp]=2026-11-20T09%3A59%3A00%2B0000&employees[0][changedFields][0]=Department&employees[0][fields][Work+Email]=${encodeURIComponent(PERSON)}&employees[0][fields][Department]=Finance`;
    expect(eventsIn(parse('bamboohr-fields', form))).toMatchObject([
      { kind: 'mover', worker: { email: PERSON }, attributes: { department: 'Finance' } },
    ]);
  });

  it('are not what events with ids only have', async () => {
    const body = hrBodies.bamboohr({ kind: 'mover', worker: ANA, atMs: NOW_MS });
    const error = await errorOf(() => parse('bamboohr-fields', body));
    expect(error).toMatchObject({ code: 'body-invalid', fields: [{ field: 'employees' }] });
  });

  it('are taken beside events by the format that looks up', () => {
    expect(kindsIn(parse('bamboohr', { employees: [employee()] }))).toEqual(['mover']);
  });

  it('mean what the policy says', () => {
    expect(
      kindsIn(parseOne({ action: 'Deleted' }, {}, 'events: { Deleted: leaver, Updated: ignore }')),
    ).toEqual(['leaver']);
    expect(parseOne({}, {}, 'events: { Updated: ignore }')).toBe('ignored');
  });
});

describe('employees that Merge sends', () => {
  const changed = { ...hrBodies.merge({ kind: 'mover', worker: ANA, atMs: NOW_MS }) };
  const withEvent = (event: string, data: Json = {}): Json => ({
    ...changed,
    hook: { ...changed.hook, event },
    data: { ...changed.data, ...data },
  });

  it.each<readonly [string, Json, readonly string[]]>([
    ['added', withEvent('Employee.added'), ['joiner']],
    ['changed', withEvent('Employee.changed'), ['mover']],
    ['changed to inactive', withEvent('Employee.changed', { employment_status: 'INACTIVE' }), ['leaver']],
    ['removed', withEvent('Employee.removed'), ['leaver']],
    [
      'pending until they start',
      withEvent('Employee.added', { employment_status: 'PENDING', start_date: '2026-12-01T00:00:00Z' }),
      ['joiner'],
    ],
    ['synchronized', withEvent('LinkedAccount.synced'), []],
  ])('may be %s', (_case, body, kinds) => {
    expect(kindsIn(parse('merge', body))).toEqual(kinds);
  });

  it('have dates with a time at midnight', () => {
    const body = withEvent('Employee.changed', {
      employment_status: 'INACTIVE',
      termination_date: '2026-11-30T00:00:00Z',
    });
    expect(eventsIn(parse('merge', body))).toMatchObject([{ effective: { terminationDate: '2026-11-30' } }]);
  });

  it.each([
    ['without padding', (signature: string) => signature],
    ['with padding', (signature: string) => `${signature}=`],
    ['in the other alphabet', (signature: string) => signature.replaceAll('-', '+').replaceAll('_', '/')],
  ])('are signed %s', (_case, change) => {
    const text = 'body 1';
    const secret = senderOf('merge').secret;
    const signature = signers.merge(text, { secret, atMs: 0, id: '' })['x-merge-webhook-signature'];
    expect(signature).toMatch(/-.*_|_.*-/);
    const headers = new Headers({ 'x-merge-webhook-signature': change(signature) });
    const delivery = { headers, rawBody: Buffer.from(text), nowMs: 0 };
    expect(
      checkSignature(signatureRuleOf('hr', 'merge'), delivery, { current: secret, previous: undefined }),
    ).toMatchObject({ verified: true });
  });
});

describe('signatures of HR systems', () => {
  // github:Finch-API/finch-api-node tests/api-resources/webhooks.test.ts
  it('are those of the vector that Finch publishes', () => {
    const headers = new Headers({
      'finch-event-id': 'msg_2Lh9KRb0pzN4LePd3XiA4v12Axj',
      'finch-timestamp': '1676312382',
      'finch-signature': 'v1,m7y0TV2C+hlHxU42wCieApTSTaA8/047OAplBqxIV/s=',
    });
    const rawBody = Buffer.from('{"company_id":"720be419-0293-4d32-a707-32179b0827ab"}');
    const secrets = { current: '5WbX5kEWLlfzsGNjH64I8lOOqUB6e8FH', previous: undefined };
    const check = (nowMs: number) =>
      checkSignature(signatureRuleOf('hr', 'finch'), { headers, rawBody, nowMs }, secrets);
    expect(check(1_676_312_382_000)).toEqual({
      verified: true,
      id: 'msg_2Lh9KRb0pzN4LePd3XiA4v12Axj',
      secret: 'current',
    });
    expect(check(1_676_312_683_000)).toMatchObject({ verified: false, reason: 'timestamp-stale' });
  });

  it.each(['1795168740', '2026-11-20T09:59:00+0000', '2026-11-20T09:59:00Z'])(
    'of BambooHR may be of the time %s',
    (timestamp) => {
      const secret = senderOf('bamboohr').secret;
      const body = '{}';
      const signed = createHmac('sha256', secret).update(`${body}${timestamp}`).digest('hex');
      const headers = new Headers({ 'x-bamboohr-timestamp': timestamp, 'x-bamboohr-signature': signed });
      const delivery = { headers, rawBody: Buffer.from(body), nowMs: NOW_MS };
      expect(
        checkSignature(signatureRuleOf('hr', 'bamboohr'), delivery, { current: secret, previous: undefined }),
      ).toMatchObject({ verified: true });
    },
  );
});

describe('times of senders', () => {
  it.each([
    ['2026-01-31T18:42:00+0000', Date.UTC(2026, 0, 31, 18, 42)],
    ['2026-01-31T18:42:00+02:00', Date.UTC(2026, 0, 31, 16, 42)],
    ['2026-02-01T12:29:52.123456', Date.UTC(2026, 1, 1, 12, 29, 52, 123)],
    ['2026-11-20 07:59:58', Date.UTC(2026, 10, 20, 7, 59, 58)],
    ['1736937600000', 1_736_937_600_000],
    ['2026-13-01T00:00:00Z', undefined],
    ['31.01.2026', undefined],
    ['2026', undefined],
    ['', undefined],
  ])('%j is read', (text, atMs) => {
    expect(instantOf(text)).toBe(atMs);
  });

  it.each([
    ['2026-11-30', '2026-11-30'],
    ['2026-11-30T00:00:00Z', '2026-11-30'],
    ['2026-11-30T00:00:00.000+00:00', '2026-11-30'],
    ['0000-00-00', undefined],
    ['', undefined],
    ['11/30/2026', '11/30/2026'],
  ])('%j is the day %j', (text, day) => {
    expect(dayOf(text)).toBe(day);
  });
});

describe('a form', () => {
  it.each<readonly [string, unknown]>([
    ['a=1&b=2&a=3', { a: '3', b: '2' }],
    ['a[b][c]=1&a[b][d]=2', { a: { b: { c: '1', d: '2' } } }],
    ['a[1]=y&a[0]=x', { a: ['x', 'y'] }],
    ['a[]=x&a[]=y', { a: ['x', 'y'] }],
    ['a[b=1&[c]=2&d]=3', { 'a[b': '1', '[c]': '2', 'd]': '3' }],
    ['a=1&a[b]=2', { a: { b: '2' } }],
    ['', {}],
  ])('%j is read', (text, value) => {
    expect(parseFormBody(Buffer.from(text))).toEqual(value);
  });

  it('has the names of every object for its own', () => {
    const value = parseFormBody(
      Buffer.from('__proto__[polluted]=1&constructor[prototype][polluted]=1'),
    ) as object;
    expect(Object.hasOwn(value, '__proto__')).toBe(true);
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
  });

  it('may have two thousand fields', () => {
    const text = Array.from({ length: 2_000 }, (_, index) => `a${index}=1`).join('&');
    expect(Object.keys(parseFormBody(Buffer.from(text)) as object)).toHaveLength(2_000);
  });

  it.each([
    ['with too many fields', Array.from({ length: 2_001 }, (_, index) => `a${index}=1`).join('&')],
    ['nested too deep', `a${'[b]'.repeat(9)}=1`],
  ])('%s is refused', async (_case, text) => {
    expect(await errorOf(() => parseFormBody(Buffer.from(text)))).toMatchObject({ code: 'body-invalid' });
  });
});
