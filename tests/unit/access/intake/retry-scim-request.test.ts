import { describe, expect, it } from '@jest/globals';
import type { ProvisionDeps } from '../../../../shared/access/intake/provision-scim-user';
import { keptTypeOf, retryScimRequest } from '../../../../shared/access/intake/retry-scim-request';
import { AppError } from '../../../../shared/errors';
import { webhookFormatOf } from '../../../../shared/webhooks/format-registry';

const no = async (): Promise<never> => {
  throw new AppError('internal', 'Nothing is changed');
};

describe('a refused request of SCIM that is tried again', () => {
  it.each([
    ['an id of ours', '0a9be1c1-7c3f-4d2a-8a62-000000001042', 36],
    ['a long id in which a character is cut', `${'a'.repeat(199)}批b`, 200],
    ['a long id of characters that are each encoded', '批'.repeat(100), 100],
    ['a long id of pairs', '😀'.repeat(201), 400],
    ['a slash and a blank', 'a/b c', 5],
  ])('is about the user that it named: %s', async (_what, id, length) => {
    const asked: string[] = [];
    const deps: ProvisionDeps = {
      users: {
        get: async (_source, about) => {
          asked.push(about);
          return undefined;
        },
        holderOf: no,
        write: no,
      },
      clock: { now: () => 0 },
      heartbeats: { noteIgnored: no },
      queue: { enqueueDelivery: no },
      log: () => undefined,
    };
    const format = webhookFormatOf('hr', 'scim');
    if (format === undefined) throw new Error('There is no such format');
    const kept = { contentType: keptTypeOf('PATCH', id), body: Buffer.from('{}'), receivedAtMs: 0 };
    expect(await retryScimRequest(deps, { source: 'scim', format }, kept, no)).toBe('user-unknown');
    expect(asked).toEqual([id.slice(0, length)]);
  });
});
