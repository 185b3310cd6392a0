import { describe, expect, it } from '@jest/globals';
import { resolveOpenIdsAndAddresses } from '../../../../shared/access/audit/resolve-open-ids-and-addresses';
import type { Snapshot } from '../../../../shared/domain/audit/snapshot';
import { ADMINISTRATORS_GROUP_ID } from '../../../../shared/domain/plan/hard-stops';
import { AppError, type ErrorCode } from '../../../../shared/errors';
import type { UiPathClient } from '../../../../shared/uipath/client';
import { memoryReader } from '../../../fakes/memory-reader';
import { errorOf } from '../../../fakes/error-of';
import { anAudit, aPerson, aSnapshotGroup, known } from '../../../fixtures/builders/audits';
import { aGroup, groupsOf, PLAIN_AUDIT } from '../../../fixtures/builders/organizations';

type Directory = Pick<UiPathClient['directory'], 'resolveByNames' | 'resolve'>;
type Resolution = Awaited<ReturnType<Directory['resolve']>>;

const found = (
  identifier: string,
  more: Readonly<{ name?: string; email?: string | null }> = {},
): Resolution => ({
  kind: 'found',
  entity: {
    identifier,
    name: '',
    email: null,
    displayName: null,
    source: 'aad',
    objectType: 'DirectoryUser',
    ...more,
  },
});

describe('what the directory is asked', () => {
  const administrators = {
    fewest: 1,
    most: 3,
    people: new Set(['olga@acme.example', 'gone@acme.example']),
    breakGlass: new Set<string>(),
  };
  const lost = { memberId: 'former', unresolved: { kind: 'missing', sinceMs: 0 } } as const;
  const audit = anAudit({
    organization: {
      groups: groupsOf(aGroup('Developers', { protectedMembers: new Set(['kept@acme.example']) })),
      audit: { ...PLAIN_AUDIT, administrators },
    },
    snapshot: { administrators: known(aSnapshotGroup(ADMINISTRATORS_GROUP_ID, ['olga', 'x1', 'x2'])) },
    expected: {
      people: [
        aPerson({ personKey: 'p9', email: 'new@acme.example', memberId: undefined, pending: true }),
        aPerson({ ...lost, personKey: 'p8', email: 'back@acme.example', pending: true }),
        aPerson({ ...lost, personKey: 'p7', email: 'lost@acme.example', pending: true }),
        aPerson({ ...lost, personKey: 'p6', email: 'back@acme.example.invalid' }),
      ],
    },
  });
  const byName: Readonly<Record<string, Resolution>> = {
    'olga@acme.example': found('olga'),
    'gone@acme.example': { kind: 'not-found' },
    'kept@acme.example': found('kept'),
    'new@acme.example': found('new'),
    'back@acme.example': found('back'),
    'back@acme.example.invalid': found('not asked'),
  };
  const read = async (
    fails?: Readonly<{ on: string; code: ErrorCode }>,
    resolution: Resolution = found('x', { email: 'X@Far.example' }),
  ) => {
    const check = (name: string): void => {
      if (fails !== undefined && fails.on === name) throw new AppError(fails.code, 'no');
    };
    const asked: string[] = [];
    const directory: Directory = {
      resolveByNames: async (names) => {
        names.forEach(check);
        return new Map(names.map((name) => [name, byName[name] ?? { kind: 'not-found' }]));
      },
      resolve: async (id) => {
        check(id);
        asked.push(id);
        return resolution;
      },
    };
    const { organization, expected, snapshot } = audit;
    return {
      asked,
      ...(await resolveOpenIdsAndAddresses(
        { directory, reader: await memoryReader() },
        organization,
        expected,
        snapshot,
        'own',
      )),
    };
  };
  const answersIn = ({ directory }: Snapshot) => (directory.kind === 'known' ? directory.value : directory);

  it('gives ids to names, and addresses to ids that nobody names', async () => {
    const { asked, expected, snapshot } = await read();
    expect(expected.protectedIds).toEqual(new Map([['developers', new Set(['kept'])]]));
    expect(expected.people.map(({ memberId }) => memberId)).toEqual(['new', 'back', 'former', 'former']);
    expect(asked).toEqual(['x1', 'x2']);
    expect(answersIn(snapshot)).toEqual({
      administratorIds: known(
        new Map([
          ['olga@acme.example', 'olga'],
          ['gone@acme.example', undefined],
        ]),
      ),
      addresses: known(
        new Map([
          ['x1', 'x@far.example'],
          ['x2', 'x@far.example'],
        ]),
      ),
      names: new Map(),
    });
  });

  it('names the groups where somebody protected has no account', async () => {
    expect((await read()).expected.protectedUnfound).toEqual(new Set());
    const { organization, expected, snapshot } = audit;
    const directory: Directory = {
      resolveByNames: async (names) => new Map(names.map((name) => [name, { kind: 'not-found' }])),
      resolve: async () => ({ kind: 'not-found' }),
    };
    const answer = await resolveOpenIdsAndAddresses(
      { directory, reader: await memoryReader() },
      organization,
      expected,
      snapshot,
      'own',
    );
    expect(answer.expected.protectedUnfound).toEqual(new Set(['developers']));
  });

  it.each<[string, Resolution, string | undefined]>([
    ['a name that is an address', found('x', { name: 'X@y' }), 'x@y'],
    ['a name that is none', found('x', { name: 'jdoe' }), undefined],
    ['nothing', { kind: 'not-found' }, undefined],
  ])('takes %s for the address', async (_what, resolution, address) => {
    const { snapshot } = await read(undefined, resolution);
    expect(answersIn(snapshot)).toMatchObject({
      addresses: known(
        new Map([
          ['x1', address],
          ['x2', address],
        ]),
      ),
    });
  });

  const unavailable = { kind: 'unknown', code: 'uipath-unavailable' } as const;
  it.each([
    ['x2', { addresses: unavailable }],
    ['olga@acme.example', { administratorIds: unavailable }],
  ])('leaves only its own part unknown when %s cannot be asked', async (on, part) => {
    const { snapshot } = await read({ on, code: 'uipath-unavailable' });
    expect(answersIn(snapshot)).toMatchObject(part);
    expect([snapshot.administrators?.kind, snapshot.groups.get('developers')?.kind]).toEqual([
      'known',
      'known',
    ]);
  });

  it.each(['kept@acme.example', 'new@acme.example'])(
    'leaves every group and the administrators unknown when %s cannot be asked: one of them may be protected',
    async (on) => {
      const { snapshot } = await read({ on, code: 'uipath-unavailable' });
      const { administrators: group, groups, elsewhere, directory } = snapshot;
      for (const part of [group, groups.get('developers'), elsewhere, directory])
        expect(part).toEqual(unavailable);
    },
  );

  it.each(['kept@acme.example', 'new@acme.example', 'olga@acme.example', 'x1'])(
    'waits when UiPath says so at %s',
    async (on) => {
      for (const code of ['quota-exhausted', 'uipath-throttled'] as const)
        expect((await errorOf(async () => read({ on, code }))).code).toBe(code);
    },
  );
});
