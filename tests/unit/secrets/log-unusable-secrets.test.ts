import { describe, expect, it } from '@jest/globals';
import { AppError } from '../../../shared/errors';
import { createValidatedSecrets, type SecretUse } from '../../../shared/secrets/log-unusable-secrets';
import type { SecretVersions } from '../../../shared/secrets/secret-store-interface';

const PUBLISHED = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==';
const GOOD = 'a secret of a good length';
const zendesk: SecretUse = { feed: 'ticket', source: 'zendesk', use: 'deliveries', form: 'text' };
const hibob: SecretUse = { feed: 'hr', source: 'hibob', use: 'look-ups', form: 'pair', issuedBy: 'vendor' };

/** A store of one secret, of which a new version may come, and the lines that are logged about it. */
function world(first: SecretVersions, uses: readonly SecretUse[] = [zendesk]) {
  let versions = first;
  let isPolicyThere = true;
  const lines: unknown[] = [];
  const secrets = createValidatedSecrets(
    { read: async () => versions },
    {
      usesOf: async () => {
        if (isPolicyThere) return uses;
        throw new AppError('policy-unavailable', 'No policy');
      },
      log: (line) => lines.push(line),
    },
  );
  return {
    lines,
    read: async () => secrets.read('key'),
    give: (next: SecretVersions) => {
      versions = next;
    },
    hidePolicy: (isHidden: boolean) => {
      isPolicyThere = !isHidden;
    },
  };
}

const lineOf = (use: SecretUse, version: string, reason: string): object => ({
  event: 'secret-unusable',
  feed: use.feed,
  source: use.source,
  use: use.use,
  secret: 'key',
  version,
  reason,
});

describe('a secret that is read', () => {
  it('is judged once, by what its source needs, and never shown', async () => {
    const { read, lines, give } = world({ current: PUBLISHED, previous: undefined });
    await read();
    await read();
    give({ current: PUBLISHED, previous: undefined });
    await read();
    expect(lines).toEqual([lineOf(zendesk, 'current', 'secret-published')]);
    expect(JSON.stringify(lines)).not.toContain(PUBLISHED);
  });

  it('is given out all the same, as another source may use it', async () => {
    const { read } = world({ current: 'short', previous: undefined });
    expect(await read()).toEqual({ current: 'short', previous: undefined });
  });

  it('is judged in its previous version too, where deliveries may be signed with that', async () => {
    const versions = { current: GOOD, previous: 'short' };
    const inDeliveries = world(versions);
    await inDeliveries.read();
    expect(inDeliveries.lines).toEqual([lineOf(zendesk, 'previous', 'secret-too-short')]);
    const inLookUps = world({ ...versions, current: 'id:token-of-good-length' }, [hibob]);
    await inLookUps.read();
    expect(inLookUps.lines).toEqual([]);
  });

  it('is judged for each of those who need it', async () => {
    const { read, lines } = world({ current: GOOD, previous: undefined }, [zendesk, hibob]);
    await read();
    expect(lines).toEqual([lineOf(hibob, 'current', 'secret-malformed')]);
  });

  it('is told of again when it is another, or came back', async () => {
    const { read, lines, give } = world({ current: 'short', previous: undefined });
    await read();
    for (const current of ['shorter', GOOD, 'short']) {
      give({ current, previous: undefined });
      await read();
    }
    expect(lines).toHaveLength(3);
  });

  it('is judged later when the policy cannot be read yet', async () => {
    const { read, lines, hidePolicy } = world({ current: 'short', previous: undefined });
    hidePolicy(true);
    expect(await read()).toMatchObject({ current: 'short' });
    expect(lines).toEqual([]);
    hidePolicy(false);
    await read();
    expect(lines).toHaveLength(1);
  });
});
