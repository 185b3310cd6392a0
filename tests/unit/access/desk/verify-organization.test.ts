import { describe, expect, it } from '@jest/globals';
import { createVerifyOrganization } from '../../../../shared/access/desk/evidence/verify-organization';
import { AppError, errorCodeOf } from '../../../../shared/errors';

const acme = { alias: 'acme', partitionGlobalId: 'p', identityBaseUrl: 'https://x.example/' } as never;

describe('verifying an organization', () => {
  it('lets three wait for one, and asks others to come back until one is done', async () => {
    let fail: (error: Error) => void = () => undefined;
    const keys = new Promise<never>((_resolve, reject) => {
      fail = reject;
    });
    const verify = createVerifyOrganization({
      clock: { now: () => 0 },
      evidenceKeys: async () => keys,
    } as never);
    const codeOf = async (found: Promise<unknown>) => found.catch((error: unknown) => errorCodeOf(error));
    const first = Array.from({ length: 4 }, async () => codeOf(verify(acme, 'a note\n')));
    expect(await codeOf(verify(acme, 'a note\n'))).toBe('turn-over');
    fail(new AppError('evidence-unavailable', 'No'));
    expect(await Promise.all(first)).toEqual(Array.from({ length: 4 }, () => 'evidence-unavailable'));
    expect(await codeOf(verify(acme, 'a note\n'))).toBe('evidence-unavailable');
  });
});
