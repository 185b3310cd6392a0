import { describe, expect, it } from '@jest/globals';
import { parsePolicy } from '../../../shared/policy/parse-policy';

const [ONE, TWO] = ['0F3c8d6a-0000-4000-8000-0000000000aa', '0f3c8d6a-0000-4000-8000-0000000000bb'] as const;

const parse = (decisions: unknown, console: object = {}) =>
  parsePolicy(
    JSON.stringify({
      version: 1,
      organizations: {
        acme: {
          partitionGlobalId: ONE,
          identityBaseUrl: 'https://cloud.uipath.com/acme/identity_',
          credentialSecret: 's',
          groups: {},
          console,
          ...(decisions === undefined ? {} : { decisions }),
        },
      },
    }),
    'policy.yaml',
  ).organizations.get('acme')?.decisions;

describe('who may decide', () => {
  it('is said by console, and one is enough, where the section is left out', () => {
    const twoPeople = { criticalWaivers: false, releasesOver: undefined, correctedIds: false };
    expect(parse(undefined)).toEqual({ roles: undefined, twoPeople });
  });

  it('is said by roles, whose object ids are compared in small letters', () => {
    const roles = parse({ roles: { approver: { people: [ONE], keys: ['function'] } } })?.roles;
    expect(roles?.approver).toEqual({
      appRoles: new Set(),
      people: new Set([ONE.toLowerCase()]),
      keys: new Set(['function-key']),
    });
    expect(roles?.reader.people.size).toBe(0);
  });

  it.each<[string, unknown, object, RegExp]>([
    ['names nobody', { roles: {} }, {}, /names nobody/],
    [
      'is said twice',
      { roles: { reader: { people: [ONE] } } },
      { operators: 'anyone' },
      /one of both counts/,
    ],
    [
      'is an auditor who acts',
      { roles: { auditor: { people: [ONE] }, operator: { people: [ONE] } } },
      {},
      /is auditor as well/,
    ],
    [
      'asks for two of one',
      { roles: { approver: { people: [ONE, ONE.toLowerCase()] } }, twoPeople: { releasesOver: 5 } },
      {},
      /fewer than the two people/,
    ],
    ['names a person by address', { roles: { reader: { people: ['a@b.example'] } } }, {}, /must be an id/],
    ['has another role', { roles: { owner: {} } }, {}, /owner/],
  ])('is refused where it %s', (_what, decisions, console, problem) => {
    expect(() => parse(decisions, console)).toThrow(problem);
  });

  it('may ask for two where there are two', () => {
    const decisions = { roles: { approver: { people: [ONE, TWO] } }, twoPeople: { releasesOver: 5 } };
    expect(parse(decisions)?.twoPeople.releasesOver).toBe(5);
  });
});
