import { z } from 'zod';
import type { SentAbout } from './delivery-outcome';
import type { SentDelivery } from './sender';

/** How to tell what was answered, and what became of what was sent. */
export type Told = Readonly<{ about: SentAbout; waitMs: number | undefined; json: boolean }>;

export type TellIo = Readonly<{ report: (sent: SentDelivery, told: Told) => void | Promise<void> }>;

export type TellOptions = Readonly<{
  source: string;
  url?: string;
  wait?: true;
  /** Seconds. */
  within: number;
  json?: true;
}>;

export const EXIT_CODES_IN_WORDS = `
Exit codes:
  0  taken; with --wait: applied, or nothing to change
  1  not sent, refused by the webhook, or with --wait by the policy
  3  with --wait: recorded, and waits for its time, for the person or for a release
  4  with --wait: not settled in time; what is known so far is told
Without --json the answer comes first, and with --wait a line such as
  applied: it is recorded and applied: ana.pop@acme.example is in Automation Users`;

/**
 * Sends, and reports what was answered and how to find what became of it.
 * @throws Error for an address elsewhere, where nobody can look
 */
export async function tell(
  io: TellIo,
  { source, url, wait, within, json }: TellOptions,
  about: Pick<SentAbout, 'feed' | 'person' | 'requestId'>,
  sending: () => Promise<SentDelivery>,
): Promise<void> {
  if (wait === true && url !== undefined)
    throw new Error('--wait looks into the stack that npm start runs: leave out --url.');
  const sentAtMs = Date.now();
  const sent = await sending();
  const { data: answer } = AnswerSchema.safeParse(sent.body);
  await io.report(sent, {
    about: {
      ...about,
      source,
      sentAtMs,
      deliveryId: answer?.deliveryId,
      isIgnored: answer?.ignored === true,
    },
    waitMs: wait === true ? within * 1000 : undefined,
    json: json === true,
  });
}

const AnswerSchema = z.object({ deliveryId: z.string().optional(), ignored: z.boolean().optional() });
const BodySchema = z.object({
  id: z.string().optional().catch(undefined),
  worker: z.object({ email: z.string() }).optional().catch(undefined),
  action: z.object({ person: z.string() }).optional().catch(undefined),
});

/** The id that a body of our own contract gives itself. */
export function idOf(body: unknown): string | undefined {
  return BodySchema.safeParse(body).data?.id;
}

/** Whom a body of our own contract is about. */
export function personOf(body: unknown): string | undefined {
  const { worker, action } = BodySchema.safeParse(body).data ?? {};
  return worker?.email ?? action?.person;
}

/** What somebody wrote as JSON. @throws Error in words */
export function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${where} is not JSON: a text must be in double quotes, and no comma may be left over.`);
  }
}
