import type { PeopleIndex } from '../../storage/people-index';

/**
 * Memoizes for one run who has an account: it is asked before people are joined and again before anybody loses anything, and the
 * writer alone notes it. What was noted since, or could not be read, is read again.
 */
export function memoizeAccounts<Index extends Pick<PeopleIndex, 'list' | 'note'>>(index: Index): Index {
  const known = new Map<string, Promise<readonly string[]>>();
  return {
    ...index,
    list: async (organization, memberId) => {
      const key = keyOf(organization, memberId);
      const reading = known.get(key) ?? index.list(organization, memberId);
      known.set(key, reading);
      try {
        return await reading;
      } catch (error) {
        if (known.get(key) === reading) known.delete(key);
        throw error;
      }
    },
    note: async (organization, found, atMs) => {
      try {
        await index.note(organization, found, atMs);
      } finally {
        for (const { memberId } of found) known.delete(keyOf(organization, memberId));
      }
    },
  };
}

function keyOf(organization: string, memberId: string): string {
  return `${organization}/${memberId}`;
}
