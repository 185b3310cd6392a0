import { describe, expect, it } from '@jest/globals';
import {
  createWriteGate,
  mayHaveLeftUndone,
  readObserved,
  requireEnforced,
  type ObservedDeps,
} from '../../../../shared/access/ledger/organization/observed-organization';
import { createOwnRecords } from '../../../../shared/access/ledger/organization/version-in-force';
import { NEW_ORGANIZATION_LEDGER, withMode } from '../../../../shared/domain/ledger/organization-ledger';
import type { OrganizationMode, Policy } from '../../../../shared/domain/policy';
import { AppError, errorCodeOf } from '../../../../shared/errors';
import { anOrganization } from '../../../fixtures/builders/organizations';

/** What the policy of this process says of each organization, and which are on record as in observe since an instant. */
function depsOf(
  modes: Readonly<Record<string, OrganizationMode>>,
  onRecord: Readonly<Record<string, number | AppError>> = {},
): ObservedDeps {
  const organizations = new Map(
    Object.entries(modes).map(([alias, mode]) => [alias, anOrganization({ alias, mode })]),
  );
  const read = async ({ organization }: Readonly<{ organization: string }>) => {
    const said = onRecord[organization];
    if (said instanceof AppError) throw said;
    return said === undefined
      ? undefined
      : { value: withMode(NEW_ORGANIZATION_LEDGER, 'observe', said), etag: '1' };
  };
  return {
    policy: async () => ({ hash: 'h', organizations, sources: [] }) satisfies Policy,
    ledger: { read: read as ObservedDeps['ledger']['read'] },
  };
}

async function codeOf(deps: ObservedDeps, alias: string): Promise<string | undefined> {
  try {
    await requireEnforced(deps, alias);
    return undefined;
  } catch (error) {
    return errorCodeOf(error);
  }
}

const REFUSED = 'organization-observed';

describe('a write', () => {
  it.each<[string, OrganizationMode, Record<string, number | AppError>, string | undefined]>([
    ['neither the policy nor the record has it in observe', 'enforce', {}, undefined],
    ['the policy has it in observe', 'observe', {}, REFUSED],
    ['another process has recorded that it is in observe', 'enforce', { acme: 5 }, REFUSED],
    ['both have it in observe', 'observe', { acme: 5 }, REFUSED],
    ['only another organization is in observe', 'enforce', { beta: 5 }, undefined],
    ['the record cannot be read', 'enforce', { acme: new AppError('record-unreadable', '') }, undefined],
    ['the record cannot be read', 'observe', { acme: new AppError('record-unreadable', '') }, REFUSED],
    [
      'storage does not answer',
      'enforce',
      { acme: new AppError('storage-unavailable', '') },
      'storage-unavailable',
    ],
  ])('where %s (%s)', async (_, mode, onRecord, code) => {
    expect(await codeOf(depsOf({ acme: mode, beta: 'observe' }, onRecord), 'acme')).toBe(code);
  });
});

describe('what was to be removed', () => {
  it.each<[string, OrganizationMode, Record<string, number | AppError>, boolean]>([
    ['observe was never on record', 'enforce', {}, false],
    ['it is in observe', 'observe', {}, true],
    ['no edit that enforces was followed since observe', 'enforce', { acme: 5 }, true],
    [
      'the record that would tell cannot be read',
      'enforce',
      { acme: new AppError('record-unreadable', '') },
      true,
    ],
  ])('may stand or not where %s (%s)', async (_, mode, onRecord, may) => {
    expect(await mayHaveLeftUndone(depsOf({}, onRecord), { alias: 'acme', mode })).toBe(may);
  });
});

describe('since when an organization is in observe', () => {
  it('is told where it is on record, and nothing of one that is enforced', async () => {
    const deps = depsOf({ acme: 'observe', beta: 'observe', gamma: 'enforce' }, { acme: 5 });
    const modes = [
      ['acme', 'observe'],
      ['beta', 'observe'],
      ['gamma', 'enforce'],
    ] as const;
    const told = await Promise.all(modes.map(async ([alias, mode]) => readObserved(deps, { alias, mode })));
    expect(told).toEqual([{ sinceMs: 5 }, {}, undefined]);
  });
});

describe('writes one after the other', () => {
  it('ask the record once in a second, and the policy of this process each time', async () => {
    const onRecord: Record<string, number> = {};
    let mode: OrganizationMode = 'enforce';
    let nowMs = 0;
    let reads = 0;
    const deps = (): ObservedDeps => depsOf({ acme: mode }, onRecord);
    const gate = createWriteGate(
      {
        policy: async () => deps().policy(),
        ownRecords: createOwnRecords({
          ledger: {
            read: async (subject) => {
              reads += 1;
              return deps().ledger.read(subject);
            },
          },
          clock: { now: () => nowMs },
        }),
        pauses: { get: async () => undefined },
        clock: { now: () => nowMs },
      },
      { alias: 'acme', hash: 'h' },
    );
    const write = async (): Promise<string> => gate().then(() => 'made', errorCodeOf);
    expect([await write(), await write(), reads]).toEqual(['made', 'made', 1]);
    onRecord['acme'] = 5;
    nowMs = 999;
    expect(await write()).toBe('made');
    nowMs = 1_000;
    expect([await write(), await write(), reads]).toEqual([REFUSED, REFUSED, 3]);
    delete onRecord['acme'];
    expect(await write()).toBe('made');
    mode = 'observe';
    expect(await write()).toBe(REFUSED);
  });
});

describe('another version than that of this process', () => {
  it('that comes on record refuses writes and releases within a second, and the same one none', async () => {
    let policyHash = 'h';
    let nowMs = 0;
    const read = async () => ({ value: { ...NEW_ORGANIZATION_LEDGER, policyHash } }) as never;
    const deps = { ...depsOf({ acme: 'enforce' }), ledger: { read } };
    const ownRecords = createOwnRecords({ ledger: deps.ledger, clock: { now: () => nowMs } });
    const gate = createWriteGate(
      {
        policy: deps.policy,
        ownRecords,
        pauses: { get: async () => undefined },
        clock: { now: () => nowMs },
      },
      { alias: 'acme', hash: 'h' },
    );
    const write = async (): Promise<string> => gate().then(() => 'made', errorCodeOf);
    expect([await write(), await codeOf(deps, 'acme')]).toEqual(['made', undefined]);
    policyHash = 'other';
    nowMs = 1_000;
    expect([await write(), await codeOf(deps, 'acme')]).toEqual([
      'policy-not-in-force',
      'policy-not-in-force',
    ]);
    policyHash = 'h';
    expect(await write()).toBe('made');
  });

  it.each([
    ['of the record', 'h2', 'h'],
    ['of the same process, on record', 'h2', 'h2'],
    ['of the same process, where nothing tells what is on record', undefined, 'h2'],
  ])('%s refuses what began under the version before', async (_, policyHash, ownHash) => {
    const value = { ...NEW_ORGANIZATION_LEDGER, ...(policyHash === undefined ? {} : { policyHash }) };
    const ledger = { read: async () => ({ value }) as never };
    const gate = createWriteGate(
      {
        policy: async () => ({ ...(await depsOf({ acme: 'enforce' }).policy()), hash: ownHash }),
        ownRecords: createOwnRecords({ ledger, clock: { now: () => 0 } }),
        pauses: { get: async () => undefined },
        clock: { now: () => 0 },
      },
      { alias: 'acme', hash: 'h' },
    );
    expect(await gate().then(() => 'made', errorCodeOf)).toBe('policy-not-in-force');
  });
});
