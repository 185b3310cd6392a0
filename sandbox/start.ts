import { Command, InvalidArgumentError } from 'commander';
import { ANA, BEN, GROUPS, ORGANIZATION } from './demo-organization';
import { faultOfPort } from './port-fault';
import { forgetRunningStack, noteRunningStack, readRunningStack, toRunningStack } from './running-stack';
import type { Stack } from './stack';
import { startVendorStack } from './vendor-stack';

const program = new Command('start')
  .description(
    'Runs the whole stack on this machine until Ctrl+C: storage, UiPath, Key Vault, Functions host.',
  )
  .option('--port <number>', 'port of the Functions host; 0: any that is free', toPort, 7071)
  .option('--quiet', 'do not show what the functions log');

async function main(): Promise<void> {
  const { port, quiet } = program.parse().opts<{ port: number; quiet?: true }>();
  const fault = await faultOfPort(port, await readRunningStack());
  if (fault !== undefined) throw new Error(fault);
  process.stdout.write('Starting storage, UiPath, Key Vault and the Functions host …\n');
  const stack = await startVendorStack({
    hostPort: port,
    timers: 'scheduled',
    settings: { DUE_WORK_SCHEDULE: '*/5 * * * * *' },
    ...(quiet === undefined ? { onLog: (line) => process.stdout.write(`${line}\n`) } : {}),
  });
  await noteRunningStack(toRunningStack(stack));
  process.stdout.write(welcome(stack));
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  process.stdout.write('\nStopping …\n');
  await forgetRunningStack();
  await stack.close();
}

function welcome(stack: Stack): string {
  const { url, functionKey, masterKey } = stack.host();
  return `
Functions host    ${url}
UiPath            ${stack.uipath.identityBaseUrl(ORGANIZATION)}
UiPath's control  ${stack.uipath.controlUrl}
Storage           ${stack.azurite.blobUrl}

Console           ${url}/api/console
  sign in with    ${stack.consoleKey}

Send something, in another terminal:
  npm run send -- joiner --person ${ANA} --attribute department=Automation
  npm run send -- grant --person ${ANA} --group "${GROUPS.support}" --duration PT1H --approver ${BEN} --id REQ-1
  npm run send -- leaver --person ${ANA}
  npm run send -- --source bamboohr joiner --person ${ANA} --attribute department=Finance

Look:
  curl ${stack.uipath.controlUrl}/state
  curl -H "x-functions-key: ${functionKey}" ${url}/api/requests/${ORGANIZATION}/REQ-1
  curl -H "x-functions-key: ${functionKey}" ${url}/api/health/ready

Audit now:
  curl -X POST -H "x-functions-key: ${masterKey}" -H "content-type: application/json" -d "{}" ${url}/admin/functions/access-audit

Ctrl+C ends it; nothing is kept.
`;
}

function toPort(text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return port;
}

main().catch((error: unknown) => {
  process.stderr.write(`start: ${error instanceof Error ? error.message : 'could not start'}\n`);
  process.exitCode = 1;
});
