import type { CheckInput } from '../check-input';

/** True for the account of somebody whose ledger cannot be read, who may have a reason in it. */
export function mayBeUnreadablePerson({ expected }: Pick<CheckInput, 'expected'>, memberId: string): boolean {
  const { unreadable, unreadableAccounts } = expected;
  return unreadable.has('person') && unreadableAccounts?.has(memberId) !== false;
}
