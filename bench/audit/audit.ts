import { sandboxSeal } from '../../sandbox/evidence-key';
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAzurite } from '../../sandbox/azurite';
import { startUiPathSandbox } from '../../sandbox/uipath/sandbox';
import { mapConcurrently } from '../../shared/map-concurrently';
import { personKey } from '../../shared/domain/person-key';
import type { OrganizationPolicy } from '../../shared/domain/policy';
import { allowanceOf, DEFAULT_QUOTA_RULES } from '../../shared/domain/plan/quota';
import { parsePolicy } from '../../shared/policy/parse-policy';
import { createLedgerStore } from '../../shared/storage/ledger';
import { openStorage } from '../../shared/storage/storage-account';
import { rounded, scaled, type Benchmark, type BenchmarkContext, type Figures } from '../benchmark';
import { bundleScript } from '../bundle-script';
import { manualClock, type ManualClock } from '../manual-clock';
import { ALIAS, CLIENT, emailOf, estateLedger, estatePolicy, estateSeed, type EstateSize } from './estate';
import { measureGrowth } from './evaluation';
import type { AuditOrder, AuditWord } from './order';

const FULL: Omit<EstateSize, 'users'> = { groups: 1_000, people: 10_000, rules: 500, entities: 200 };
const START_MS = Date.parse('2026-03-02T02:00:00Z');
const FILL_WIDTH = 32;

type Measured = Extract<AuditWord, { kind: 'done' }>;

/** A night's audit of a large organization, over as many windows of UiPath's quota as it takes. */
export const audit: Benchmark = {
  name: 'audit',
  about:
    '1,000 groups of 50 members, 10,000 people, 500 rules, 200 entries of the access policy, audited once',
  targets: [
    { figure: 'evaluationSeconds', atMost: 2 },
    { figure: 'peakMemoryMb', atMost: 300 },
    { figure: 'growthRatio', atMost: 1.5 },
    { figure: 'getCallsPerWindowMax', atMost: 120 },
    { figure: 'http429', atMost: 0 },
    { figure: 'ended', atLeast: 1 },
  ],
  run: async (context) => {
    const people = scaled(FULL.people, context.size, 20);
    const size: EstateSize = {
      groups: scaled(FULL.groups, context.size, 2),
      people,
      users: Math.max(people, context.users ?? people),
      rules: scaled(FULL.rules, context.size, 1),
      entities: scaled(FULL.entities, context.size, 1),
    };
    const clock = manualClock(START_MS);
    const [azurite, uipath] = await Promise.all([
      startAzurite({ largePartitions: true }),
      startUiPathSandbox({ clock, seed: { organizations: [estateSeed(size)] } }),
    ]);
    const folder = await mkdtemp(join(tmpdir(), 'bench-audit-'));
    try {
      const text = estatePolicy(size, uipath.identityBaseUrl(ALIAS));
      const policyFile = join(folder, 'policy.yaml');
      await writeFile(policyFile, text);
      await fill(azurite.connectionString, size, (email) => uipath.idOf(ALIAS, email), context);
      const { clientId, clientSecret } = CLIENT;
      const order: AuditOrder = {
        connectionString: azurite.connectionString,
        policyFile,
        organization: ALIAS,
        nowMs: START_MS,
        credential: JSON.stringify({ clientId, clientSecret }),
      };
      let readsBefore = 0;
      let mostReads = 0;
      const readsNow = (): number => uipath.counts(ALIAS)['GET']?.requests ?? 0;
      const measured = await auditIn(
        await bundleScript('bench/audit/auditor.ts', folder),
        order,
        clock,
        () => {
          mostReads = Math.max(mostReads, readsNow() - readsBefore);
          readsBefore = readsNow();
          context.progress(`${readsBefore} reads`);
        },
      );
      mostReads = Math.max(mostReads, readsNow() - readsBefore);
      const organization = parsePolicy(text, 'policy.yaml', { development: true }).organizations.get(ALIAS);
      if (organization === undefined) throw new Error('The policy has no such organization');
      return {
        ...figuresOf(size, measured),
        getCallsPerWindowMax: mostReads,
        getAllowancePerWindow: allowanceOf(DEFAULT_QUOTA_RULES, 'GET', 'normal'),
        http429: Object.values(uipath.counts(ALIAS)).reduce((sum, { throttled }) => sum + throttled, 0),
        ...growthOf(organization),
      };
    } finally {
      await Promise.all([uipath.close(), azurite.close(), rm(folder, { recursive: true, force: true })]);
    }
  },
};

function figuresOf(size: EstateSize, measured: Measured): Figures {
  const { calls, looked } = measured;
  return {
    ...size,
    memberships: looked['members'] ?? 0,
    findings: measured.findings,
    getCalls: calls['GET'] ?? 0,
    postCalls: calls['POST'] ?? 0,
    ended: measured.ended ? 1 : 0,
    windows: measured.windows,
    virtualSeconds: rounded(measured.virtualSeconds, 1),
    evaluationSeconds: rounded(measured.evaluationSeconds),
    peakMemoryMb: rounded(measured.peakMemoryMb, 1),
  };
}

function growthOf(organization: OrganizationPolicy): Figures {
  const { small, large, ratio } = measureGrowth(organization);
  return {
    microsecondsPerMembership1000: rounded(small * 1000),
    microsecondsPerMembership100000: rounded(large * 1000),
    growthRatio: rounded(ratio),
  };
}

async function fill(
  connectionString: string,
  size: EstateSize,
  idOf: (email: string) => string,
  { progress }: BenchmarkContext,
): Promise<void> {
  const ledger = createLedgerStore(openStorage({ kind: 'connection-string', connectionString }, sandboxSeal));
  const people = Array.from({ length: size.people }, (_, index) => index);
  await mapConcurrently(people, FILL_WIDTH, async (index) => {
    const email = emailOf(index);
    const subject = { organization: ALIAS, kind: 'person', key: personKey(email) } as const;
    await ledger.write(subject, estateLedger(index, size, idOf(email), START_MS), undefined, []);
  });
  progress(`${size.people} people in the ledger`);
}

/** Runs the audit in its own process; when it waits for quota, UiPath's clock moves on with it. */
async function auditIn(
  script: string,
  order: AuditOrder,
  clock: ManualClock,
  onWindow: () => void,
): Promise<Measured> {
  const child: ChildProcess = fork(script, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    return await new Promise<Measured>((resolve, reject) => {
      child.once('exit', () => reject(new Error('The auditor ended before it answered')));
      child.on('message', (word: AuditWord) => {
        if (word.kind === 'done') {
          resolve(word);
          return;
        }
        onWindow();
        clock.moveTo(word.untilMs);
        child.send('moved');
      });
      child.send(order);
    });
  } finally {
    if (child.connected) child.disconnect();
    await exited;
  }
}
