import { answersWithout, identityToPlan, type AnswerOf } from '../../domain/ledger/account-of-person';
import type { LookedUp } from '../../domain/ledger/account-of-person';
import {
  addressesOf,
  knownAccountOf,
  type DirectoryIdentity,
  type PersonLedger,
} from '../../domain/ledger/person-ledger';
import { personSubject } from '../../domain/ledger/subject';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';

export type AccountsOfOthersDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read'>;
  accounts: Pick<PeopleIndex, 'list'>;
}>;

type LookedUpPerson = Readonly<{ key: string; ledger: PersonLedger; at: LookedUp }>;

/** What look-ups told: who each person is in the directory, and the answers for their addresses. */
export type LookUpsTold = Readonly<{
  identities: ReadonlyMap<string, DirectoryIdentity>;
  answers: ReadonlyMap<string, AnswerOf>;
}>;

/**
 * What look-ups told, but for accounts that others of the ledger have: an address that was freed and given to somebody else's account
 * says nothing of whoever had it. Asked only of those who have another account by what is known of them.
 */
export async function withoutAccountsOfOthers(
  deps: AccountsOfOthersDeps,
  organization: string,
  people: readonly LookedUpPerson[],
  told: LookUpsTold,
): Promise<LookUpsTold> {
  const identities = new Map(told.identities);
  const answers = new Map(told.answers);
  await mapConcurrently(people, STORAGE_WIDTH, async ({ key, ledger, at }) => {
    const answerOf = answers.get(key);
    const known = knownAccountOf(ledger);
    if (answerOf === undefined || known === undefined) return;
    const ofOthers = new Set<string>();
    for (const address of addressesOf(ledger)) {
      const answer = answerOf(address);
      if (answer?.kind !== 'found' || answer.id === known || ofOthers.has(answer.id)) continue;
      if (await hasAnother(deps, organization, { accountId: answer.id, key })) ofOthers.add(answer.id);
    }
    if (ofOthers.size === 0) return;
    const rest = answersWithout(ledger, answerOf, ofOthers);
    answers.set(key, rest);
    identities.set(key, identityToPlan(ledger, rest, at));
  });
  return { identities, answers };
}

/** Whether somebody else of the ledger has the account, by words of their own. */
async function hasAnother(
  { ledger, accounts }: AccountsOfOthersDeps,
  organization: string,
  { accountId, key }: Readonly<{ accountId: string; key: string }>,
): Promise<boolean> {
  for (const other of await accounts.list(organization, accountId)) {
    if (other === key) continue;
    const found = (await ledger.read(personSubject(organization, other)))?.value;
    const isTheirs = found?.identity?.kind === 'resolved' && found.identity.id === accountId;
    if (isTheirs && found.joined === undefined && found.formerAccountOf === undefined) return true;
  }
  return false;
}
