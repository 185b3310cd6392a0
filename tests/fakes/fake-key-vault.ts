import { SecretClient } from '@azure/keyvault-secrets';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Version = Readonly<{
  id: string;
  value: string;
  /** Seconds, as the vault counts. */
  created: number;
  enabled?: boolean;
  nbf?: number;
  exp?: number;
}>;

export type FakeKeyVault = Readonly<{
  client: SecretClient;
  /** Paths of the requests that carried a token. */
  requests: string[];
  /** Versions of secrets, in the order the vault lists them. */
  secrets: Map<string, readonly Version[]>;
  /** What is answered instead, by a part of the path; status 0 answers never. */
  faults: Map<string, number>;
  close: () => Promise<void>;
}>;

const pageSize = 2;

/** The three requests of the Key Vault REST API that this application makes, over http, with its challenge and its paging. */
export async function startFakeKeyVault(): Promise<FakeKeyVault> {
  const requests: string[] = [];
  const secrets = new Map<string, readonly Version[]>();
  const faults = new Map<string, number>();
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((done) => {
    server.listen(0, '127.0.0.1', done);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const reply = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    const refuse = (status: number) => reply(status, { error: { code: 'Refused', message: 'No' } });
    if (request.headers.authorization !== 'Bearer a-token') {
      const challenge =
        'Bearer authorization="https://login.example.com/t", resource="https://vault.azure.net"';
      response.setHeader('www-authenticate', challenge);
      return refuse(401);
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    requests.push(pathname);
    const fault = [...faults].find(([part]) => pathname.includes(part))?.[1];
    if (fault === 0) return undefined;
    if (fault !== undefined) return refuse(fault);
    const [, , name = '', version = ''] = pathname.split('/');
    const versions = secrets.get(name) ?? [];
    const attributesOf = ({ created, enabled = true, nbf, exp }: Version) => ({ created, enabled, nbf, exp });
    if (version === 'versions') {
      const from = Number(searchParams.get('from') ?? 0);
      const page = versions.slice(from, from + pageSize);
      const next = from + pageSize < versions.length ? `${url}${pathname}?from=${from + pageSize}` : null;
      const value = page.map((it) => ({
        id: `${url}/secrets/${name}/${it.id}`,
        attributes: attributesOf(it),
      }));
      return reply(200, { value, nextLink: next });
    }
    const latest = versions.toSorted((a, b) => a.created - b.created).at(-1);
    const found = version === '' ? latest : versions.find((it) => it.id === version);
    if (found === undefined) return refuse(404);
    if (found.enabled === false) return refuse(403);
    const id = `${url}/secrets/${name}/${found.id}`;
    return reply(200, { value: found.value, id, attributes: attributesOf(found) });
  }

  const credential = {
    getToken: async () => ({ token: 'a-token', expiresOnTimestamp: Date.now() + 3_600_000 }),
  };
  return {
    client: new SecretClient(url, credential, {
      disableChallengeResourceVerification: true,
      allowInsecureConnection: true,
      retryOptions: { maxRetries: 0 },
    }),
    requests,
    secrets,
    faults,
    close: () =>
      new Promise((done) => {
        server.close(() => done()).closeAllConnections();
      }),
  };
}
