import type { FindingSubject } from '../../../domain/audit/finding';
import type { WhoIsMember } from '../../../domain/desk/plan-adoption';
import { personAccess } from '../../../domain/ledger/person-access';
import { knownAccountOf, type PersonLedger } from '../../../domain/ledger/person-ledger';
import type { OrganizationPolicy } from '../../../domain/policy';
import { errorCodeOf } from '../../../errors';
import type { LedgerStore } from '../../../storage/ledger';
import type { PeopleIndex } from '../../../storage/people-index';
import { findPerson, readWhoeverJoined } from '../../ledger/find-person';

export type WhoIsMemberDeps = Readonly<{
  ledger: Pick<LedgerStore, 'read'>;
  accounts: Pick<PeopleIndex, 'personOf' | 'list'>;
}>;

type AskedMember = Readonly<{
  /** What a finding says of the member, where one is about them. */
  subject: FindingSubject;
  memberId: string;
  /** Addresses of users by directory id. */
  addresses: ReadonlyMap<string, string>;
  nowMs: number;
}>;

/** Whom a member is by ledger and snapshot. An id is believed, a name is not: anybody may call a robot or a group what they like. */
export async function whoIsMember(
  deps: WhoIsMemberDeps,
  organization: OrganizationPolicy,
  { subject, memberId, addresses, nowMs }: AskedMember,
): Promise<WhoIsMember> {
  try {
    const { alias } = organization;
    const people = new Map<string, PersonLedger>();
    const { personKey } = subject;
    const keys = await deps.accounts.list(alias, memberId);
    for (const one of new Set([...keys, ...(personKey === undefined ? [] : [personKey])])) {
      const { key, stored } = await readWhoeverJoined(deps.ledger, alias, one);
      const isTheirs = stored !== undefined && knownAccountOf(stored.value) === memberId;
      if (isTheirs && stored.value.erased === undefined) people.set(key, stored.value);
    }
    const [only, another] = people;
    if (another !== undefined)
      return nobody('several people of the ledger have this account: somebody decides whose it is');
    if (only !== undefined) return toPerson(organization, only, nowMs);
    const address = addresses.get(memberId);
    if (address === undefined) return nobody(whyNobody(subject));
    const { key, known } = await findPerson(deps, alias, { email: address, record: undefined });
    return toPerson(organization, [key, known?.value], nowMs);
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
    return nobody('what is stored of the person of this account cannot be read');
  }
}

/** Whoever has a ledger, as plans see them; undefined, or erased: nothing is known but the key. */
export function toPerson(
  organization: OrganizationPolicy,
  [personKey, stored]: readonly [string, PersonLedger | undefined],
  nowMs: number,
): WhoIsMember {
  const ledger = stored?.erased === undefined ? stored : undefined;
  if (ledger === undefined)
    return {
      kind: 'person',
      personKey,
      employment: 'unknown',
      account: undefined,
      isInDoubt: false,
      reasons: new Set(),
    };
  const { employment, reasons } = personAccess(ledger, organization, nowMs);
  return {
    kind: 'person',
    personKey,
    employment,
    account: knownAccountOf(ledger),
    reasons: new Set(reasons.map(({ group }) => group)),
    isInDoubt: ledger.unconfirmed !== undefined || ledger.replaced !== undefined,
  };
}

const WHAT: ReadonlyMap<string, string> = new Map([
  ['robot-account', 'a robot'],
  ['application', 'an application'],
]);

function whyNobody(subject: FindingSubject): string {
  const what = WHAT.get(subject['kind'] ?? '');
  return what === undefined
    ? 'the list of users of the last audit has no address for it: a directory group, a robot, an application, an account that was never used, or one of several with the same address. Accept the finding, protect its id in the policy, or have it requested by a ticket'
    : `it is ${what}, and the ledger knows people: accept the finding, or protect its id in the policy`;
}

function nobody(why: string): WhoIsMember {
  return { kind: 'nobody', why };
}
