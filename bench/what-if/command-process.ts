import { createProcessIo } from '../../cli/command-io';
import { runAccess } from '../../cli/run-access';

/** The command line in a process of its own, which tells how it ended and what memory it took. */
async function main(): Promise<void> {
  const exit = await runAccess(process.argv.slice(2), createProcessIo(process));
  process.send?.({ exit, peakMemoryMb: process.resourceUsage().maxRSS / 1024 });
  process.disconnect();
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exit(1);
});
