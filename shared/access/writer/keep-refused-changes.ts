import type { Clock } from '../../clock';
import { hashOf } from '../../domain/canonical-json-hash';
import { noteRefusal, waitsForPerson } from '../../domain/plan/refused-change';
import type { OrganizationPolicy } from '../../domain/policy';
import type { ErrorCode } from '../../errors';
import type { RefusedChangeStore } from '../../storage/refused-changes';
import type { DecidedOfPerson } from './membership-cases-by-person';

export type KeepRefusedChangesDeps = Readonly<{
  organization: Pick<OrganizationPolicy, 'alias'>;
  refusedChanges: Pick<RefusedChangeStore, 'get' | 'put'>;
  clock: Pick<Clock, 'now'>;
}>;

/** Dead-letters each refused change. True while one of them is still tried again without a person. */
export async function keepRefusedChanges(
  deps: KeepRefusedChangesDeps,
  refusals: ReadonlyArray<Readonly<{ decided: DecidedOfPerson; code: ErrorCode }>>,
): Promise<boolean> {
  const { alias } = deps.organization;
  let triesLeft = false;
  for (const { decided, code } of refusals) {
    const { personKey, groupId, groupName, memberId, decision } = decided;
    if (decision !== 'add' && decision !== 'remove') continue;
    const id = hashOf([personKey, groupId]).slice(0, 32);
    const before = await deps.refusedChanges.get(alias, id);
    const noted = noteRefusal(
      before,
      { id, personKey, groupId, groupName, memberId, decision },
      { atMs: deps.clock.now(), code },
    );
    await deps.refusedChanges.put(alias, noted);
    triesLeft ||= !waitsForPerson(noted);
  }
  return triesLeft;
}
