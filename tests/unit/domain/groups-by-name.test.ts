import { describe, expect, it } from '@jest/globals';
import { groupsByName } from '../../../shared/domain/groups-by-name';

describe('groups by name', () => {
  it('keep all whose names differ only in case, Unicode form or outer blanks', () => {
    const names = ['Caf\u00e9', 'Users', 'Cafe\u0301', 'CAF\u00c9', ' users '];
    const groups = groupsByName(names.map((name, id) => ({ id, name })));
    expect([...groups].map(([name, same]) => [name, same.map(({ id }) => id)])).toEqual([
      ['caf\u00e9', [0, 2, 3]],
      ['users', [1, 4]],
    ]);
  });
});
