import { access } from './run-access';

type Answered = Readonly<{ status?: number; json?: unknown; text?: string }>;

/** One question as it was sent. */
type AskedOfApp = Readonly<{
  url: string;
  method: string;
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
  redirect: string | undefined;
}>;

export const SIGNED_IN = { ACCESS_URL: 'https://app.example', ACCESS_TOKEN: 'token' } as const;

/** Runs a command against an app that answers by the path behind `/api/operator`, and tells what it was asked. */
export async function accessTo(
  words: readonly string[],
  answers: Readonly<Record<string, Answered>>,
  {
    environment = SIGNED_IN,
    stdin = '',
    said,
    isTerminal = false,
    files = {},
  }: Readonly<{
    environment?: Readonly<Record<string, string>>;
    stdin?: string;
    /** What whoever sits at the terminal answers. */
    said?: string;
    isTerminal?: boolean;
    files?: Readonly<Record<string, string>>;
  }> = {},
): Promise<Awaited<ReturnType<typeof access>> & Readonly<{ asked: readonly AskedOfApp[]; json: unknown }>> {
  const asked: AskedOfApp[] = [];
  const ran = await access(words, files, {
    isTerminal,
    online: {
      env: (name) => environment[name],
      readStdin: async () => stdin,
      ask: async () => said,
      fetch: async (url, init) => {
        const at = new URL(url instanceof Request ? url.url : url);
        const headers = Object.fromEntries(new Headers(init?.headers).entries());
        const body = typeof init?.body === 'string' ? init.body : undefined;
        asked.push({
          url: at.href,
          method: init?.method ?? 'GET',
          headers,
          body,
          redirect: init?.redirect,
        });
        const path = at.pathname.replace(/^.*\/api\/operator/, '') || '/';
        const {
          status = 200,
          json,
          text,
        } = answers[`${init?.method ?? 'GET'} ${path}`] ??
          answers[path] ?? {
            status: 404,
            json: { code: 'page-unknown', title: 'Unknown page', status: 404 },
          };
        return new Response(text ?? JSON.stringify(json), { status });
      },
    },
  });
  return { ...ran, asked, json: words.includes('--json') ? JSON.parse(ran.stdout) : undefined };
}

/** The problem document of an error code. */
export function problem(status: number, code: string, detail?: string): Answered {
  return { status, json: { title: 'Refused', status, code, instance: 'i-1', detail } };
}

export const ONE_ORGANIZATION = {
  json: { who: 'Maria Lead', organizations: [{ organization: 'acme', may: { read: true } }] },
} as const;
