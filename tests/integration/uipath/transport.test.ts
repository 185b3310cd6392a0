import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { createTransport, type Operation } from '../../../shared/uipath/transport';
import { AppError } from '../../../shared/errors';
import { errorOf } from '../../fakes/error-of';
import { guid, manualClock, PARTITION, recordingQuota } from './client-harness';

const BASE = 'https://cloud.uipath.com/acme/identity_';
const GROUP = `${BASE}/api/Group/${guid(1)}`;

/** What a transport of `acme` sends for an operation. */
async function sent(
  operation: Pick<Operation, 'url' | 'body'>,
  effect: Operation['effect'] = 'write',
  noteChange?: () => Promise<void>,
): Promise<readonly string[]> {
  const urls: string[] = [];
  const transport = createTransport(
    {
      quota: recordingQuota().gate,
      clock: manualClock(),
      random: () => 0,
      requireMayWrite: async () => undefined,
      noteChange,
      settings: { requestTimeoutMs: 1_000, retryAfterCapMs: 0, attempts: 1 },
      fetch: async (url) => {
        urls.push(url as string);
        return new Response('{}');
      },
    },
    {
      address: {
        alias: 'acme',
        partitionGlobalId: PARTITION,
        identityBaseUrl: BASE,
        auditBaseUrl: undefined,
      },
      tokens: { get: async () => 'token', discard: () => undefined },
    },
  );
  const change = { thing: 'group', act: 'changed', added: [], removed: [] } as const;
  await transport.send(
    { ...operation, what: 'change a group', area: 'groups', method: 'PUT', effect, change },
    z.unknown(),
  );
  return urls;
}

describe('a write', () => {
  it.each<[string, string, unknown]>([
    ['in its body', GROUP, { partitionGlobalId: PARTITION }],
    ['in its path', `${BASE}/api/PartitionAccessPolicy/${PARTITION}`, { entityType: 'user' }],
  ])('that names its organization %s is sent', async (_, url, body) => {
    await expect(sent({ url, body })).resolves.toEqual([url]);
  });

  it.each<[string, string, unknown]>([
    ['names no organization', GROUP, { name: 'Administrators' }],
    ['names another organization', GROUP, { partitionGlobalId: guid(2) }],
    [
      'names another in its body than in its path',
      `${BASE}/api/Group/${PARTITION}`,
      { partitionGlobalId: guid(2) },
    ],
    ['goes to another address', `https://elsewhere.example/${PARTITION}`, undefined],
    ['goes to an address that begins alike', `${BASE}x/${PARTITION}`, undefined],
  ])('that %s is not sent', async (_, url, body) => {
    const error = await errorOf(async () => sent({ url, body }));
    expect(error.code).toBe('uipath-organization-mismatch');
  });
});

it('a read need not name the organization', async () => {
  const url = `${BASE}/api/User/${guid(1)}`;
  await expect(sent({ url }, 'read')).resolves.toEqual([url]);
});

it('a write whose change cannot be noted is not sent, and a read is not noted', async () => {
  const url = `${BASE}/api/PartitionAccessPolicy/${PARTITION}`;
  const noteChange = async (): Promise<void> => {
    throw new AppError('storage-unavailable', 'It is away');
  };
  expect((await errorOf(async () => sent({ url }, 'write', noteChange))).code).toBe('storage-unavailable');
  await expect(sent({ url }, 'read', noteChange)).resolves.toEqual([url]);
});
