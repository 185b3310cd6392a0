import { GROUPS, ORGANIZATION } from '../../sandbox/demo-organization';
import { requestApproved, workerJoined, workerLeft, workerMoved } from '../../sandbox/events';
import { personKey } from '../../shared/domain/person-key';
import { createLedgerStore } from '../../shared/storage/ledger';
import { BEN_APPROVES } from './approvers';
import { attacksOn } from './attack';
import type { AttackedStack } from './attacked-stack';
import { bodyOfJoiner, leaverControl, losesAccess, type Body } from './attempts';
import type { Control } from './control';
import type { Target } from './target';

const HOUR_MS = 3_600_000;

/** How many words of HR about somebody are in the evidence. */
async function wordsOf(app: AttackedStack, email: string): Promise<number> {
  const subject = { organization: ORGANIZATION, kind: 'person', key: personKey(email) } as const;
  const { records } = await createLedgerStore(app.storage).evidence(subject);
  return records.filter(({ kind }) => kind.startsWith('worker-') || kind.startsWith('request-')).length;
}

/** Has somebody leave after they joined, and tells whether they are back after `attack`. */
async function comesBack(
  { app }: Target,
  attack: (
    app: AttackedStack,
    seen: Readonly<{ joined: Body; id: string; atMs: number; email: string }>,
  ) => Promise<unknown>,
): Promise<boolean> {
  const attacked = await app();
  const email = attacked.person();
  const joined = bodyOfJoiner(email);
  const seen = { joined, id: `msg_${email}`, atMs: Date.now(), email };
  await attacked.sayHr(joined, seen);
  await attacked.settle();
  if (!attacked.isIn(email, GROUPS.users)) throw new Error('Whoever is to leave never joined');
  await attacked.sayHr(workerLeft(email));
  await attacked.settle();
  if (attacked.isIn(email, GROUPS.users)) throw new Error('Whoever left is still in');
  await attack(attacked, seen);
  await attacked.settle();
  return attacked.isIn(email, GROUPS.users);
}

const rehireControl: Control = {
  id: 'a signed rehire',
  says: 'Somebody who left and is hired again, by a new delivery, is back',
  works: async (target) => comesBack(target, async (app, { email }) => app.sayHr(bodyOfJoiner(email))),
};

const leaverReplays = attacksOn('sender', rehireControl, [
  {
    id: 'replay-of-a-joiner',
    tries: 'Sends the delivery of a joiner again after they left, as it was',
    must: 'They stay out',
    run: async (target) => comesBack(target, async (app, seen) => app.sayHr(seen.joined, seen)),
  },
  {
    id: 'replay-under-a-new-signature-id',
    tries: 'A relay that signs again sends an old word under a new id of the delivery',
    must: 'They stay out: the word is older than the leaving',
    run: async (target) => comesBack(target, async (app, { joined }) => app.sayHr(joined)),
  },
  {
    id: 'replay-under-an-id-in-other-letters',
    tries: 'Sends the delivery again under its id in capitals, with blanks, and encoded',
    must: 'They stay out',
    run: async (target) =>
      comesBack(target, async (app, seen) => {
        for (const id of [seen.id.toUpperCase(), ` ${seen.id} `, encodeURIComponent(seen.id), `${seen.id}\t`])
          await app.sayHr(seen.joined, { ...seen, headers: { 'webhook-id': id } });
      }),
  },
  {
    id: 'replay-a-hundred-times-at-once',
    tries: 'Sends the delivery of a joiner a hundred times at the same moment',
    must: 'They stay out',
    run: async (target) =>
      comesBack(target, async (app, seen) =>
        Promise.all(Array.from({ length: 100 }, async () => app.sayHr(seen.joined, seen))),
      ),
  },
  {
    id: 'reordered-mover-after-leaver',
    tries: 'Has a word of an hour ago arrive after the leaving',
    must: 'They stay out: the order is that of the events',
    run: async (target) =>
      comesBack(target, async (app, { email }) =>
        app.sayHr({
          ...workerMoved(email, { department: 'Automation' }),
          occurredAt: new Date(Date.now() - HOUR_MS).toISOString(),
        }),
      ),
  },
  {
    id: 'joiner-from-the-future',
    tries: 'Announces that somebody joined an hour from now, so that no later leaving counts',
    must: 'They stay out: nobody speaks from the future',
    run: async (target) =>
      comesBack(target, async (app, { email }) =>
        app.sayHr({
          ...bodyOfJoiner(email),
          occurredAt: new Date(Date.now() + HOUR_MS).toISOString(),
        }),
      ),
  },
]);

const twiceControl: Control = {
  id: 'two words of one person',
  says: 'Two different deliveries about somebody are two records of the evidence',
  works: async ({ app }) => {
    const attacked = await app();
    const email = attacked.person();
    await attacked.sayHr(bodyOfJoiner(email));
    await attacked.settle();
    await attacked.sayHr(workerMoved(email, { department: 'Automation', title: 'Lead' }));
    await attacked.settle();
    return (await wordsOf(attacked, email)) >= 2;
  },
};

