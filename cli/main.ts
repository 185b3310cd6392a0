import { createProcessIo } from './command-io';
import { EXIT } from './exit-codes';
import { runAccess } from './run-access';

// Whoever reads the answer may have enough of it before its end, as `head` has.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', ({ code = 'failed' }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') return;
    if (stream === process.stdout) process.stderr.write(`access: the answer cannot be written: ${code}\n`);
    process.exit(EXIT.failed);
  });

async function main(): Promise<void> {
  process.exitCode = await runAccess(process.argv.slice(2), createProcessIo(process));
}

main().catch((error: unknown) => {
  process.stderr.write(`access: ${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = EXIT.failed;
});
