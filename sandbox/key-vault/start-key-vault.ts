import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { portOf } from '../free-port';
import { createAccessTokenCache, VAULT_RESOURCE } from './access-tokens';
import type { Answer } from './answer';
import { createCertificate, writeTrustFile } from './certificate';
import { createFaults, type Fault, type Service } from './faults';
import { createIdentityEndpoint, IDENTITY_PATH } from './identity-endpoint';
import { createSecretVersions } from './secret-versions';
import { createVaultApi } from './vault-api';

export type KeyVaultOptions = Readonly<{
  /** The vault's name in its address. */
  name?: string;
  secrets?: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  now?: () => number;
  tokenLifetimeSeconds?: number;
}>;

/** `status` is 0 where the connection was broken instead of an answer. */
type VaultLogEntry = Readonly<{ service: Service; method: string; path: string; status: number }>;

export type KeyVault = Readonly<{
  vaultUrl: string;
  /** For the process of an app: with these, the unchanged SDKs find this vault and its identity under their real names. */
  environment: Readonly<Record<string, string>>;
  /** The same vault over plain HTTP, for clients in this process; `directToken` opens it. */
  directUrl: string;
  directToken: string;
  /** Adds a version and gives its id. */
  setSecret: (name: string, value: string) => string;
  disableSecret: (name: string, version?: string) => void;
  deleteSecret: (name: string) => void;
  /** Gives back what ends the fault. */
  injectFault: (fault: Fault) => () => void;
  clearFaults: () => void;
  requests: () => readonly VaultLogEntry[];
  close: () => Promise<void>;
}>;

/**
 * A stand-in for Azure Key Vault and the managed identity that reads it. It is reached as a proxy that ends the TLS of
 * `NAME.vault.azure.net` itself, so that neither the address nor the checks of the SDKs have to be changed.
 */
export async function startKeyVault(options: KeyVaultOptions = {}): Promise<KeyVault> {
  const { name = 'sandbox', now = Date.now, tokenLifetimeSeconds = 86_400 } = options;
  const host = `${name}.vault.azure.net`;
  const identityHeader = randomUUID();
  const secrets = createSecretVersions(now);
  const tokens = createAccessTokenCache(now, tokenLifetimeSeconds);
  const faults = createFaults();
  const log: VaultLogEntry[] = [];
  const answerVault = createVaultApi(secrets, tokens);
  const answerIdentity = createIdentityEndpoint(tokens, identityHeader);
  for (const [secretName, value] of Object.entries(options.secrets ?? {})) secrets.set(secretName, value);

  const handle = (origin: string, request: IncomingMessage): [Service, () => Answer] => {
    const url = new URL(request.url ?? '/', origin);
    const { authorization } = request.headers;
    return url.pathname === IDENTITY_PATH
      ? ['identity', () => answerIdentity(url, [request.headers['x-identity-header']].flat()[0])]
      : ['vault', () => answerVault({ method: request.method ?? 'GET', url, authorization })];
  };

  const serve = async (scheme: string, request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [service, answer] = handle(`${scheme}://${request.headers.host ?? host}`, request);
    const fault = faults.take(service, request.url ?? '/');
    request.resume();
    if (fault?.delayMs !== undefined) await sleep(fault.delayMs, undefined, { ref: false });
    const given = faultAnswer(fault) ?? answer();
    const isDown = fault?.isDown === true;
    const { method = 'GET', url: path = '/' } = request;
    log.push({ service, method, path, status: isDown ? 0 : given.status });
    if (isDown) request.socket.destroy();
    else send(response, given);
  };

  const certificate = await createCertificate(host);
  const trust = await writeTrustFile(certificate.cert, process.env['NODE_EXTRA_CA_CERTS']);
  const tls = createTlsServer(certificate, (request, response) => void serve('https', request, response));
  const server = createServer((request, response) => void serve('http', request, response));
  const tunnels = new Set<Duplex>();
  server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
    tunnels.add(socket.once('close', () => tunnels.delete(socket)).on('error', () => socket.destroy()));
    if (request.url !== `${host}:443`) {
      // Nothing else is to be reached from a local stack.
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    tls.emit('connection', socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => resolve());
  });
  const directUrl = `http://127.0.0.1:${portOf(server)}`;

  return {
    vaultUrl: `https://${host}`,
    environment: {
      HTTPS_PROXY: directUrl,
      NO_PROXY: 'localhost,127.0.0.1',
      NODE_EXTRA_CA_CERTS: trust.path,
      IDENTITY_ENDPOINT: `${directUrl}${IDENTITY_PATH}`,
      IDENTITY_HEADER: identityHeader,
    },
    directUrl,
    directToken: tokens.issue(VAULT_RESOURCE).token,
    setSecret: secrets.set,
    disableSecret: secrets.disable,
    deleteSecret: secrets.delete,
    injectFault: faults.inject,
    clearFaults: faults.clear,
    requests: () => [...log],
    close: async () => {
      for (const tunnel of tunnels) tunnel.destroy();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      server.closeAllConnections();
      await closed;
      await trust.remove();
    },
  };
}

function faultAnswer(fault: Fault | undefined): Answer | undefined {
  if (fault?.status === undefined) return undefined;
  const { status, retryAfterSeconds } = fault;
  const headers = retryAfterSeconds === undefined ? {} : { 'retry-after': `${retryAfterSeconds}` };
  const code = status === 429 ? 'Throttled' : 'InternalServerError';
  return { status, body: { error: { code, message: 'A fault that was asked for.' } }, headers };
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}
