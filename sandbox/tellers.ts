import { requestApproved, workerJoined, workerLeft, workerMoved } from './events';
import { signPosting, type Telling } from './sender';
import type { Stack } from './stack';
import type { VendorStack } from './vendor-stack';
import { demoSources, secretKeyOf } from './vendors/demo-sources';
import { hrPosting, ticketPosting } from './vendors/vendor-posting';

type HrNews = Readonly<{
  kind: 'joiner' | 'mover' | 'leaver';
  email: string;
  attributes: Readonly<Record<string, string>>;
}>;

type TicketNews = Readonly<{
  number: number;
  act: 'grant' | 'revoke';
  person: string;
  group: string;
  duration: string | undefined;
  requester: string;
  approver: string;
}>;

/** Who tells the app the news of a story: the standard contract, or a vendor in its own format. */
export type Tellers = Readonly<{
  hr: Readonly<{ name: string; tell: (news: HrNews) => Promise<Telling> }>;
  tickets: Readonly<{ name: string; tell: (news: TicketNews) => Promise<Telling> }>;
}>;

const bodies = {
  joiner: ({ email, attributes }: HrNews) => workerJoined(email, attributes),
  mover: ({ email, attributes }: HrNews) => workerMoved(email, attributes),
  leaver: ({ email }: HrNews) => workerLeft(email),
} as const;

/** Both feeds in our own contract, signed anew at each try. */
export function standardTellers(stack: Pick<Stack, 'hr' | 'tickets'>): Tellers {
  return {
    hr: {
      name: 'standard',
      tell: async (news) => {
        const body = bodies[news.kind](news);
        return signedAnew(stack.hr, body);
      },
    },
    tickets: {
      name: 'standard',
      tell: async ({ number, act, person, group, duration, requester, approver }) => {
        const action = { kind: act, person, group, ...(act === 'grant' ? { duration } : {}) };
        return signedAnew(stack.tickets, requestApproved({ requester, approver }, action, `REQ-${number}`));
      },
    },
  };
}

/**
 * A vendor tells the news of its feed; the other feed stays with the standard contract.
 *
 * @throws Error when there is no such vendor, naming those that there are
 */
export function vendorTellers(stack: VendorStack, source: string): Tellers {
  const { webhooksUrl, hrApiUrl, ticketApiUrl, secrets } = stack.vendors;
  const secret = secrets[secretKeyOf(demoSources.hr.includes(source) ? 'hr' : 'tickets', source)] ?? '';
  const standard = standardTellers(stack);
  if (demoSources.hr.includes(source)) {
    const url = `${webhooksUrl}/hr/${source}`;
    return {
      ...standard,
      hr: {
        name: source,
        tell: async (news) => {
          const posting = await hrPosting(source, news, { hrApiUrl, secret });
          return () => ({ url, ...posting });
        },
      },
    };
  }
  if (!demoSources.tickets.includes(source))
    throw new Error(`There is no source ${source}. There are: ${knownSources().join(', ')}`);
  const url = `${webhooksUrl}/tickets/${source}`;
  return {
    ...standard,
    tickets: {
      name: source,
      tell: async (news) => {
        const posting = await ticketPosting(source, news, { ticketApiUrl, secret });
        return () => ({ url, ...posting });
      },
    },
  };
}

/** The standard contract and every vendor. */
export function knownSources(): readonly string[] {
  return ['standard', ...demoSources.hr, ...demoSources.tickets];
}

/** The statement keeps its id, each try has its own time. */
function signedAnew(sender: Stack['hr'], said: object): Telling {
  const body = JSON.stringify(said);
  const { id } = signPosting(sender().signingSecret, body);
  return () => {
    const { url, signingSecret } = sender();
    return { url, ...signPosting(signingSecret, body, id) };
  };
}
