import { describe, expect, it } from '@jest/globals';
import type { HumanDecider } from '../../../shared/domain/decider';
import type { DecisionRules, RoleHolders } from '../../../shared/domain/decision-rules';
import { isPermitted, type Participant } from '../../../shared/domain/is-permitted';
import { keyHolder } from '../../fixtures/key-holder';

const OBJECT = '0f3c8d6a-0000-4000-8000-0000000000aa';
const ONE = { criticalWaivers: false, releasesOver: undefined, correctedIds: false };
const NOBODY: RoleHolders = { appRoles: new Set(), people: new Set(), keys: new Set() };
const CONSOLE = { readers: new Set<string>(), operators: new Set<string>() };

const person = (name: string, objectId = OBJECT): HumanDecider => ({
  kind: 'person',
  tenantId: 't',
  objectId,
  name,
  establishedBy: 'easy-auth',
  establishedAtMs: 0,
});
const ana: Participant = { by: person('Ana@acme.example'), appRoles: [] };
const holder: Participant = { by: keyHolder('Maria'), appRoles: [] };
const consoleHolder: Participant = {
  by: { ...keyHolder('Maria'), establishedBy: 'console-key' },
  appRoles: [],
};

const powersOf = (
  who: Participant,
  { console = CONSOLE, roles }: Readonly<{ console?: object; roles?: DecisionRules['roles'] }>,
): readonly boolean[] =>
  (['read', 'operate', 'release'] as const).map((power) =>
    isPermitted(power, who, {
      console: { ...CONSOLE, ...console },
      decisions: { roles, twoPeople: ONE },
    }),
  );

describe('where the policy names no roles', () => {
  const some = new Set(['ana@acme.example']);
  it.each([
    ['nobody is named', ana, {}, [false, false, false]],
    ['she is a reader, in other letters', ana, { readers: some }, [true, false, false]],
    ['she is an operator', ana, { operators: some }, [true, true, true]],
    ['anyone may read', ana, { readers: 'anyone' }, [true, false, false]],
    [
      'she is somebody else',
      { ...ana, by: person('eve@acme.example') },
      { operators: some },
      [false, false, false],
    ],
    ['she has the key of the console', consoleHolder, {}, [true, true, true]],
    ['she has the key of a function', holder, {}, [true, true, true]],
  ] as const)('somebody may look, operate and release when %s', (_who, visitor, console, expected) => {
    expect(powersOf(visitor, { console })).toEqual(expected);
  });
});

describe('where it does', () => {
  const named = { ...NOBODY, people: new Set([OBJECT]) };
  const byAppRole = { ...NOBODY, appRoles: new Set(['Access.Operate']) };
  const roles = (some: Partial<NonNullable<DecisionRules['roles']>>): DecisionRules['roles'] => ({
    reader: NOBODY,
    operator: NOBODY,
    approver: NOBODY,
    auditor: NOBODY,
    ...some,
  });
  it.each([
    ['without one', ana, {}, [false, false, false]],
    ['who reads', ana, { reader: named }, [true, false, false]],
    ['who operates', ana, { operator: named }, [true, true, false]],
    ['who approves releases', ana, { approver: named }, [true, false, true]],
    ['who audits', ana, { auditor: named }, [true, false, false]],
    [
      'who audits beside all else',
      ana,
      { auditor: named, operator: named, approver: named },
      [true, false, false],
    ],
    ['by app role', { ...ana, appRoles: ['Access.Operate'] }, { operator: byAppRole }, [true, true, false]],
    [
      'by an app role in other letters',
      { ...ana, appRoles: ['access.operate'] },
      { operator: byAppRole },
      [false, false, false],
    ],
    [
      'of another object id',
      { ...ana, by: person('Ana@acme.example', 'x') },
      { operator: named },
      [false, false, false],
    ],
    ['with a key that is not named', holder, { operator: named }, [false, false, false]],
    [
      'with a key that is',
      holder,
      { operator: { ...NOBODY, keys: new Set<'function-key'>(['function-key']) } },
      [true, true, false],
    ],
    [
      'with another key',
      consoleHolder,
      { operator: { ...NOBODY, keys: new Set<'function-key'>(['function-key']) } },
      [false, false, false],
    ],
  ] as const)('somebody %s may as their roles say', (_who, visitor, some, expected) => {
    expect(powersOf(visitor, { roles: roles(some) })).toEqual(expected);
  });
});
