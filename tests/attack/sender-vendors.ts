import { createHash, randomBytes } from 'node:crypto';
import { GROUPS } from '../../sandbox/demo-organization';
import { listenedTo, SCIM, secretKeyOf } from '../../sandbox/vendors/demo-sources';
import { newEntraKey } from '../../sandbox/vendors/entra';
import { hrPosting, ticketPosting, type VendorPosting } from '../../sandbox/vendors/vendor-posting';
import { send } from '../integration/stack/calls';
import { BEN_APPROVES } from './approvers';
import type { Attack } from './attack';
import type { AttackedStack } from './attacked-stack';
import { isTaken } from './attempts';
import type { Control } from './control';
import { nextTicketNumber } from './ticket-numbers';

type Feed = 'hr' | 'tickets';

/** What one vendor posts about somebody, and how it is found again in storage. */
async function postingAbout(
  app: AttackedStack,
  feed: Feed,
  source: string,
  secret: string,
): Promise<Readonly<{ posting: VendorPosting; marks: readonly string[] }>> {
  const email = app.person();
  const { vendors } = app.stack;
  if (feed === 'hr') {
    const attributes = { department: 'Automation', title: 'Engineer', location: 'Bucharest' };
    const posting = await hrPosting(
      source,
      { kind: 'joiner', email, attributes },
      { hrApiUrl: vendors.hrApiUrl, secret },
    );
    const id = createHash('sha256').update(email).digest('hex').slice(0, 12);
    return { posting, marks: [email, id] };
  }
  const number = nextTicketNumber();
  const ticket = { number, act: 'grant', person: email, group: GROUPS.finance, duration: 'P7D' };
  const posting = await ticketPosting(
    source,
    { ...ticket, ...BEN_APPROVES },
    { ticketApiUrl: vendors.ticketApiUrl, secret },
  );
  return { posting, marks: [email, String(number)] };
}

async function isKept(
  app: AttackedStack,
  feed: Feed,
  source: string,
  secret: string,
  change: (posting: VendorPosting) => VendorPosting = (posting) => posting,
): Promise<boolean> {
  const { posting, marks } = await postingAbout(app, feed, source, secret);
  const { headers, body } = change(posting);
  const answer = await send(`${app.stack.vendors.webhooksUrl}/${feed}/${source}`, {
    method: 'POST',
    headers,
    pieces: [body],
  });
  for (const mark of marks) if (await app.isStored(mark)) return true;
  return isTaken(answer);
}

function controlOf(feed: Feed, source: string): Control {
  return {
    id: `a delivery of ${feed}/${source}`,
    says: 'What the vendor itself posts is taken and kept',
    works: async (target) => {
      const app = await target.app();
      return isKept(app, feed, source, secretOf(app, feed, source));
    },
  };
}

function secretOf(app: AttackedStack, feed: Feed, source: string): string {
  return app.stack.vendors.secrets[secretKeyOf(feed, source)] ?? '';
}

/** A secret of the same form that is not the sender's. */
function otherSecret(secret: string): string {
  if (secret.startsWith('-----BEGIN')) return newEntraKey();
  if (secret.startsWith('whsec_')) return `whsec_${randomBytes(32).toString('base64')}`;
  const [, user] = /^(sender:)/.exec(secret) ?? [];
  if (user !== undefined) return `${user}${randomBytes(24).toString('hex')}`;
  return randomBytes(24).toString('base64');
}

/** Every format that is listened to has a verifier of its own: each is forged. */
export const vendorAttacks: readonly Attack[] = (['hr', 'tickets'] as const).flatMap((feed) =>
  listenedTo[feed]
    .filter((source) => source !== SCIM)
    .map((source): Attack => ({
      id: `forged-${feed}-${source}`,
      boundary: 'sender',
      tries: `Posts what ${source} would post, proved with another secret or by another identity`,
      must: 'It is refused and nothing of it is kept',
      control: controlOf(feed, source),
      run: async (target) => {
        const app = await target.app();
        return isKept(app, feed, source, otherSecret(secretOf(app, feed, source)));
      },
    })),
);
