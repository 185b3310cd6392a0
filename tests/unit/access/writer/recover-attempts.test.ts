import { describe, expect, it } from '@jest/globals';
import { recoverAttempts, type RecoverAttemptsDeps } from '../../../../shared/access/writer/recover-attempts';
import type { MembershipAttempt } from '../../../../shared/storage/fenced-attempts';

const NOW_MS = 1_000_000;
const IN_2999_MS = Date.UTC(2999, 0, 1);

function anAttempt(groupId: string, startedAtMs: number, askedAtMs?: number): MembershipAttempt {
  const nobody = { add: [], remove: [], planHash: '' };
  return { kind: 'membership', id: groupId, groupId, groupName: groupId, ...nobody, startedAtMs, askedAtMs };
}

/** The groups in the order in which their open calls have their turn. */
async function turnsOf(attempts: readonly MembershipAttempt[]): Promise<readonly string[]> {
  const turns: string[] = [];
  await recoverAttempts({
    organization: { alias: 'acme' },
    changes: { listAttempts: async () => attempts },
    units: {
      isWaiting: () => false,
      isFailing: () => false,
      run: async ({ key }: { key: string }) => turns.push(key),
    },
    clock: { now: () => NOW_MS },
    isTimeUp: () => false,
    leftMs: () => 60_000,
  } as unknown as RecoverAttemptsDeps);
  return turns;
}

describe('open calls', () => {
  it('that were never asked about have their turn by when they began, so that ever new ones keep no other waiting', async () => {
    const asked = anAttempt('asked', NOW_MS - 100_000, NOW_MS - 60_000);
    const older = anAttempt('older', NOW_MS - 70_000);
    const fresh = anAttempt('fresh', NOW_MS - 1_000);
    const edited = anAttempt('edited', IN_2999_MS);
    expect(await turnsOf([edited, fresh, older, asked])).toEqual(['older', 'asked', 'fresh', 'edited']);
  });
});
