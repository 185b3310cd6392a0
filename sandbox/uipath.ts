import { readRunningStack } from './running-stack';
import { createUiPathCommand } from './uipath-command';

createUiPathCommand({
  runningStack: readRunningStack,
  say: (text) => {
    process.stdout.write(text);
  },
})
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`uipath: ${error instanceof Error ? error.message : 'failed'}\n`);
    process.exitCode = 1;
  });
