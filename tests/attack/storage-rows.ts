import type { TableEntityResult } from '@azure/data-tables';
import { GROUPS, ORGANIZATION } from '../../sandbox/demo-organization';
import { requestApproved, workerLeft } from '../../sandbox/events';
import { personKey } from '../../shared/domain/person-key';
import { BEN_APPROVES } from './approvers';
import { attacksOn } from './attack';
import type { AttackedStack } from './attacked-stack';
import { MORE_GROUPS } from './attacked-policy';
import { bodyOfJoiner, grantControl, joinerControl } from './attempts';
import type { Target } from './target';

type StoredRow = TableEntityResult<Record<string, unknown>>;

const partitionOf = (email: string): string => `${ORGANIZATION}:person:${personKey(email)}`;

async function stateOf(app: AttackedStack, email: string): Promise<StoredRow> {
  return (await app.storage.table('ledger')).getEntity(partitionOf(email), 'state');
}

async function put(app: AttackedStack, row: Record<string, unknown>): Promise<void> {
  const { partitionKey, rowKey, etag: _, timestamp: _at, ...rest } = row;
  await (
    await app.storage.table('ledger')
  ).upsertEntity({ ...rest, partitionKey: String(partitionKey), rowKey: String(rowKey) }, 'Replace');
}

/** A person of Sales, who has nothing; `edit` changes storage, and then the app is made to look at them. */
async function getsAccess(
  { app }: Target,
  edit: (app: AttackedStack, email: string) => Promise<unknown>,
  group: string = GROUPS.developers,
): Promise<boolean> {
  const attacked = await app();
  const email = attacked.person();
  await attacked.sayHr({ ...bodyOfJoiner(email), attributes: { department: 'Sales' } });
  await attacked.settle();
  await edit(attacked, email);
  await lookAt(attacked, email);
  return attacked.isIn(email, group);
}

/** An approved ticket has the writer compare somebody's access with what is stored. */
async function lookAt(app: AttackedStack, person: string): Promise<void> {
  const action = { kind: 'grant', person, group: MORE_GROUPS.reviewed, duration: 'P7D' };
  await app.sayTicket(requestApproved(BEN_APPROVES, action));
  await app.settle();
}

/** Somebody with what a storage key gives: every row can be read, changed, removed and made. */
const made = attacksOn('storage', joinerControl, [
  {
    id: 'row-edited',
    tries: 'Edits the department of somebody in their ledger',
    must: 'They do not get what the department gives',
    run: async (target) =>
      getsAccess(target, async (app, email) => {
        const row = await stateOf(app, email);
        return put(app, { ...row, json0: String(row['json0']).replaceAll('Sales', 'Automation') });
      }),
  },
  {
    id: 'row-edited-without-its-seal',
    tries: 'Edits a ledger and takes its seal off, as rows of an older version have none',
    must: 'They do not get what the department gives',
    run: async (target) =>
      getsAccess(target, async (app, email) => {
        const { seal: _, ...row } = await stateOf(app, email);
        return put(app, { ...row, json0: String(row['json0']).replaceAll('Sales', 'Automation') });
      }),
  },
  {
    id: 'row-edited-in-its-version',
    tries: 'Edits a ledger and says that an older version of the app wrote it',
    must: 'They do not get what the department gives',
    run: async (target) =>
      getsAccess(target, async (app, email) => {
        for (const schemaVersion of [0, -1, '1', undefined]) {
          const { seal: _, schemaVersion: _version, ...row } = await stateOf(app, email);
          const json0 = String(row['json0']).replaceAll('Sales', 'Automation');
          await put(app, { ...row, json0, ...(schemaVersion === undefined ? {} : { schemaVersion }) });
        }
      }),
  },
  {
    id: 'row-of-another-person',
    tries: 'Puts the ledger of somebody who has access over that of somebody who has none',
    must: 'They do not get the access of the other',
    run: async (target) => {
      const app = await target.app();
      const rich = app.person();
      await app.sayHr(bodyOfJoiner(rich));
      await app.settle();
      return getsAccess(target, async (_, email) => {
        const row = await stateOf(app, rich);
        return put(app, { ...row, partitionKey: partitionOf(email) });
      });
    },
  },
  {
    id: 'row-split-otherwise',
    tries: 'Moves the text of a ledger between the columns that it is cut into',
    must: 'They do not get what the department gives',
    run: async (target) =>
      getsAccess(target, async (app, email) => {
        const row = await stateOf(app, email);
        const text = String(row['json0']).replaceAll('Sales', 'Automation');
        return put(app, { ...row, json0: text.slice(0, 50), json1: text.slice(50) });
      }),
  },
  {
    id: 'row-put-back',
    tries: 'Puts back the ledger of somebody as it was before they left',
    must: 'They stay out',
    run: async (target) => {
      const app = await target.app();
      const email = app.person();
      await app.sayHr(bodyOfJoiner(email));
      await app.settle();
      const before = await stateOf(app, email);
      await app.sayHr(workerLeft(email));
      await app.settle();
      if (app.isIn(email, GROUPS.users)) throw new Error('Whoever left is still in');
      await put(app, before);
      await lookAt(app, email);
      return app.isIn(email, GROUPS.users);
    },
  },
  {
    id: 'rows-of-leaving-removed',
    tries: 'Puts back the ledger as it was before they left, and removes the evidence that came since',
    must: 'They stay out',
    run: async (target) => {
      const app = await target.app();
      const email = app.person();
      await app.sayHr(bodyOfJoiner(email));
      await app.settle();
      const before = await stateOf(app, email);
      await app.sayHr(workerLeft(email));
      await app.settle();
      if (app.isIn(email, GROUPS.users)) throw new Error('Whoever left is still in');
      const table = await app.storage.table('ledger');
      for (let seq = Number(before['evidenceSeq']) + 1; seq < 30; seq += 1)
        await table
          .deleteEntity(partitionOf(email), `e:${String(seq).padStart(10, '0')}`)
          .catch(() => undefined);
      await put(app, before);
      await lookAt(app, email);
      return app.isIn(email, GROUPS.users);
    },
  },
  {
    id: 'row-made',
    tries: 'Makes a ledger for somebody whom no source ever named',
    must: 'They get nothing',
    run: async (target) => {
      const app = await target.app();
      const [rich, email] = [app.person(), app.person()];
      await app.sayHr(bodyOfJoiner(rich));
      await app.settle();
      const row = await stateOf(app, rich);
      await put(app, {
        ...row,
        partitionKey: partitionOf(email),
        json0: String(row['json0']).replaceAll(rich, email),
      });
      await lookAt(app, email);
      return app.isIn(email, GROUPS.developers);
    },
  },
  {
    id: 'delivery-made',
    tries: 'Puts a delivery into the table and its message onto the queue',
    must: 'Nobody joins',
    run: async (target) => {
      const app = await target.app();
      const email = app.person();
      await putDelivery(app, email, `forged-${email.slice(0, 4)}`, {});
      await app.settle();
      return app.isIn(email, GROUPS.users);
    },
  },
  {
    id: 'delivery-edited',
    tries: 'Changes the body of a delivery that was taken, and has it followed again',
    must: 'Nobody joins',
    run: async (target) => {
      const app = await target.app();
      const [taken, email] = [app.person(), app.person()];
      const { json } = await app.sayHr(bodyOfJoiner(taken));
      await app.settle();
      await putDelivery(app, email, String(json['deliveryId']), await deliveryOf(app, json['deliveryId']));
      await app.settle();
      return app.isIn(email, GROUPS.users);
    },
  },
  {
    id: 'delivery-of-another-source',
    tries: 'Moves a delivery with its seal to the source of another organization',
    must: 'Nobody joins',
    run: async (target) => {
      const app = await target.app();
      const email = app.person();
      const { json } = await app.sayHr(bodyOfJoiner(email), { source: 'globex', secret: app.secrets.globex });
      const id = String(json['deliveryId']);
      const table = await app.storage.table('deliveries');
      const { etag: _, timestamp: _at, ...row } = await table.getEntity('hr:globex', `d:${id}`);
      await table.upsertEntity(
        { ...row, partitionKey: 'hr:standard', rowKey: `d:${id}`, outcome: '' },
        'Replace',
      );
      await (
        await app.storage.queue('deliveries')
      ).sendMessage(JSON.stringify({ feed: 'hr', source: 'standard', deliveryId: id }));
      await app.settle();
      return app.isIn(email, GROUPS.users);
    },
  },
]);

