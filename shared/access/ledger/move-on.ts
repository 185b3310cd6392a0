import { isOfEarlierForm, lacksSources, withSources } from '../../domain/ledger/with-sources';
import type { PersonLedger } from '../../domain/ledger/person-ledger';
import type { Subject } from '../../domain/ledger/subject';
import { workerRecordKey } from '../../domain/person-key';
import type { Policy } from '../../domain/policy';
import type { LedgerStore } from '../../storage/ledger';
import type { PeopleIndex } from '../../storage/people-index';

export type MoveOnDeps = Readonly<{
  ledger: Pick<LedgerStore, 'evidence'>;
  accounts: Pick<PeopleIndex, 'notePerson'>;
}>;

/** Tells of a source by name whether its words are about accounts. */
export type IsOfAccounts = (source: string) => boolean;

export function sourcesOfAccounts({ sources }: Pick<Policy, 'sources'>): IsOfAccounts {
  return (name) =>
    sources.some((source) => source.feed === 'hr' && source.name === name && source.speaksOf === 'account');
}

/** A ledger of an earlier version learns from its evidence who said what, and under which address. */
export async function movedOn(
  deps: MoveOnDeps,
  subject: Subject<'person'>,
  stored: PersonLedger,
  isOfAccounts: IsOfAccounts,
): Promise<PersonLedger> {
  if (!isOfEarlierForm(stored)) return stored;
  const records = lacksSources(stored) ? (await deps.ledger.evidence(subject)).records : [];
  const moved = withSources(stored, { key: subject.key, records, isOfAccounts });
  const keys = moved.timeline.flatMap(({ source, workerId, of }) =>
    of !== undefined || source === undefined || workerId === undefined
      ? []
      : [workerRecordKey(source, workerId)],
  );
  const toNote = [...new Set(keys)].map((hash) => ({ kind: 'record', hash }) as const);
  await deps.accounts.notePerson(subject.organization, subject.key, toNote);
  return moved;
}
