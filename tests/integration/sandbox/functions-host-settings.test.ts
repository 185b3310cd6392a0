import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readHostJson } from '../../../sandbox/functions-host/host-json';
import { createLog } from '../../../sandbox/functions-host/log';
import { decodeText } from '../../../sandbox/functions-host/queue-message';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'host-json-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function read(text: string): ReturnType<typeof readHostJson> {
  await writeFile(join(folder, 'host.json'), text);
  return readHostJson(folder);
}

describe('host.json', () => {
  it('is filled up with the defaults of Azure', async () => {
    expect((await read('{"version":"2.0"}')).extensions).toEqual({
      http: { routePrefix: 'api' },
      queues: {
        batchSize: 16,
        newBatchThreshold: 8,
        maxDequeueCount: 5,
        visibilityTimeout: 0,
        maxPollingInterval: 60,
        messageEncoding: 'base64',
      },
    });
  });

  it.each([
    ['00:00:30', 30],
    ['01:02:03', 3723],
    ['2.00:00:01', 172_801],
    ['00:00:00.500', 0.5],
  ])('reads the duration %s as %d seconds', async (text, seconds) => {
    const settings = await read(`{"extensions":{"queues":{"visibilityTimeout":"${text}"}}}`);
    expect(settings.extensions.queues.visibilityTimeout).toBe(seconds);
  });

  it.each([
    ['{"extensions":{"queues":{"batchSize":33}}}', 'batchSize'],
    ['{"extensions":{"queues":{"batchSize":0}}}', 'batchSize'],
    ['{"extensions":{"queues":{"visibilityTimeout":"30"}}}', 'visibilityTimeout'],
    ['{"extensions":{"queues":{"messageEncoding":"utf8"}}}', 'messageEncoding'],
    ['{"logging":{"logLevel":{"default":"loud"}}}', 'logLevel'],
    ['{', 'JSON'],
  ])('is refused as %s', async (text, named) => {
    await expect(read(text)).rejects.toThrow(named);
  });
});

describe('a log', () => {
  const levels = { default: 'warning', Function: 'information', 'Function.loud': 'error' } as const;

  it.each([
    ['Function.quiet.User', 'information', true],
    ['Function.quiet.User', 'debug', false],
    ['Function.loud.User', 'warning', false],
    ['Function.loud.User', 'error', true],
    ['Function.louder', 'information', true],
    ['Worker', 'information', false],
    ['Worker', 'warning', true],
  ] as const)('for %s at %s is written: %s', (category, level, isWritten) => {
    const lines: string[] = [];
    createLog((line) => void lines.push(line), levels)({ category, level, source: 'it', message: 'a\r\nb' });
    expect(lines).toEqual(isWritten ? [`${level} it: a\\nb`] : []);
  });
});

describe('the text of a message', () => {
  it.each([
    ['WsO2w6s=', 'base64', 'Zöë'],
    ['WsO2w6s', 'base64', undefined],
    ['{"a":1}', 'base64', undefined],
    ['{"a":1}', 'none', '{"a":1}'],
  ] as const)('%s is in %s %s', (text, encoding, decoded) => {
    expect(decodeText(text, encoding)).toBe(decoded);
  });
});
