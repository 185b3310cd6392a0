import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type AcknowledgingProxy = Readonly<{ url: string; close: () => Promise<void> }>;

/** Passes requests on and tells of each answer before the sender gets it; a target that is not there breaks the connection. */
export async function startAcknowledgingProxy(
  target: () => string,
  onAnswer: () => Promise<void>,
): Promise<AcknowledgingProxy> {
  const server = createServer((request, response) => {
    const pass = async (): Promise<void> => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers;
      const answer = await fetch(`${target()}${request.url ?? ''}`, {
        method: request.method ?? 'POST',
        headers: headers as Record<string, string>,
        body: Buffer.concat(chunks),
      });
      const text = await answer.text();
      await onAnswer();
      response
        .writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' })
        .end(text);
    };
    pass().catch(() => response.destroy());
  });
  await new Promise<void>((listening) => {
    server.listen(0, '127.0.0.1', listening);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((closed) => {
        server.close(closed);
      });
    },
  };
}
