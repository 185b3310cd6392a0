import type { Clock } from '../../../clock';
import { openCheckpoint, type Checkpoint } from '../../../domain/evidence/checkpoint';
import { originOf } from '../../../domain/evidence/log-origin';
import { evidenceFaultInWords, type EvidenceFaultShown } from '../../../domain/desk/evidence-fault-in-words';
import type { OrganizationPolicy } from '../../../domain/policy';
import { AppError } from '../../../errors';
import {
  verifyEvidenceOf,
  type VerifiedEvidence,
  type VerifyEvidenceDeps,
} from '../../ledger/verify-evidence';
import { namesOfPeople } from '../names-of-people';
import type { LedgerStore } from '../../../storage/ledger';

export type VerifyOrganizationDeps = VerifyEvidenceDeps &
  Readonly<{
    ledger: Pick<LedgerStore, 'read' | 'evidence' | 'evidenceOfAll'>;
    clock: Pick<Clock, 'now'>;
  }>;

/** What came of a verification, in words. */
type OrganizationVerified = Readonly<{
  organization: string;
  /** When it began. */
  atMs: number;
  isWhole: boolean;
  looked: VerifiedEvidence['looked'];
  /** How many there are in all; the first are told. */
  faults: number;
  told: readonly EvidenceFaultShown[];
}>;

/** Verifies an organization, by what was kept of its log elsewhere where somebody has that. */
export type VerifyOrganization = (
  organization: OrganizationPolicy,
  keptCheckpoint?: string,
) => Promise<OrganizationVerified>;

/** The platform answers nobody who has waited for longer than 230 seconds. */
const LONGEST_MS = 200_000;
const KEPT_MS = 60_000;
/** Each may take minutes, and whoever waits for more than these has gone by then. */
const MOST_WAITING = 3;
const MOST_TOLD = 500;

/**
 * Verifies all evidence of an organization, one after the other in a process. Everything is read, so what was found within the last
 * minute is told again. Whoever comes while some wait already is asked to come back: nobody keeps others from theirs by asking on and on.
 */
export function createVerifyOrganization(deps: VerifyOrganizationDeps): VerifyOrganization {
  const latest = new Map<string, Readonly<{ atMs: number; found: Promise<OrganizationVerified> }>>();
  let before: Promise<unknown> = Promise.resolve();
  let open = 0;
  return async (organization, keptCheckpoint) => {
    const { alias } = organization;
    const known = keptCheckpoint === undefined ? latest.get(alias) : undefined;
    const ageMs = deps.clock.now() - (known?.atMs ?? -Infinity);
    if (known !== undefined && ageMs >= 0 && ageMs < KEPT_MS) return known.found;
    if (open > MOST_WAITING)
      throw new AppError('turn-over', 'Others have their evidence verified now: try again in some minutes', {
        retryAtMs: deps.clock.now() + KEPT_MS,
      });
    open += 1;
    const found = before.then(async () => verify(deps, organization, keptCheckpoint));
    before = found
      .catch(() => undefined)
      .finally(() => {
        open -= 1;
      });
    if (keptCheckpoint === undefined) latest.set(alias, { atMs: deps.clock.now(), found });
    try {
      return await found;
    } catch (error) {
      if (latest.get(alias)?.found === found) latest.delete(alias);
      throw error;
    }
  };
}

/** @throws AppError `query-invalid` for a checkpoint that is not of this log and key, `turn-over` where it takes too long */
async function verify(
  deps: VerifyOrganizationDeps,
  organization: OrganizationPolicy,
  keptCheckpoint: string | undefined,
): Promise<OrganizationVerified> {
  const { alias } = organization;
  const origin = originOf(organization);
  const anchors = keptCheckpoint === undefined ? [] : [await anchorOf(deps, origin, keptCheckpoint)];
  const atMs = deps.clock.now();
  const untilMs = atMs + LONGEST_MS;
  const { log, subjects, looked } = await verifyEvidenceOf(
    { ...deps, ledger: { ...deps.ledger, evidenceOfAll: boundedBy(deps, untilMs) } },
    { alias, origin },
    anchors,
  );
  const faults = [
    ...log.map(({ kind, at }) => ({ subject: 'log', kind, at })),
    ...subjects.map(({ subject, kind, seq }) => ({ subject, kind, at: seq })),
  ];
  const told = faults.slice(0, MOST_TOLD);
  const keys = told.flatMap(({ subject }) =>
    subject.startsWith('person:') ? [subject.slice('person:'.length)] : [],
  );
  const names = await namesOfPeople(deps, alias, [...new Set(keys)]);
  return {
    organization: alias,
    atMs,
    isWhole: faults.length === 0,
    looked,
    faults: faults.length,
    told: told.map((fault) => evidenceFaultInWords(fault, names)),
  };
}

async function anchorOf(
  { evidenceKeys }: Pick<VerifyOrganizationDeps, 'evidenceKeys'>,
  origin: string,
  note: string,
): Promise<Checkpoint> {
  const anchor = openCheckpoint(note, origin, await evidenceKeys());
  if (anchor !== undefined) return anchor;
  throw new AppError(
    'query-invalid',
    'The checkpoint is not of the log of this organization, or was not signed with its key',
    {
      fields: [{ field: 'checkpoint', problem: 'is not of this log and key' }],
    },
  );
}

/** The same rows, for so long. */
function boundedBy({ ledger, clock }: VerifyOrganizationDeps, untilMs: number): LedgerStore['evidenceOfAll'] {
  return async function* (organization, kind) {
    for await (const one of ledger.evidenceOfAll(organization, kind)) {
      if (clock.now() > untilMs)
        throw new AppError(
          'turn-over',
          'There is more evidence than is verified within one answer: the audit verifies all of it each night, and a stored export can be verified anywhere',
        );
      yield one;
    }
  };
}
