import { describe, expect, it } from '@jest/globals';
import {
  toSnapshotEntries,
  toSnapshotEntry,
} from '../../../../shared/access/ledger/to-snapshot-rules-and-entries';
import { errorOf } from '../../../fakes/error-of';

type Entity = Parameters<typeof toSnapshotEntry>[0];

const anEntity = (more: Partial<Entity>): Entity => ({
  objectType: 'DirectoryUser',
  identifier: 'id-1',
  name: 'ana',
  email: 'ana@acme.example',
  ...more,
});

describe('an entry of the access policy', () => {
  it.each<[string, Partial<Entity>, string]>([
    ['a user by their address', {}, 'user ana@acme.example'],
    ['a user without an address by their name', { email: null }, 'user ana'],
    ['a user with a blank address by their name', { email: ' ' }, 'user ana'],
    ['a group by its name', { objectType: 'DirectoryGroup' }, 'group ana'],
    ['an application by its name', { objectType: 'DirectoryApplication', email: null }, 'application ana'],
    ['a robot account by its name', { objectType: 'DirectoryRobotUser', email: null }, 'user ana'],
  ])('is %s', (_what, more, expected) => {
    const [entry] = toSnapshotEntries([anEntity(more)]);
    expect(`${entry?.entityType} ${entry?.name}`).toBe(expected);
    expect(entry?.entityId).toBe('id-1');
  });

  it.each<[string, Partial<Entity>]>([
    ['its id', { objectType: null, name: null, email: null }],
    ['a type', { name: null, email: null }],
    ['a type and blanks', { name: '', email: ' ' }],
    ['a name', { objectType: null }],
  ])(
    'that says no more than %s makes all of them unreadable, and goes by its id in a plan',
    async (_what, more) => {
      const entities = [anEntity({}), anEntity(more)];
      expect((await errorOf(async () => toSnapshotEntries(entities))).code).toBe('uipath-answer-invalid');
      expect(toSnapshotEntry(anEntity({ ...more, name: null, email: null }))).toMatchObject({ name: 'id-1' });
    },
  );
});
