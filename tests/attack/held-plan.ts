import { randomUUID } from 'node:crypto';
import { GROUPS, ORGANIZATION } from '../../sandbox/demo-organization';
import { personKey } from '../../shared/domain/person-key';
import { removalsHash } from '../../shared/domain/plan/hold';
import { createHoldStore } from '../../shared/storage/holds';
import type { StorageAccount } from '../../shared/storage/storage-account';

type Stored = Readonly<{ storage: StorageAccount }>;

const HOUR_MS = 3_600_000;

/** Holds a removal that waits for a person; returns its hash. */
export async function holdRemoval(
  { storage }: Stored,
  about: Readonly<{ email?: string; memberId?: string }> = {},
  organization: string = ORGANIZATION,
): Promise<string> {
  const { email = `${randomUUID()}@acme.example`, memberId = randomUUID() } = about;
  const removals = [
    {
      groupId: '6f1c1a52-0000-4000-8000-000000000001',
      groupName: GROUPS.developers,
      personKey: personKey(email),
      memberId,
      why: ['leaver'],
    },
  ];
  const hash = removalsHash(removals);
  await createHoldStore(storage).put(organization, {
    hash,
    state: 'held',
    guards: [{ guard: 'group', scope: GROUPS.developers, removals: 1, whole: 1 }],
    removals,
    heldAtMs: Date.now() - 60_000,
    expiresAtMs: Date.now() + HOUR_MS,
    releasedBy: undefined,
    releasedAtMs: undefined,
  });
  return hash;
}

export async function isReleased(
  { storage }: Stored,
  hash: string,
  organization: string = ORGANIZATION,
): Promise<boolean> {
  return (await createHoldStore(storage).get(organization, hash))?.state !== 'held';
}

/** What the second form says of such a hold: an attack that leaves it out is asked once more, and proves nothing. */
export const SURE = { sure: '1' } as const;

/** Whether a removal that is held is released by what `attempt` does. */
export async function releases(
  stored: Stored,
  attempt: (path: string, hash: string) => Promise<unknown>,
): Promise<boolean> {
  const hash = await holdRemoval(stored);
  await attempt(`/${ORGANIZATION}/plans/${hash}`, hash);
  return isReleased(stored, hash);
}
