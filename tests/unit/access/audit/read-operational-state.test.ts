import { describe, expect, it } from '@jest/globals';
import {
  readOperationalState,
  type OperationalStateDeps,
} from '../../../../shared/access/audit/read-operational-state';
import type { Policy, SourcePolicy } from '../../../../shared/domain/policy';
import { AppError, type ErrorCode } from '../../../../shared/errors';
import { errorOf } from '../../../fakes/error-of';
import { anOrganization } from '../../../fixtures/builders/organizations';

const QUIET_POLICY: Policy = {
  hash: 'h',
  organizations: new Map([['production', anOrganization()]]),
  sources: [],
};
/** An application in which nothing happened. */
const QUIET: OperationalStateDeps = {
  policy: async () => QUIET_POLICY,
  refusedChanges: { list: async () => [] },
  deadDeliveries: { list: async () => [] },
  heartbeats: { noteNamed: async (_feed, _name, nowMs) => nowMs },
  ledger: { read: async () => undefined } as never,
  holds: { list: async () => [] },
  deliveries: { lastReceivedMs: async () => undefined },
  backoffs: { list: async () => [] },
  ownSecrets: [],
  secretEnds: async () => undefined,
};
const KNOWN = {
  marks: [],
  nowMs: 0,
  administrators: [],
  uses: [],
  logUnread: undefined,
  lastAudit: undefined,
  evidence: { kind: 'known', value: { faults: [] } } as const,
  unfinished: [],
  own: { clientId: '', scopes: [] },
};

const source = (name: string, more: Partial<SourcePolicy> = {}): SourcePolicy => ({
  feed: 'hr',
  name,
  format: 'standard',
  speaksOf: 'record',
  secret: undefined,
  organizations: ['production'],
  heartbeatHours: undefined,
  may: new Set(),
  groups: undefined,
  mapping: { events: new Map(), fields: new Map(), people: new Map() },
  fetchBack: undefined,
  entra: undefined,
  ...more,
});
describe('records of the application that cannot be read', () => {
  const stateOf = async (deps: Partial<OperationalStateDeps>) =>
    readOperationalState({ ...QUIET, ...deps }, await QUIET.policy(), anOrganization(), KNOWN);
  const failing = (code: ErrorCode) => ({
    list: async (): Promise<never> => {
      throw new AppError(code, 'No');
    },
  });

  it.each<[string, Partial<OperationalStateDeps>]>([
    ['holds', { holds: failing('record-unreadable') }],
    ['refused-changes', { refusedChanges: failing('record-unreadable') }],
    ['backoffs', { backoffs: failing('record-unreadable') }],
  ])('are the unknown part %s, and all others are told', async (part, deps) => {
    const unit = { kind: 'group', key: 'g', name: 'Users' } as const;
    const backoff = { unit, code: 'c', failures: 1, sinceMs: 3, lastMs: 3, notBeforeMs: 4 };
    const state = await stateOf({ backoffs: { list: async () => [backoff] }, ...deps });
    expect(state.unread).toEqual([{ part, code: 'record-unreadable' }]);
    expect(state.failing).toHaveLength(part === 'backoffs' ? 0 : 1);
  });

  it('are waited for where storage does not answer at all', async () => {
    const { code } = await errorOf(async () => stateOf({ holds: failing('storage-unavailable') }));
    expect(code).toBe('storage-unavailable');
  });

  it('keep a refused change open whose person cannot be read', async () => {
    const refused = {
      id: 'x',
      personKey: 'p',
      groupId: 'g',
      groupName: 'Users',
      memberId: 'm',
      decision: 'remove',
      state: 'open',
      history: [],
    } as const;
    const state = await stateOf({
      refusedChanges: { list: async () => [refused] },
      ledger: { read: failing('record-unreadable').list },
    });
    expect(state.refusals).toMatchObject([{ id: 'x', decision: 'remove' }]);
    expect(state.unread).toEqual([]);
  });
});

