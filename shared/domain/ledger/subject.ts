import { createHash } from 'node:crypto';
import { fold } from '../fold';

/** Kinds of subject that have a ledger. */
export type SubjectKind = 'person' | 'rule' | 'entity' | 'organization';

/** One ledger of one organization. The key holds no personal data. */
export type Subject<K extends SubjectKind = SubjectKind> = Readonly<{
  organization: string;
  kind: K;
  key: string;
}>;

/** The ledger of a person, by the hash that `personKey` makes. */
export function personSubject(organization: string, key: string): Subject<'person'> {
  return { organization, kind: 'person', key };
}

/** The ledger of a rule, by its name, or of an entry of the access policy, by `type:name`. */
export function subjectByName<K extends 'rule' | 'entity'>(
  organization: string,
  kind: K,
  name: string,
): Subject<K> {
  const key = createHash('sha256').update(fold(name)).digest('hex').slice(0, 32);
  return { organization, kind, key };
}

/** The ledger of the organization as a whole, with its own chain of evidence. */
export function organizationSubject(organization: string): Subject<'organization'> {
  return { organization, kind: 'organization', key: 'organization' };
}

/** What is marked where the people of an organization are to be compared with a new version of the policy. It has no ledger. */
export function policyEditSubject(organization: string): Subject<'organization'> {
  return { organization, kind: 'organization', key: 'policy' };
}
