import type { ExpectedPerson, Expectation } from '../domain/audit/expectation';
import { ruleWantedAt } from '../domain/named-ledger';
import { personAccess } from '../domain/person-access';
import type { OrganizationPolicy } from '../domain/policy';
import type { ChangeStore } from '../storage/changes';
import type { LedgerStore } from '../storage/ledger';
import type { UiPathClient } from '../uipath/client';

export type ExpectationDeps = Readonly<{
  ledger: Pick<LedgerStore, 'list'>;
  changes: Pick<ChangeStore, 'listMarks'>;
  directory: Pick<UiPathClient['directory'], 'resolveByNames'>;
}>;

const ALL_MARKS = 1_000_000;

/** What the ledger and the policy say an organization should look like at `nowMs`. */
export async function readExpectation(
  deps: ExpectationDeps,
  organization: OrganizationPolicy,
  nowMs: number,
): Promise<Expectation> {
  const marks = await deps.changes.listMarks(organization.alias, ALL_MARKS);
  const pending = new Set(marks.map((mark) => `${mark.subject.kind}:${mark.subject.key}`));
  const people: ExpectedPerson[] = [];
  const unresolved: Unresolved[] = [];
  for await (const { key, value } of deps.ledger.list(organization.alias, 'person')) {
    const access = personAccess(value, organization, nowMs);
    const person = {
      personKey: key,
      left: access.employment === 'left',
      groups: new Set(access.reasons.map((reason) => reason.group)),
      pending: pending.has(`person:${key}`),
    };
    if (value.identity?.kind === 'resolved') people.push({ ...person, memberId: value.identity.id });
    else if (person.pending) unresolved.push({ ...person, email: value.email });
  }
  people.push(...(await resolvePending(deps, unresolved)));
  const rules: Array<Expectation['rules'][number]> = [];
  for await (const { key, value } of deps.ledger.list(organization.alias, 'rule')) {
    if (value.have === undefined) continue;
    const { ruleId, contentHash } = value.have;
    const due = ruleWantedAt(value, nowMs) === undefined;
    rules.push({ ruleId, name: value.name, contentHash, pending: due || pending.has(`rule:${key}`) });
  }
  return { people, rules, protectedIds: await readProtectedIds(deps, organization) };
}

type Unresolved = Omit<ExpectedPerson, 'memberId'> & Readonly<{ email: string }>;

/** People whose first run is still ahead may be members already: they are looked up, so that nobody blames them meanwhile. */
async function resolvePending(
  { directory }: Pick<ExpectationDeps, 'directory'>,
  unresolved: readonly Unresolved[],
): Promise<readonly ExpectedPerson[]> {
  if (unresolved.length === 0) return [];
  const names = unresolved.map((person) => person.email);
  const found = await directory.resolveByNames(names, 'user', { searchMissing: false });
  return unresolved.flatMap(({ email, ...person }) => {
    const answer = found.get(email);
    return answer?.kind === 'found' ? [{ ...person, memberId: answer.entity.identifier }] : [];
  });
}

async function readProtectedIds(
  deps: Pick<ExpectationDeps, 'directory'>,
  organization: OrganizationPolicy,
): Promise<Expectation['protectedIds']> {
  const names = [
    ...new Set([...organization.groups.values()].flatMap((group) => [...group.protectedMembers])),
  ];
  if (names.length === 0) return new Map();
  const found = await deps.directory.resolveByNames(names, 'user');
  return new Map(
    [...organization.groups].map(([name, group]) => [
      name,
      new Set(
        [...group.protectedMembers].flatMap((member) => {
          const answer = found.get(member);
          return answer?.kind === 'found' ? [answer.entity.identifier] : [];
        }),
      ),
    ]),
  );
}
