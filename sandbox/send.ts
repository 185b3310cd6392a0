import { readRunningStack } from './running-stack';
import { createSendCommand } from './send-command';

createSendCommand({
  runningStack: readRunningStack,
  report: ({ status, body }) => {
    process.stdout.write(`${status === 0 ? 'no answer' : status} ${JSON.stringify(body, null, 2)}\n`);
    process.exitCode = status >= 200 && status < 300 ? 0 : 1;
  },
})
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`send: ${error instanceof Error ? error.message : 'failed'}\n`);
    process.exitCode = 1;
  });
