import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { portOf } from '../../sandbox/free-port';

type Call = Readonly<{ path: string; headers: Readonly<Record<string, unknown>>; body: string }>;

/** A machine that nothing of the app may call, and that notes who does. */
export type Canary = Readonly<{
  url: string;
  calls: () => readonly Call[];
  /** Whether somebody asked for this path, or for one below it. */
  heard: (path: string) => boolean;
  /** Answers requests for this path with a redirect. */
  redirect: (path: string, to: string) => void;
  close: () => Promise<void>;
}>;

export async function startCanary(): Promise<Canary> {
  const calls: Call[] = [];
  const redirects = new Map<string, string>();
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url: path = '/', headers } = request;
    calls.push({ path, headers, body: await text(request) });
    const to = redirects.get(path);
    response.writeHead(to === undefined ? 200 : 307, to === undefined ? {} : { location: to }).end('{}');
  };
  const server = createServer((request, response) => {
    take(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    calls: () => [...calls],
    heard: (path) => calls.some((call) => call.path.startsWith(path)),
    redirect: (path, to) => {
      redirects.set(path, to);
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
