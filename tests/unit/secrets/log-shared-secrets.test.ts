import { describe, expect, it } from '@jest/globals';
import type { SecretPlace } from '../../../shared/domain/secret-places';
import { AppError } from '../../../shared/errors';
import { createComparedSecrets } from '../../../shared/secrets/log-shared-secrets';
import { createSecretDigests } from '../../../shared/secrets/secret-digests';
import type { SecretVersions } from '../../../shared/secrets/secret-store-interface';

const VALUE = 'one value of a good length';
const place = (secret: string, recipient?: string): SecretPlace => ({
  path: ['sources', secret],
  secret,
  recipient,
});
const PLACES = [
  place('hr'),
  place('desk'),
  place('bob', 'ask https://api'),
  place('finch', 'ask https://api'),
];
const only = (current: string): SecretVersions => ({ current, previous: undefined });

function world(first: Readonly<Record<string, SecretVersions>>) {
  let values = first;
  let isPolicyThere = true;
  const lines: unknown[] = [];
  const secrets = createComparedSecrets(
    {
      read: async (name) => {
        const found = values[name];
        if (found === undefined) throw new AppError('secret-missing', 'None');
        return found;
      },
    },
    {
      placesOf: async () => {
        if (isPolicyThere) return PLACES;
        throw new AppError('policy-unavailable', 'No policy');
      },
      log: (line) => lines.push(line),
    },
  );
  return {
    lines,
    read: async (...names: readonly string[]) => {
      for (const name of names) await secrets.read(name);
    },
    get: secrets.read,
    give: (next: Readonly<Record<string, SecretVersions>>) => {
      values = { ...values, ...next };
    },
    hidePolicy: (isHidden: boolean) => {
      isPolicyThere = !isHidden;
    },
  };
}

const SHARED = {
  event: 'secret-unusable',
  reason: 'secret-shared',
  place: 'sources.hr',
  other: 'sources.desk',
};

describe('secrets that are read', () => {
  it.each([[['hr', 'desk']], [['desk', 'hr']]])('are compared in every order, here %j', async (names) => {
    const { read, lines } = world({ hr: only(VALUE), desk: only(VALUE) });
    await read(...names);
    expect(lines).toEqual([SHARED]);
    expect(JSON.stringify(lines)).not.toContain(VALUE);
  });

  it('are given out all the same', async () => {
    const { read, get } = world({ hr: only(VALUE), desk: only(VALUE) });
    await read('hr');
    expect(await get('desk')).toEqual(only(VALUE));
  });

  it('are named once while they stay one, and again when they come to be one again', async () => {
    const { read, give, lines } = world({ hr: only(VALUE), desk: only(VALUE) });
    await read('hr', 'desk', 'hr', 'desk');
    give({ hr: only(VALUE) });
    await read('hr');
    expect(lines).toHaveLength(1);
    give({ desk: only('another value of good length') });
    await read('desk');
    give({ desk: only(VALUE) });
    await read('desk');
    expect(lines).toHaveLength(2);
  });

  it('are compared in their previous version too', async () => {
    const { read, lines } = world({ hr: only(VALUE), desk: { current: 'another value', previous: VALUE } });
    await read('hr', 'desk');
    expect(lines).toEqual([SHARED]);
  });

  it('may be one where one recipient is shown both', async () => {
    const { read, lines } = world({ bob: only(VALUE), finch: only(VALUE) });
    await read('bob', 'finch');
    expect(lines).toEqual([]);
  });

  it('are compared later when the policy cannot be read yet', async () => {
    const { read, lines, hidePolicy } = world({ hr: only(VALUE), desk: only(VALUE) });
    hidePolicy(true);
    await read('hr', 'desk');
    expect(lines).toEqual([]);
    hidePolicy(false);
    await read('hr');
    expect(lines).toEqual([SHARED]);
  });
});

describe('the digest of a secret', () => {
  it('is of this process, and tells nothing of the value', () => {
    const [one, other] = [createSecretDigests(), createSecretDigests()];
    expect(one(only(VALUE))).toEqual(one(only(VALUE)));
    expect(one(only(VALUE))[0]).not.toBe(other(only(VALUE))[0]);
    expect(one(only('')).length + one(only('whsec_')).length).toBe(0);
    expect(one(only('{"clientSecret": 7}'))).toHaveLength(2);
    expect(one(only('{damaged'))).toHaveLength(2);
  });
});
