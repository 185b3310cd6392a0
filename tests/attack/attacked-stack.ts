import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sandboxSeal } from '../../sandbox/evidence-key';
import { GROUPS, newSigningSecret, ORGANIZATION } from '../../sandbox/demo-organization';
import { workerJoined } from '../../sandbox/events';
import { signPosting } from '../../sandbox/sender';
import { startVendorStack, type VendorStack } from '../../sandbox/vendor-stack';
import { openStorage, type StorageAccount } from '../../shared/storage/storage-account';
import { eventually, send, type Answer } from '../integration/stack/calls';
import {
  ATTACKED_SEED,
  attackedPolicy,
  GLOBEX,
  GLOBEX_CREDENTIAL,
  GLOBEX_GROUP,
  PEOPLE,
} from './attacked-policy';
import { startCanary, type Canary } from './canary';
import { findStored } from './find-stored';

export type Sending = Readonly<{
  source?: string;
  id?: string;
  secret?: string;
  atMs?: number;
  headers?: Readonly<Record<string, string>>;
  pieces?: readonly (string | Uint8Array)[];
}>;

/** The whole app as it is deployed, with everything around it, and what attacks do to it and look at. */
export type AttackedStack = Readonly<{
  stack: VendorStack;
  storage: StorageAccount;
  canary: Canary;
  secrets: Readonly<Record<'limited' | 'globex' | 'chat' | 'moved', string>>;
  log: () => string;
  /** Somebody whom no other attack is about. */
  person: () => string;
  /** Posts a body of our own contract; what is not said of it is right. */
  sayHr: (body: object | string, how?: Sending) => Promise<Answer>;
  sayTicket: (body: object | string, how?: Sending) => Promise<Answer>;
  /** Resolves once everything that was taken by now is followed to its end. */
  settle: () => Promise<void>;
  /** The same in the other organization. */
  settleGlobex: () => Promise<void>;
  isIn: (email: string, group: string, organization?: string) => boolean;
  /** Whether a text is in a table or a container. */
  isStored: (text: string) => Promise<boolean>;
  get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Answer>;
  close: () => Promise<void>;
}>;

const GATHERS_MS = 150;

export async function startAttackedStack(appDirectory: string): Promise<AttackedStack> {
  const lines: string[] = [];
  const canary = await startCanary();
  canary.redirect('/moved', `${canary.url}/followed`);
  const stack = await startVendorStack({
    appDirectory,
    seed: ATTACKED_SEED,
    messageLeaseSeconds: 2,
    onLog: (line) => lines.push(line),
    changePolicy: (text) => {
      const [, acme = ''] = /identityBaseUrl: (\S+)/.exec(text) ?? [];
      return attackedPolicy(text, {
        globexUrl: acme.replace(ORGANIZATION, GLOBEX),
        receiverUrl: canary.url,
      });
    },
  });
  const secrets = {
    limited: newSigningSecret(),
    globex: newSigningSecret(),
    chat: newSigningSecret(),
    moved: newSigningSecret(),
  };
  stack.vault.setSecret('webhook-limited', secrets.limited);
  stack.vault.setSecret('webhook-globex', secrets.globex);
  stack.vault.setSecret('notify-chat', secrets.chat);
  stack.vault.setSecret('notify-moved', secrets.moved);
  stack.vault.setSecret('uipath-globex', JSON.stringify(GLOBEX_CREDENTIAL));
  const { connectionString } = stack.azurite;
  const storage = openStorage({ kind: 'connection-string', connectionString }, sandboxSeal);
  let taken = 0;
  const person = (): string => {
    const email = PEOPLE[taken];
    if (email === undefined) throw new Error('There are more attacks than people');
    taken += 1;
    return email;
  };
  const isIn: AttackedStack['isIn'] = (email, group, organization = ORGANIZATION) =>
    stack.uipath.memberIds(organization, group).has(stack.uipath.idOf(organization, email));
  const say = async (feed: 'hr' | 'tickets', body: object | string, how: Sending): Promise<Answer> => {
    const { source = 'standard', id = `msg_${randomUUID()}`, atMs = Date.now(), headers = {} } = how;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const own = feed === 'hr' ? stack.hr() : stack.tickets();
    const posting = signPosting(how.secret ?? own.signingSecret, text, id, atMs);
    return send(new URL(source, own.url).href, {
      method: 'POST',
      headers: { ...posting.headers, ...headers },
      pieces: how.pieces ?? [text],
    });
  };
  const sayHr: AttackedStack['sayHr'] = async (body, how = {}) => say('hr', body, how);
  const sayTicket: AttackedStack['sayTicket'] = async (body, how = {}) => say('tickets', body, how);
  const isIdle = async (): Promise<boolean> => {
    const { approximateMessagesCount = 0 } = await (await storage.queue('deliveries')).getProperties();
    return approximateMessagesCount === 0;
  };
  const settleIn = (organization: string, group: string, how: () => Sending): (() => Promise<void>) =>
    gathering(async () => {
      await eventually('deliveries are followed', isIdle, 10_000).catch(() => undefined);
      const last = person();
      const sent = await sayHr(workerJoined(last, { department: 'Automation' }), how());
      if (sent.status !== 200) throw new Error(`Somebody who joins is answered ${sent.status}`);
      await eventually('whoever joins last is in', () => isIn(last, group, organization), 90_000);
    });
  const globex = { source: 'globex', secret: secrets.globex };
  return {
    stack,
    storage,
    canary,
    secrets,
    log: () => lines.join('\n'),
    person,
    sayHr,
    sayTicket,
    settle: settleIn(ORGANIZATION, GROUPS.users, () => ({})),
    settleGlobex: settleIn(GLOBEX, GLOBEX_GROUP, () => globex),
    isIn,
    isStored: async (text) => findStored(storage, text),
    get: async (path, headers = { 'x-functions-key': stack.host().functionKey }) =>
      send(`${stack.host().url}/api/${path}`, { headers }),
    close: async () => {
      await stack.close();
      await canary.close();
    },
  };
}

/** Does something once for all who ask while it has not begun. */
function gathering(work: () => Promise<void>): () => Promise<void> {
  let next: Promise<void> | undefined;
  let before: Promise<void> = Promise.resolve();
  return async () => {
    next ??= before.then(async () => {
      await sleep(GATHERS_MS);
      next = undefined;
      return work();
    });
    before = next.catch(() => undefined);
    return next;
  };
}

/** A key that nobody has. */
export function madeUpSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}
