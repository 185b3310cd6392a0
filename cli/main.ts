import { createProcessIo } from './command-io';
import { EXIT } from './exit-codes';
import { runAccess } from './run-access';

// Whoever reads the answer may have enough of it before its end, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

async function main(): Promise<void> {
  process.exitCode = await runAccess(process.argv.slice(2), createProcessIo(process));
}

main().catch((error: unknown) => {
  process.stderr.write(`access: ${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = EXIT.failed;
});