describe('a source that cannot be read', () => {
  const failsOf =
    <T>(value: T) =>
    async (_feed: string, name: string): Promise<T> => {
      if (name === 'bad') throw new AppError('storage-unavailable', 'No');
      return value;
    };
  const dead = { feed: 'hr', source: 'good', deliveryId: 'd', receivedAtMs: 1, history: [] } as const;
  const policy: Policy = {
    ...QUIET_POLICY,
    sources: [source('bad', { heartbeatHours: 1 }), source('good', { heartbeatHours: 1 })],
  };

  it.each<[string, Partial<OperationalStateDeps>, number, number]>([
    ['dead-deliveries', { deadDeliveries: { list: failsOf([dead]) } }, 1, 2],
    ['heartbeats', { deliveries: { lastReceivedMs: failsOf(7) } }, 0, 1],
  ])('makes %s unknown, and what is known of the others is told', async (part, deps, deadOf, heard) => {
    const all = { ...QUIET, policy: async () => policy, ...deps };
    const state = await readOperationalState(all, policy, anOrganization(), KNOWN);
    expect(state.unread).toEqual([{ part, code: 'storage-unavailable' }]);
    expect(state.deadDeliveries).toHaveLength(deadOf);
    expect(state.sources).toHaveLength(heard);
  });
});

describe('the secrets whose end an audit looks at', () => {
  const organization = anOrganization({
    notify: [
      { name: 'chat', url: 'https://chat.example', secret: 'notify-chat' },
      { name: 'mail', url: 'https://mail.example', secret: 'webhook-hr' },
    ],
  });
  const policy: Policy = {
    hash: 'h',
    organizations: new Map([['production', organization]]),
    sources: [
      source('signed', { secret: 'webhook-hr' }),
      source('asked-back', {
        secret: 'webhook-bamboo',
        fetchBack: { baseUrl: 'https://x.example', secret: 'api-bamboo', limits: {} },
      }),
      source('by-identity', { fetchBack: { baseUrl: 'https://x.example', secret: 'api-entra', limits: {} } }),
      source('of-others', {
        organizations: ['test'],
        secret: 'webhook-test',
        fetchBack: { baseUrl: 'https://x.example', secret: 'api-test', limits: {} },
      }),
    ],
  };
  const read = async (secretEnds: OperationalStateDeps['secretEnds'], ownSecrets: readonly string[] = []) => {
    const deps = { ...QUIET, policy: async () => policy, ownSecrets, secretEnds };
    return (await readOperationalState(deps, policy, organization, KNOWN)).secretEndsMs;
  };
  const NAMES = [
    'uipath-production',
    'webhook-hr',
    'webhook-bamboo',
    'api-bamboo',
    'api-entra',
    'notify-chat',
  ];

  it('are all that something of the organization stops without, each asked once', async () => {
    const asked: string[] = [];
    const ends = await read(async (name) => {
      asked.push(name);
      return name === 'uipath-production' ? undefined : asked.length;
    });
    expect(asked.toSorted()).toEqual(NAMES.toSorted());
    expect(ends.kind === 'known' && [...ends.value.keys()].toSorted()).toEqual(NAMES.slice(1).toSorted());
  });

  it("have the application's own among them, such as that of the console", async () => {
    const asked: string[] = [];
    await read(
      async (name) => {
        asked.push(name);
        return undefined;
      },
      ['console-key'],
    );
    expect(asked.toSorted()).toEqual([...NAMES, 'console-key'].toSorted());
  });

  it.each(NAMES)('are unknown when the vault does not tell of %s', async (unreadable) => {
    const ends = await read(async (name) => {
      if (name === unreadable) throw new AppError('vault-unavailable', 'no');
      return 1;
    });
    expect(ends).toEqual({ kind: 'unknown', code: 'vault-unavailable' });
  });
});
