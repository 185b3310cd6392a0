import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import { portOf } from '../../../sandbox/free-port';
import { faultOfPort } from '../../../sandbox/port-fault';

let taken: Server | undefined;
afterEach(() => {
  taken?.close();
});

async function takePort(host: string): Promise<number> {
  const server = createServer();
  taken = server;
  await new Promise<void>((resolve) => {
    server.listen(0, host, resolve);
  });
  return portOf(server);
}

const failing = (code: string) => async (): Promise<void> => {
  throw Object.assign(new Error('listen'), { code });
};
const noteOf = (port: number) => ({
  hr: { url: `http://127.0.0.1:${port}/api/webhooks/hr/standard`, signingSecret: '' },
});

describe('the port of npm start', () => {
  it.each(['127.0.0.1', '0.0.0.0'])(
    'is refused in words where somebody listens on it at %s',
    async (host) => {
      const port = await takePort(host);
      expect(await faultOfPort(port, undefined)).toBe(
        `Port ${port} is taken by another program. Choose another one: npm start -- --port ${port + 1}, or --port 0 for any that is free.`,
      );
    },
  );

  it('is told to be ours where the note of a running stack names it', async () => {
    const port = await takePort('127.0.0.1');
    expect(await faultOfPort(port, noteOf(port))).toContain(
      'by another npm start of this folder: end it with Ctrl+C',
    );
    expect(await faultOfPort(port, noteOf(port + 1))).toContain('by another program');
  });

  it('is taken again once it is free, whatever an old note says', async () => {
    const port = await takePort('127.0.0.1');
    await new Promise((resolve) => taken?.close(resolve));
    expect(await faultOfPort(port, noteOf(port))).toBeUndefined();
    expect(await faultOfPort(0, undefined)).toBeUndefined();
  });

  it.each([
    [
      'EACCES',
      80,
      'This user may not listen on port 80: those below 1024 are reserved. Choose another one: npm start -- --port 7071,',
    ],
    ['EADDRINUSE', 65_535, 'npm start -- --port 7071,'],
    ['EADDRNOTAVAIL', 7071, 'Nobody can listen on port 7071 of 127.0.0.1 (EADDRNOTAVAIL).'],
  ])('that fails by %s says what to do', async (code, port, words) => {
    expect(await faultOfPort(port, undefined, failing(code))).toContain(words);
  });
});