async function deliveryOf(app: AttackedStack, id: unknown): Promise<Record<string, unknown>> {
  return (await app.storage.table('deliveries')).getEntity('hr:standard', `d:${String(id)}`);
}

async function putDelivery(
  app: AttackedStack,
  email: string,
  id: string,
  as: Record<string, unknown>,
): Promise<void> {
  const { etag: _, timestamp: _at, ...rest } = as;
  const body = Buffer.from(JSON.stringify(bodyOfJoiner(email)));
  const place = { partitionKey: 'hr:standard', rowKey: `d:${id}` };
  const times = { receivedAtMs: Date.now(), contentType: 'application/json', bytes: body.byteLength };
  const table = await app.storage.table('deliveries');
  await table.upsertEntity({ ...times, ...rest, ...place, lane: 'normal', outcome: '', body }, 'Replace');
  await table.upsertEntity({ ...place, rowKey: `p:${id}`, receivedAtMs: Date.now() }, 'Replace');
  await (
    await app.storage.queue('deliveries')
  ).sendMessage(JSON.stringify({ feed: 'hr', source: 'standard', deliveryId: id }));
}

const messages = attacksOn('storage', joinerControl, [
  {
    id: 'message-forged',
    tries: 'Puts messages onto every queue that name other organizations, paths, objects and nothing',
    must: 'Everything else goes on',
    alone: true,
    run: async (target) => {
      const app = await target.app();
      const texts = [
        '{"organization":"__proto__"}',
        '{"organization":"globex","booking":"../../acme"}',
        '{"organization":{"$ne":1}}',
        '{"organization":"acme","night":"../../policy/policy.yaml"}',
        '{"feed":"hr","source":"../ticket:standard","deliveryId":"x/../../y"}',
        `{"feed":"hr","source":"standard","deliveryId":"${'a'.repeat(2_000)}"}`,
        'not json',
        '',
      ];
      for (const name of ['deliveries', 'urgent-deliveries', 'changes', 'audits', 'notifications'])
        for (const text of texts) await (await app.storage.queue(name)).sendMessage(text);
      const email = app.person();
      await app.sayHr(bodyOfJoiner(email));
      await app.settle();
      return !app.isIn(email, GROUPS.users);
    },
  },
]);

const grants = attacksOn('storage', grantControl, [
  {
    id: 'grant-edited',
    tries: "Edits the group of a grant in somebody's ledger",
    must: 'They do not get the other group',
    run: async (target) => {
      const app = await target.app();
      const person = app.person();
      const action = { kind: 'grant', person, group: GROUPS.finance, duration: 'P7D' };
      await app.sayTicket(requestApproved(BEN_APPROVES, action));
      await app.settle();
      const row = await stateOf(app, person);
      await put(app, { ...row, json0: String(row['json0']).replaceAll(GROUPS.finance, GROUPS.support) });
      await lookAt(app, person);
      return app.isIn(person, GROUPS.support);
    },
  },
]);

export const rowAttacks = [...made, ...messages, ...grants];
