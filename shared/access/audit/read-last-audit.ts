import { z } from 'zod';
import type { OrganizationLedger } from '../../domain/ledger/organization-ledger';
import { organizationSubject } from '../../domain/ledger/subject';
import { errorCodeOf } from '../../errors';
import type { LedgerStore } from '../../storage/ledger';

/** What the evidence says of an audit. */
const AuditFactsSchema = z.object({ night: z.string(), reportHash: z.string() });

/** The last audit of an organization; where the organization's ledger cannot be read, as its evidence has it. */
export async function readLastAudit(
  ledger: Pick<LedgerStore, 'read' | 'evidence'>,
  alias: string,
): Promise<OrganizationLedger['lastAudit']> {
  const subject = organizationSubject(alias);
  try {
    return (await ledger.read(subject))?.value.lastAudit;
  } catch (error) {
    if (errorCodeOf(error) !== 'record-unreadable') throw error;
  }
  const { records } = await ledger.evidence(subject);
  const last = records.findLast(({ kind }) => kind === 'audit');
  const facts = AuditFactsSchema.safeParse(last?.facts);
  return last === undefined || !facts.success ? undefined : { ...facts.data, atMs: last.atMs };
}
