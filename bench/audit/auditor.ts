import { sandboxEvidenceKeys } from '../../sandbox/evidence-key';
import { runAudit, type RunAuditDeps } from '../../shared/access/audit/run-audit';
import { createAppDeps } from '../../shared/app-deps';
import { parseConfig } from '../../shared/config';
import type { AuditReport } from '../../shared/domain/audit/report';
import { AppError } from '../../shared/errors';
import { createEnvironmentSecretStore } from '../../shared/secrets/environment-secrets';
import { manualClock } from '../manual-clock';
import { SECRETS } from '../policy';
import type { AuditOrder, AuditWord } from './order';

/** A day of them: an audit that still reads then is not going to end before the next one begins. */
const MOST_WINDOWS = 288;

/** The application in a process of its own, so that its memory is its own: it audits once, over as many windows as it takes. */
process.once('message', (order: AuditOrder) => {
  measure(order).then(
    (word) => process.send?.(word),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});

async function measure(order: AuditOrder): Promise<AuditWord> {
  const { organization, nowMs } = order;
  const clock = manualClock(nowMs);
  const config = parseConfig({
    AzureWebJobsStorage: order.connectionString,
    POLICY_FILE: order.policyFile,
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
  });
  const secretStore = createEnvironmentSecretStore({ [SECRETS.organization.variable]: order.credential });
  const app = createAppDeps(config, () => undefined, {
    clock,
    secretStore,
    evidenceKeys: async () => sandboxEvidenceKeys,
  });
  let readMs = 0;
  let evaluatedMs = 0;
  const deps: RunAuditDeps = {
    ...app,
    uipath: app.auditUiPath,
    // The last thing read before the checks, and the first thing written after them.
    secretEnds: async (name) => {
      readMs = performance.now();
      return app.secretEnds(name);
    },
    findings: {
      ...app.findings,
      save: async (alias, findings) => {
        evaluatedMs = performance.now();
        await app.findings.save(alias, findings);
      },
    },
  };
  for (let windows = 1; ; windows += 1) {
    const waitsUntilMs = await tryAudit(deps, organization);
    if (typeof waitsUntilMs === 'number' && windows < MOST_WINDOWS) {
      await wait(waitsUntilMs);
      clock.moveTo(waitsUntilMs);
      continue;
    }
    const ended = typeof waitsUntilMs !== 'number';
    const { calls, looked, findings } = ended ? waitsUntilMs : { calls: {}, looked: {}, findings: [] };
    return {
      kind: 'done',
      ended,
      windows,
      virtualSeconds: (clock.now() - nowMs) / 1000,
      evaluationSeconds: (evaluatedMs - readMs) / 1000,
      peakMemoryMb: process.resourceUsage().maxRSS / 1024,
      calls,
      looked,
      findings: findings.length,
    };
  }
}

/** The report, or when there is quota again. */
async function tryAudit(deps: RunAuditDeps, organization: string): Promise<AuditReport | number> {
  try {
    const report = await runAudit(deps, { organization, night: '202603020200' });
    if (report === undefined) throw new Error('The audit was given up');
    return report;
  } catch (error) {
    if (error instanceof AppError && error.retryAtMs !== undefined) return error.retryAtMs;
    throw error;
  }
}

/** UiPath's windows pass by the clock of the other process. */
async function wait(untilMs: number): Promise<void> {
  const moved = new Promise<void>((resolve) => {
    process.once('message', () => resolve());
  });
  process.send?.({ kind: 'waits', untilMs } satisfies AuditWord);
  await moved;
}
