import { GROUPS } from '../../sandbox/demo-organization';
import { requestApproved, workerJoined, workerLeft } from '../../sandbox/events';
import type { Answer } from '../integration/stack/calls';
import type { AttackedStack, Sending } from './attacked-stack';
import { BEN_APPROVES } from './approvers';
import { MORE_GROUPS } from './attacked-policy';
import type { Control } from './control';
import type { Target } from './target';

export type Body = Readonly<Record<string, unknown>>;

/** Has somebody join by what `post` does with the body, and tells whether they got what joiners get. */
export async function joins(
  { app }: Pick<Target, 'app'>,
  post: (app: AttackedStack, body: Body, email: string) => Promise<unknown>,
): Promise<boolean> {
  const attacked = await app();
  const email = attacked.person();
  await post(attacked, bodyOfJoiner(email), email);
  await attacked.settle();
  return attacked.isIn(email, GROUPS.users);
}

/** As `joins`; what an outsider sent must not even be kept. */
export async function joinsOrIsKept(
  target: Pick<Target, 'app'>,
  post: (app: AttackedStack, body: Body, email: string) => Promise<unknown>,
): Promise<boolean> {
  let sent = '';
  const got = await joins(target, async (app, body, email) => {
    sent = email;
    await post(app, body, email);
  });
  return got || (await target.app()).isStored(sent);
}

export function bodyOfJoiner(email: string): Body {
  return workerJoined(email, { department: 'Automation' }) as Body;
}

/** Asks for a membership with a ticket; what is not said of it is right. Tells whether it was given. */
export async function isGranted(
  { app }: Pick<Target, 'app'>,
  ask: (asked: Asked) => Readonly<{ body?: object; how?: Sending; group?: string; person?: string }>,
): Promise<boolean> {
  const attacked = await app();
  const asked = newRequest(attacked.person());
  const { body = {}, how = {}, group = MORE_GROUPS.reviewed, person = asked.person } = ask(asked);
  await attacked.sayTicket({ ...asked.body, action: { ...asked.action, group, person }, ...body }, how);
  await attacked.settle();
  return attacked.isIn(person, group);
}

type Asked = Readonly<{ person: string; body: Body; action: Body }>;

function newRequest(person: string): Asked {
  const action = { kind: 'grant', person, group: MORE_GROUPS.reviewed, duration: 'P7D' };
  const body = requestApproved(BEN_APPROVES, action) as Body;
  return { person, body, action };
}

export const joinerControl: Control = {
  id: 'a signed joiner',
  says: 'Somebody whom the HR system announces, signed, gets what joiners get',
  works: async (target) => joins(target, async (app, body) => app.sayHr(body)),
};

export const grantControl: Control = {
  id: 'an approved grant',
  says: 'Somebody for whom a ticket was approved as the policy says gets the group',
  works: async (target) => isGranted(target, () => ({})),
};

/** Whether somebody who joined is still in after `attack`. */
export async function losesAccess(
  { app }: Pick<Target, 'app'>,
  attack: (app: AttackedStack, email: string) => Promise<unknown>,
): Promise<boolean> {
  const attacked = await app();
  const email = attacked.person();
  await attacked.sayHr(bodyOfJoiner(email));
  await attacked.settle();
  if (!attacked.isIn(email, GROUPS.users)) throw new Error('Whoever is to lose access has none');
  await attack(attacked, email);
  await attacked.settle();
  return !attacked.isIn(email, GROUPS.users);
}

export const leaverControl: Control = {
  id: 'a signed leaver',
  says: 'Somebody whose leaving the HR system announces, signed, loses access',
  works: async (target) => losesAccess(target, async (app, email) => app.sayHr(workerLeft(email))),
};

export function isTaken({ status }: Pick<Answer, 'status'>): boolean {
  return status >= 200 && status < 300;
}
