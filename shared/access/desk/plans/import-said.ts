import type { Clock } from '../../../clock';
import type { ImportContext, ImportedWorker } from '../../../domain/desk/judge-imported';
import {
  isPlanHash,
  MOST_CHANGES,
  type AskedForPlan,
  type ProposedPlan,
} from '../../../domain/desk/proposed-plan';
import { fold } from '../../../domain/fold';
import { personKey } from '../../../domain/person-key';
import { DAY_MS } from '../../../domain/durations';
import {
  attributesAsked,
  type OrganizationPolicy,
  type Policy,
  type SourcePolicy,
} from '../../../domain/policy';
import { RETENTION_MS } from '../../../domain/retention';
import { AppError } from '../../../errors';
import type { UploadedPeople } from '../../../storage/desk/uploaded-people';
import type { NamesOfStrangers } from './names-in-plan';
import type { PlanningContext } from './plan-kind-interface';

export type ImportSaidDeps = Readonly<{
  policy: () => Promise<Policy>;
  uploadedPeople: Pick<UploadedPeople, 'read'>;
  clock: Pick<Clock, 'now'>;
}>;

/** Of one upload: a request stays small, and a plan names all of its portions. */
export const MOST_IN_PORTION = 500;
const MOST_PORTIONS = MOST_CHANGES / MOST_IN_PORTION;
/** Older, a file says little of who works now. */
const OLDEST_FILE_MS = 31 * DAY_MS;

/** What an operator has to know before they upload a file. */
export type ImportTerms = Readonly<{
  /** Names of sources of HR whose words it may have. */
  sources: readonly string[];
  /** Attributes that the policy asks for: no others are kept. */
  attributes: readonly string[];
  mostInPortion: number;
  mostWorkers: number;
}>;

/** Which sources of an organization a file may speak for, what of it is kept, and how much. */
export function importTerms({ sources }: Policy, organization: OrganizationPolicy): ImportTerms {
  return {
    sources: sources.filter((source) => maySpeakFor(source, organization)).map(({ name }) => name),
    attributes: [...attributesAsked([organization])].toSorted(),
    mostInPortion: MOST_IN_PORTION,
    mostWorkers: MOST_CHANGES,
  };
}

/** A source of accounts employs nobody. */
function maySpeakFor(source: SourcePolicy, { alias }: OrganizationPolicy): boolean {
  const { feed, speaksOf, may, organizations } = source;
  return feed === 'hr' && speaksOf !== 'account' && may.has('joiner') && organizations.includes(alias);
}

/**
 * Whose words a file is, as of when, and in which portions it was uploaded. Without a time it is as of the beginning of the day: whatever was
 * said since counts.
 * @throws AppError `body-invalid`
 */
export async function readImportSaid(
  deps: ImportSaidDeps,
  said: AskedForPlan,
  { organization, nowMs }: PlanningContext,
): Promise<AskedForPlan> {
  const { sources } = importTerms(await deps.policy(), organization);
  const [source = '', asOf = '', portions = ''] = ['source', 'asOf', 'portions'].map(
    (name) => said[name]?.trim() ?? '',
  );
  const named = source === '' && sources.length === 1 ? sources[0] : sources.find((one) => one === source);
  if (named === undefined)
    throw refused(
      'source',
      sources.length === 0
        ? 'the policy has no source of HR for this organization that may say who works there'
        : `must be one of ${sources.join(', ')}`,
    );
  const asOfMs = asOf === '' ? nowMs - (nowMs % DAY_MS) : Date.parse(asOf);
  const isTime = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(\.\d{1,3})?(Z|[+-]\d{2}:\d{2}))?$/.test(asOf);
  if (!Number.isFinite(asOfMs) || !(asOf === '' || isTime))
    throw refused('asOf', 'is no day or time such as 2027-01-31 or 2027-01-31T08:00:00Z');
  if (asOfMs > nowMs) throw refused('asOf', 'is not over yet');
  if (asOfMs < nowMs - OLDEST_FILE_MS) throw refused('asOf', 'is more than a month ago');
  const names = [...new Set(portions.split(','))];
  if (names.length > MOST_PORTIONS) throw refused('portions', `are more than ${MOST_PORTIONS}`);
  if (!names.every(isPlanHash)) throw refused('portions', 'are no uploads: nothing was uploaded');
  return { source: named, asOf: new Date(asOfMs).toISOString(), portions: names.join(',') };
}

function refused(field: string, problem: string): AppError {
  return new AppError('body-invalid', `Not planned: ${field} ${problem}`, { fields: [{ field, problem }] });
}

/** @throws AppError `source-unknown` where the policy does not let the source say who works there any more */
export async function importContext(
  deps: ImportSaidDeps,
  asked: AskedForPlan,
  organization: OrganizationPolicy,
): Promise<ImportContext> {
  const { sources } = await deps.policy();
  const source = sources.find((one) => one.name === asked['source'] && maySpeakFor(one, organization));
  if (source === undefined)
    throw new AppError('source-unknown', 'The policy does not let this source say who works here any more');
  return { organization, source, asOfMs: Date.parse(asked['asOf'] ?? ''), nowMs: deps.clock.now() };
}

/** Addresses in the file of a plan, by the key that somebody whom nobody knows has; none where it was forgotten, or cannot be read. */
export async function namesInUpload(
  deps: Pick<ImportSaidDeps, 'uploadedPeople' | 'clock'>,
  alias: string,
  { kind, asked }: Pick<ProposedPlan, 'kind' | 'asked'>,
): Promise<NamesOfStrangers> {
  if (kind !== 'import') return new Map();
  const workers = await readUploaded(deps, alias, asked).catch(() => undefined);
  return new Map((workers ?? []).map(({ email }) => [personKey(fold(email)), fold(email)]));
}

/** Lines of all portions; undefined where one was forgotten. @throws AppError `record-unreadable` */
export async function readUploaded(
  { uploadedPeople, clock }: Pick<ImportSaidDeps, 'uploadedPeople' | 'clock'>,
  alias: string,
  asked: AskedForPlan,
): Promise<readonly ImportedWorker[] | undefined> {
  const afterMs = clock.now() - RETENTION_MS.uploadedPeople;
  const workers: ImportedWorker[] = [];
  for (const portion of (asked['portions'] ?? '').split(',')) {
    const found = await uploadedPeople.read(alias, portion, afterMs);
    if (found === undefined) return undefined;
    workers.push(...found);
  }
  return workers;
}
