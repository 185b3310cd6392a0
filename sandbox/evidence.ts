import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { exportEvidence } from '../shared/access/ledger/export-evidence';
import { toFaultLines, verifyEvidenceOf } from '../shared/access/ledger/verify-evidence';
import { openCheckpoint, verifierKeyOf } from '../shared/domain/evidence/checkpoint';
import { createSealReader } from '../shared/domain/evidence/record-seal';
import { parseEvidenceKeys } from '../shared/secrets/evidence-key';
import { createEvidenceLog } from '../shared/storage/evidence/evidence-log';
import { createPolicyArchive } from '../shared/storage/evidence/policy-archive';
import { createLogReader } from '../shared/storage/evidence/read-log';
import { createLedgerStore } from '../shared/storage/ledger';
import { openStorage } from '../shared/storage/storage-account';

const USAGE = `npm run evidence -- export --organization <alias> --origin <origin of the log>
npm run evidence -- verify --organization <alias> --origin <origin of the log> [--checkpoint <kept note>]...
Environment: AzureWebJobsStorage, a connection string of the account, and for verify EVIDENCE_KEY, the secret evidence-key.`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      organization: { type: 'string' },
      origin: { type: 'string' },
      checkpoint: { type: 'string', multiple: true, default: [] },
    },
  });
  const { organization: alias, origin, checkpoint: kept } = values;
  const { AzureWebJobsStorage: connectionString, EVIDENCE_KEY: secret } = process.env;
  const [what] = positionals;
  if (alias === undefined || origin === undefined || connectionString === undefined) throw new Error(USAGE);
  const storage = openStorage(
    { kind: 'connection-string', connectionString },
    createSealReader(async () => parseEvidenceKeys(secret ?? '')),
  );
  if (what === 'export') {
    for await (const { line } of exportEvidence(storage, { alias, origin }))
      if (!process.stdout.write(`${JSON.stringify(line)}\n`)) await once(process.stdout, 'drain');
    return;
  }
  if (what !== 'verify' || secret === undefined) throw new Error(USAGE);
  const keys = parseEvidenceKeys(secret);
  const evidenceKeys = async () => keys;
  const anchors = await Promise.all(
    kept.map(async (file) => {
      const anchor = openCheckpoint(await readFile(file, 'utf8'), origin, keys);
      if (anchor === undefined) throw new Error(`${file} is no checkpoint of ${origin} by this key`);
      return anchor;
    }),
  );
  const evidenceLog = createEvidenceLog(storage, evidenceKeys);
  const deps = {
    ledger: createLedgerStore(storage),
    evidenceLog,
    logReader: createLogReader(storage),
    policyArchive: createPolicyArchive(storage),
    evidenceKeys,
  };
  const verified = await verifyEvidenceOf(deps, { alias, origin }, anchors);
  const { entries, subjects, records } = verified.looked;
  process.stderr.write(`Verifier key, for whoever verifies checkpoints: ${verifierKeyOf(origin, keys[0])}\n`);
  process.stderr.write(`Looked at ${subjects} subjects, ${records} records, ${entries} entries of the log\n`);
  const faults = toFaultLines(verified);
  for (const fault of faults) process.stdout.write(`${fault}\n`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = 2;
});
