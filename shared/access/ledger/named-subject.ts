import { createHash } from 'node:crypto';
import { fold } from '../../domain/person-key';
import type { Subject } from '../../storage/ledger';

/** The ledger of a rule, by its name, or of an entry of the access policy, by `type:name`. */
export function namedSubject<K extends 'rule' | 'entity'>(
  organization: string,
  kind: K,
  name: string,
): Subject<K> {
  const key = createHash('sha256').update(fold(name)).digest('hex').slice(0, 32);
  return { organization, kind, key };
}
