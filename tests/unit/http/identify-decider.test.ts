import type { HttpRequest } from '@azure/functions';
import { describe, expect, it } from '@jest/globals';
import { identifyDecider } from '../../../shared/http/identify-decider';
import { objectIdOf, principalHeaders, TENANT } from '../../fixtures/easy-auth';

const OLGA = 'olga.admin@acme.example';
const deps = (consoleSignIn: 'off' | 'key' | 'easy-auth') => ({
  config: { consoleSignIn, easyAuth: { isOn: true, tenantId: TENANT } },
  clock: { now: () => 7 },
  log: () => undefined,
});
const asking = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  ({ headers: new Headers(headers), body: new Response(body).body }) as unknown as HttpRequest;

describe('who decides with a function key', () => {
  it.each(['off', 'key', 'easy-auth'] as const)(
    'is its holder under the name they give, with %s',
    async (mode) => {
      const { who, said } = await identifyDecider(deps(mode), asking('{"by":" Maria ","reason":"x"}'));
      const by = { kind: 'key-holder', name: 'Maria', establishedBy: 'function-key', establishedAtMs: 7 };
      expect([who, said]).toEqual([{ by, appRoles: [] }, expect.objectContaining({ reason: 'x' })]);
    },
  );

  it('is the person whom the platform signed in, whatever name the body has', async () => {
    const { who } = await identifyDecider(
      deps('easy-auth'),
      asking('{"by":"Eve Other"}', principalHeaders(OLGA)),
    );
    expect(who.by).toMatchObject({ kind: 'person', objectId: objectIdOf(OLGA), name: OLGA });
  });

  it('is nobody by headers that only the platform may set, where it does not', async () => {
    for (const mode of ['off', 'key'] as const)
      await expect(identifyDecider(deps(mode), asking('{}', principalHeaders(OLGA)))).rejects.toMatchObject({
        code: 'body-invalid',
      });
    const forged = principalHeaders(OLGA, objectIdOf(OLGA), { tenantId: objectIdOf('x') });
    await expect(identifyDecider(deps('easy-auth'), asking('{"by":"Maria"}', forged))).rejects.toMatchObject({
      code: 'sign-in-needed',
    });
  });

  it.each([
    ['{}'],
    ['{"by":"policy"}'],
    ['{"by":"Policy "}'],
    ['{"by":"\uFF50\uFF4F\uFF4C\uFF49\uFF43\uFF59"}'],
    ['{"by":"a\u202Eb c"}'],
    ['{"by":5}'],
    [''],
  ])('is nobody with %j', async (body) => {
    await expect(identifyDecider(deps('off'), asking(body))).rejects.toMatchObject({ code: 'body-invalid' });
  });
});
