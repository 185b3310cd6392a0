import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startAzurite, type Azurite } from '../../sandbox/azurite';
import { startFunctionsHost, type FunctionsHost } from '../../sandbox/functions-host/start-functions-host';

const DIST = resolve(__dirname, '../../dist');

describe('the built app', () => {
  let folder: string;
  let azurite: Azurite;
  let host: FunctionsHost;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'deployed-'));
    for (const file of ['main.js', 'host.json']) await copyFile(join(DIST, file), join(folder, file));
    await writeFile(join(folder, 'package.json'), '{\n  "main": "main.js" }\n');
    azurite = await startAzurite();
    host = await startFunctionsHost({
      appDirectory: folder,
      settings: {
        AzureWebJobsStorage: azurite.connectionString,
        KEY_VAULT_URL: 'https://none.vault.azure.net',
      },
      timers: 'on-request',
    });
  }, 180_000);

  afterAll(async () => {
    await host.close();
    await azurite.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('starts from one bundle, its settings and the name of the bundle, without node_modules', async () => {
    expect((await readdir(folder)).toSorted()).toEqual(['host.json', 'main.js', 'package.json']);
    const alive = await fetch(`${host.url}/api/health`);
    expect(alive.status).toBe(200);
  });

  it('offers these functions under these addresses, queues and schedules, and no others', () => {
    const byName = host.functions.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    expect(byName).toEqual([
      { name: 'access-audit', trigger: 'timer', schedule: '0 0 2 * * *' },
      { name: 'apply-changes', trigger: 'queue', queueName: 'changes' },
      {
        name: 'close-delivery',
        trigger: 'http',
        authLevel: 'function',
        methods: ['POST'],
        route: 'dead-letters/{organization}/deliveries/{id}/close',
      },
      {
        name: 'console',
        trigger: 'http',
        authLevel: 'anonymous',
        methods: ['GET'],
        route: 'console/{organization?}/{page?}/{id?}',
      },
      {
        name: 'console-decision',
        trigger: 'http',
        authLevel: 'anonymous',
        methods: ['POST'],
        route: 'console/{organization}/{page}/{id}',
      },
      {
        name: 'console-sign-in',
        trigger: 'http',
        authLevel: 'anonymous',
        methods: ['POST'],
        route: 'console-session',
      },
      {
        name: 'console-sign-out',
        trigger: 'http',
        authLevel: 'anonymous',
        methods: ['POST'],
        route: 'console-session/end',
      },
      {
        name: 'dead-letters',
        trigger: 'http',
        authLevel: 'function',
        methods: ['GET'],
        route: 'dead-letters/{organization}',
      },
      { name: 'due-work', trigger: 'timer', schedule: '*/30 * * * * *' },
      { name: 'health', trigger: 'http', authLevel: 'anonymous', methods: ['GET'], route: 'health' },
      {
        name: 'hr-webhook',
        trigger: 'http',
        authLevel: 'anonymous',
        methods: ['POST', 'OPTIONS'],
        route: 'webhooks/hr/{source}',
      },
      {
        name: 'operator',
        trigger: 'http',
        authLevel: 'anonymous',
        methods: ['GET'],
        route: 'operator/{organization?}/{what?}/{id?}',
      },
      {
        name: 'operator-decision',
        trigger: 'http',
        authLevel: 'anonymous',
        methods: ['POST'],
        route: 'operator/{organization}/{page}/{id}',
      },
      {
        name: 'plans',
        trigger: 'http',
        authLevel: 'function',
        methods: ['GET'],
        route: 'plans/{organization}/{hash?}',
      },
      { name: 'process-delivery', trigger: 'queue', queueName: 'deliveries' },
      { name: 'process-urgent-delivery', trigger: 'queue', queueName: 'urgent-deliveries' },
      { name: 'readiness', trigger: 'http', authLevel: 'function', methods: ['GET'], route: 'health/ready' },
      {
        name: 'release-plan',
        trigger: 'http',
        authLevel: 'function',
        methods: ['POST'],
        route: 'plans/{organization}/{hash}/release',
      },
      {
        name: 'reports',
        trigger: 'http',
        authLevel: 'function',
        methods: ['GET'],
        route: 'reports/{organization}/{night?}',
      },
      {
        name: 'requests',
        trigger: 'http',
        authLevel: 'function',
        methods: ['GET'],
        route: 'requests/{organization}/{id?}',
      },
      {
        name: 'retry-dead-letter',
        trigger: 'http',
        authLevel: 'function',
        methods: ['POST'],
        route: 'dead-letters/{organization}/{id}/retry',
      },
      {
        name: 'retry-delivery',
        trigger: 'http',
        authLevel: 'function',
        methods: ['POST'],
        route: 'dead-letters/{organization}/deliveries/{id}/retry',
      },
      { name: 'run-audit', trigger: 'queue', queueName: 'audits' },
      {
        name: 'scim',
        trigger: 'http',
        authLevel: 'anonymous',
        methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
        route: 'scim/v2/{source}/{resource?}/{id?}',
      },
      { name: 'send-notification', trigger: 'queue', queueName: 'notifications' },
      {
        name: 'ticket-webhook',
        trigger: 'http',
        authLevel: 'anonymous',
        methods: ['POST', 'OPTIONS'],
        route: 'webhooks/tickets/{source}',
      },
    ]);
  });

  it('opens to keys what the table in docs/security.md says', async () => {
    const text = await readFile(resolve(__dirname, '../../docs/security.md'), 'utf8');
    const rows = [...text.matchAll(/^\| `([a-z-]+)` +\| `([A-Z, ]+) ([^`]+)` +\| `(\w+)` +\| \S/gm)];
    const written = rows.map(([, name, methods = '', route, authLevel]) => ({
      name,
      methods: methods.split(', '),
      route,
      authLevel,
    }));
    const registered = host.functions.flatMap((fn) =>
      fn.trigger === 'http'
        ? [{ name: fn.name, methods: fn.methods, route: fn.route, authLevel: fn.authLevel }]
        : [],
    );
    const byName = (a: { name?: string | undefined }, b: { name?: string | undefined }): number =>
      String(a.name) < String(b.name) ? -1 : 1;
    expect(written.toSorted(byName)).toEqual(registered.toSorted(byName));
  });

  it('takes its schedules from the settings', async () => {
    const other = await startFunctionsHost({
      appDirectory: folder,
      settings: {
        AzureWebJobsStorage: azurite.connectionString,
        KEY_VAULT_URL: 'https://none.vault.azure.net',
        DUE_WORK_SCHEDULE: '0 */5 * * * *',
        AUDIT_SCHEDULE: '0 30 3 * * *',
      },
      timers: 'on-request',
    });
    try {
      const schedules = new Map(other.functions.map((fn) => [fn.name, fn.schedule]));
      expect(schedules.get('due-work')).toBe('0 */5 * * * *');
      expect(schedules.get('access-audit')).toBe('0 30 3 * * *');
    } finally {
      await other.close();
    }
  });

  it('does not start without its settings, and says which are missing', async () => {
    await expect(
      startFunctionsHost({ appDirectory: folder, settings: {}, timers: 'on-request' }),
    ).rejects.toThrow(/AzureWebJobsStorage/);
  });
});
