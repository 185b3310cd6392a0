import { BlobServiceClient } from '@azure/storage-blob';
import { sandboxEvidenceKeys } from '../evidence-key';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runAudit } from '../../shared/access/audit/run-audit';
import { createAppDeps } from '../../shared/app-deps';
import { parseConfig } from '../../shared/config';
import type { FindingRecord } from '../../shared/domain/audit/finding';
import type { AuditReport } from '../../shared/domain/audit/report';
import { createEnvironmentSecretStore } from '../../shared/secrets/environment-secrets';
import type { Azurite } from '../azurite';
import { startUiPathSandbox } from '../uipath/sandbox';
import { plantedIn, type Planted } from './planted-expectation';
import { plantPeople, plantRules } from './planted-ledger';
import { plantAccounts, plantOperations, plantSources } from './planted-operations';
import { CLIENT_ID, CLIENT_SECRET, PLANTED, plantedPolicy, plantedSeed } from './planted-seed';
import { DAY_MS } from '../../shared/domain/durations';

export type PlantedAudit = Readonly<{
  faults: readonly Planted[];
  lookAlikes: readonly Planted[];
  found: ReadonlyArray<Readonly<{ organization: string; finding: FindingRecord }>>;
  reports: readonly AuditReport[];
}>;

const NOW_MS = Date.parse('2026-03-02T02:00:00Z');
const NIGHT = '202603020200';

/** Plants faults and look-alikes in five organizations over this storage, audits them, and tells both sides. */
export async function auditPlanted(azurite: Pick<Azurite, 'connectionString'>): Promise<PlantedAudit> {
  let nowMs = NOW_MS;
  const clock = {
    now: () => nowMs,
    sleep: async (ms: number) => {
      nowMs += ms;
    },
  };
  const organizations = Object.entries(PLANTED).map(([alias, variant]) => plantedSeed(alias, variant));
  const uipath = await startUiPathSandbox({ clock, seed: { organizations, rateLimits: { GET: 3_000 } } });
  const folder = await mkdtemp(join(tmpdir(), 'planted-'));
  try {
    const idOf = (alias: string, name: string): string => uipath.idOf(alias, name);
    const file = join(folder, 'policy.yaml');
    await writeFile(file, plantedPolicy(uipath.identityBaseUrl, idOf));
    const credential = JSON.stringify({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET });
    const config = parseConfig({
      AzureWebJobsStorage: azurite.connectionString,
      POLICY_FILE: file,
      AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    });
    const ends = new Map([
      ...['planted-late', 'planted-notify'].map((name) => [name, NOW_MS + 10 * DAY_MS] as const),
      ...[
        'hr',
        'quiet',
        'slow',
        'stuck',
        'calm',
        ...Object.keys(PLANTED).map((alias) => `uipath-${alias}`),
      ].map((name) => [`planted-${name}`, NOW_MS + 300 * DAY_MS] as const),
    ]);
    const elsewhere = BlobServiceClient.fromConnectionString(azurite.connectionString);
    await elsewhere.getContainerClient('kept').createIfNotExists();
    const app = createAppDeps(config, () => undefined, {
      clock,
      secretStore: createEnvironmentSecretStore(
        Object.fromEntries(
          Object.keys(PLANTED).map((alias) => [`SECRET_PLANTED_UIPATH_${alias.toUpperCase()}`, credential]),
        ),
      ),
      secretEnds: async (name) => ends.get(name),
      evidenceKeys: async () => sandboxEvidenceKeys,
      containerAt: (address) => elsewhere.getContainerClient(new URL(address).pathname.slice(1)),
    });
    await plantSources(app, NOW_MS);
    const sides: Array<ReturnType<typeof plantedIn>> = [];
    for (const [alias, variant] of Object.entries(PLANTED)) {
      const planting = { app, uipath, alias, variant, nowMs: NOW_MS };
      await plantPeople(planting);
      const ruleIds = await plantRules(planting);
      await plantOperations(planting);
      sides.push(plantedIn(uipath, alias, variant, ruleIds));
      plantAccounts(planting);
    }
    const reports: AuditReport[] = [];
    for (const alias of Object.keys(PLANTED)) {
      const report = await runAudit(
        { ...app, uipath: app.auditUiPath },
        { organization: alias, night: NIGHT },
      );
      if (report !== undefined) reports.push(report);
    }
    return {
      faults: sides.flatMap(({ faults }) => faults),
      lookAlikes: sides.flatMap(({ lookAlikes }) => lookAlikes),
      found: reports.flatMap(({ organization, findings }) =>
        findings.map((finding) => ({ organization, finding })),
      ),
      reports,
    };
  } finally {
    await Promise.all([uipath.close(), rm(folder, { recursive: true, force: true })]);
  }
}
