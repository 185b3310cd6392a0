import { z } from 'zod';
import type { Clock } from '../../../clock';
import { keyOfDecider, type Decider } from '../../../domain/decider';
import { HOUR_MS } from '../../../domain/durations';
import { originOf } from '../../../domain/evidence/log-origin';
import type { RecordPlace, RecordSeal } from '../../../domain/evidence/record-seal';
import type { OrganizationPolicy, Policy } from '../../../domain/policy';
import { AppError } from '../../../errors';
import type { LedgerStore } from '../../../storage/ledger';
import type { EvidenceExport, ExportPlace } from '../../ledger/export-evidence';
import { updateOrganizationLedger } from '../../ledger/organization/update-organization-ledger';

export type ExportPageDeps = Readonly<{
  policy: () => Promise<Policy>;
  evidenceExport: EvidenceExport;
  /** What a place is sealed with that whoever exports carries from page to page. */
  seal: () => Promise<RecordSeal>;
  ledger: Pick<LedgerStore, 'read' | 'write' | 'appendEvidence'>;
  clock: Pick<Clock, 'now'>;
}>;

/** A part of an export: lines of docs/evidence-format.md, and where the next part begins. */
export type ExportPage = Readonly<{ lines: readonly string[]; next: string | null }>;

/** Who exports, and in which organizations they may decide. */
type Exporter = Readonly<{ by: Decider; mayDecide: (organization: OrganizationPolicy) => boolean }>;

const LARGEST_PAGE = 1_000_000;
const LONGEST_MS = 5_000;
const CURSOR_ENDS_MS = HOUR_MS;

const CursorSchema = z.object({
  atMs: z.number(),
  place: z.object({
    part: z.enum([
      'places',
      'entries',
      'tiles',
      'policies',
      'log',
      'organization',
      'person',
      'rule',
      'entity',
    ]),
    after: z.string(),
    log: z.string(),
  }),
});

/**
 * A part of an organization's evidence, for a verifier elsewhere. It holds addresses and decisions in clear, and versions of the policy
 * that name every organization: it is for whoever may decide in all of them, and the evidence has who took it, before the first part.
 * @throws AppError `not-permitted`, `query-invalid` for a place that was not told to them within the hour, `storage-conflict` where
 * something came into the log since the export began
 */
export async function readExportPage(
  deps: ExportPageDeps,
  organization: OrganizationPolicy,
  { by, mayDecide }: Exporter,
  cursor?: string,
  largestPage = LARGEST_PAGE,
): Promise<ExportPage> {
  const policy = await deps.policy();
  if (![...policy.organizations.values()].every(mayDecide))
    throw new AppError(
      'not-permitted',
      'An export has every version of the policy, which names all organizations: it is for somebody who may decide in all of them',
    );
  const { alias } = organization;
  const seal = await deps.seal();
  const sealedFor = { table: 'export', partitionKey: alias, rowKey: keyOfDecider(by) };
  const from = cursor === undefined ? undefined : openCursor(seal, sealedFor, cursor);
  const nowMs = deps.clock.now();
  if (from !== undefined && !(nowMs - from.atMs < CURSOR_ENDS_MS)) throw invalid();
  if (from === undefined)
    await updateOrganizationLedger({ ledger: deps.ledger, organization }, [
      { kind: 'evidence-exported', atMs: nowMs, policyHash: policy.hash, facts: { by } },
    ]);
  const lines: string[] = [];
  let size = 0;
  let place: ExportPlace | undefined;
  for await (const part of deps.evidenceExport.parts(
    { alias, origin: originOf(organization) },
    from?.place,
  )) {
    if (size >= largestPage || (place !== undefined && deps.clock.now() - nowMs > LONGEST_MS))
      return { lines, next: sealCursor(seal, sealedFor, { atMs: from?.atMs ?? nowMs, place }) };
    const line = JSON.stringify(part.line);
    lines.push(line);
    size += line.length;
    ({ place } = part);
  }
  return { lines, next: null };
}

type Cursor = Readonly<{ atMs: number; place: ExportPlace | undefined }>;

function sealCursor(seal: RecordSeal, place: RecordPlace, cursor: Cursor): string {
  const text = JSON.stringify(cursor);
  return `${Buffer.from(text).toString('base64url')}.${seal.of(place, text)}`;
}

function openCursor(seal: RecordSeal, place: RecordPlace, said: string): z.infer<typeof CursorSchema> {
  const [encoded = '', found = ''] = said.split('.');
  const text = Buffer.from(encoded, 'base64url').toString();
  if (!seal.fits(place, text, found)) throw invalid();
  return CursorSchema.parse(JSON.parse(text));
}

function invalid(): AppError {
  return new AppError(
    'query-invalid',
    'This place of the export was not told to you, or is of long ago: begin again',
    {
      fields: [{ field: 'cursor', problem: 'is not known' }],
    },
  );
}