/** Whether a delivery that is sent again and again is recorded more than once. */
async function countsTwice(
  { app }: Target,
  again: (app: AttackedStack, seen: Readonly<{ body: Body; id: string }>) => Promise<unknown>,
): Promise<boolean> {
  const attacked = await app();
  const email = attacked.person();
  const seen = { body: bodyOfJoiner(email), id: `msg_${email}` };
  await attacked.sayHr(seen.body, seen);
  await attacked.settle();
  const once = await wordsOf(attacked, email);
  if (once === 0) throw new Error('The first delivery is not recorded');
  await again(attacked, seen);
  await attacked.settle();
  return (await wordsOf(attacked, email)) > once;
}

const recordedTwice = attacksOn('sender', twiceControl, [
  {
    id: 'duplicate-with-a-fresh-signature',
    tries: 'Sends a delivery again under its id with a new time and a new signature',
    must: 'It is recorded once',
    run: async (target) => countsTwice(target, async (app, seen) => app.sayHr(seen.body, seen)),
  },
  {
    id: 'id-reused-for-another-body',
    tries: 'Uses the id of a delivery again for another word about the same person',
    must: 'The second word changes nothing',
    run: async (target) =>
      countsTwice(target, async (app, { body, id }) =>
        app.sayHr({ ...body, attributes: { department: 'Finance' } }, { id }),
      ),
  },
]);

/** A grant ends, and the ticket that gave it is sent again. */
const revokedControl: Control = {
  id: 'a second ticket after a revocation',
  says: 'A new ticket gives the group again after the first grant was revoked',
  works: async (target) => isGrantedAgain(target, 'a new one'),
};

async function isGrantedAgain({ app }: Target, which: 'the same' | 'a new one'): Promise<boolean> {
  const attacked = await app();
  const person = attacked.person();
  const action = { kind: 'grant', person, group: GROUPS.finance, duration: 'P7D' };
  const id = `REQ-${person}`;
  const first = requestApproved(BEN_APPROVES, action, id);
  await attacked.sayTicket(first);
  await attacked.settle();
  if (!attacked.isIn(person, GROUPS.finance)) throw new Error('The grant was never given');
  await attacked.sayTicket(requestApproved(BEN_APPROVES, { kind: 'revoke', person, group: GROUPS.finance }));
  await attacked.settle();
  if (attacked.isIn(person, GROUPS.finance)) throw new Error('The grant was not revoked');
  await attacked.sayTicket(which === 'the same' ? first : requestApproved(BEN_APPROVES, action));
  await attacked.settle();
  return attacked.isIn(person, GROUPS.finance);
}

const ticketReplays = attacksOn('sender', revokedControl, [
  {
    id: 'replay-of-a-revoked-grant',
    tries: 'Sends the approved ticket of a grant again after it was revoked, under a new id of the delivery',
    must: 'The person stays out of the group',
    run: async (target) => isGrantedAgain(target, 'the same'),
  },
]);

const leaverForgeries = attacksOn('sender', leaverControl, [
  {
    id: 'replay-of-a-leaver-after-the-rehire',
    tries: 'Sends the leaving of somebody again who was hired since',
    must: 'They keep their access',
    run: async (target) => {
      const app = await target.app();
      const email = app.person();
      const left = workerLeft(email);
      await app.sayHr(workerJoined(email, { department: 'Automation' }));
      await app.settle();
      await app.sayHr(left);
      await app.settle();
      await app.sayHr(bodyOfJoiner(email));
      await app.settle();
      if (!app.isIn(email, GROUPS.users)) throw new Error('Whoever was hired again has no access');
      await app.sayHr(left);
      await app.settle();
      return !app.isIn(email, GROUPS.users);
    },
  },
  {
    id: 'leaver-forged',
    tries: 'Announces the leaving of somebody, signed with a secret of the attacker',
    must: 'They keep their access',
    run: async (target) =>
      losesAccess(target, async (app, email) => app.sayHr(workerLeft(email), { secret: app.secrets.globex })),
  },
  {
    id: 'leaver-from-the-ticket-system',
    tries: "Announces a leaving to the ticket system's address, signed by it",
    must: 'They keep their access',
    run: async (target) => losesAccess(target, async (app, email) => app.sayTicket(workerLeft(email))),
  },
  {
    id: 'leaver-by-another-organization',
    tries: 'The HR system of one organization says that somebody of another has left',
    must: 'They keep their access',
    run: async (target) =>
      losesAccess(target, async (app, email) =>
        app.sayHr(
          { ...workerLeft(email), organization: ORGANIZATION },
          { source: 'globex', secret: app.secrets.globex },
        ),
      ),
  },
]);

/** Deliveries that are right, at another time or once more. */
export const replayAttacks = [...leaverReplays, ...recordedTwice, ...ticketReplays, ...leaverForgeries];
