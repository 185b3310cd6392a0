import { parseEvidenceKeys } from '../shared/secrets/evidence-key';
import { createSealReader } from '../shared/domain/evidence/record-seal';

/** Of every local stack, so that what looks into its storage can read it. Nothing but the sandbox has it. */
export const SANDBOX_EVIDENCE_KEY = 'c2FuZGJveC1ldmlkZW5jZS1rZXktb2YtdGhlLWxvY2FsLXN0YWNrLW9ubHk=';

export const sandboxEvidenceKeys = parseEvidenceKeys(SANDBOX_EVIDENCE_KEY);

export const sandboxSeal = createSealReader(async () => sandboxEvidenceKeys);
