import { answersWithout, identityToPlan, type AnswerOf } from '../../domain/ledger/account-of-person';
import type { LookedUp } from '../../domain/ledger/account-of-person';
import {
  addressesOf,
  knownAccountOf,
  type DirectoryIdentity,
  type PersonLedger,
} from '../../domain/ledger/person-ledger';
import { personSubject } from '../../domain/ledger/subject';
import { personAt } from '../../domain/ledger/worker-records';
import { mapConcurrently, STORAGE_WIDTH } from '../../map-concurrently';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';

export type AccountsOfOthersDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read'>;
  accounts: Pick<PeopleIndex, 'list'>;
  /** Notes a failure of one person. @throws what is everybody's */
  failOf: (key: string, error: unknown) => Promise<void>;
}>;

type LookedUpPerson = Readonly<{ key: string; ledger: PersonLedger; at: LookedUp }>;

/** What look-ups told: who each person is in the directory, and the answers for their addresses. */
export type LookUpsTold = Readonly<{
  identities: ReadonlyMap<string, DirectoryIdentity>;
  answers: ReadonlyMap<string, AnswerOf>;
}>;

/**
 * What look-ups told, but for accounts that others of the ledger have: an address that was freed and given to somebody else's account
 * says nothing of whoever had it. Asked only of those who have another account by what is known of them. `undecided`: keys of those of
 * whom that cannot be read now. An account that may be another's is taken for that: a leaver is out of all others. One of somebody who
 * has left too is nobody's: it makes the two no one person, and a leaver is out of it.
 */
export async function withoutAccountsOfOthers(
  deps: AccountsOfOthersDeps,
  organization: string,
  people: readonly LookedUpPerson[],
  told: LookUpsTold,
): Promise<LookUpsTold & Readonly<{ undecided: ReadonlySet<string> }>> {
  const undecided = new Set<string>();
  const identities = new Map(told.identities);
  const answers = new Map(told.answers);
  await mapConcurrently(people, STORAGE_WIDTH, async ({ key, ledger, at }) => {
    const answerOf = answers.get(key);
    const known = knownAccountOf(ledger);
    if (answerOf === undefined || known === undefined) return;
    const found = addressesOf(ledger).flatMap((address) => {
      const answer = answerOf(address);
      return answer?.kind === 'found' && answer.id !== known ? [answer.id] : [];
    });
    const ofOthers = new Set<string>();
    const ofLeavers = new Set<string>();
    for (const accountId of new Set(found))
      try {
        const others = await othersWith(deps, organization, { accountId, key });
        const isAnyIn = others.some(({ timeline }) => personAt(timeline, at.nowMs).employment !== 'left');
        if (others.length > 0) (isAnyIn || at.left === 'not' ? ofOthers : ofLeavers).add(accountId);
      } catch (error) {
        if (!undecided.has(key)) await deps.failOf(key, error);
        undecided.add(key);
        ofOthers.add(accountId);
      }
    if (ofOthers.size + ofLeavers.size === 0) return;
    const rest = answersWithout(ledger, answerOf, { ofOthers, ofLeavers });
    answers.set(key, rest);
    identities.set(key, identityToPlan(ledger, rest, at));
  });
  return { identities, answers, undecided };
}

/** Ledgers of others who have the account, by words of their own. */
async function othersWith(
  { ledger, accounts }: AccountsOfOthersDeps,
  organization: string,
  { accountId, key }: Readonly<{ accountId: string; key: string }>,
): Promise<readonly PersonLedger[]> {
  const others: PersonLedger[] = [];
  for (const other of await accounts.list(organization, accountId)) {
    if (other === key) continue;
    const found = (await ledger.read(personSubject(organization, other)))?.value;
    const isTheirs = found?.identity?.kind === 'resolved' && found.identity.id === accountId;
    if (isTheirs && found.joined === undefined && found.formerAccountOf === undefined) others.push(found);
  }
  return others;
}
