import Table from 'cli-table3';
import { Command, Option } from 'commander';
import { demoAudit } from './demo-audit';
import { storyOf } from './story';
import { storyOfRecords } from './story-of-records';
import { knownSources, vendorTellers } from './tellers';
import { startVendorStack } from './vendor-stack';

type Options = Readonly<{ source: string; audit?: true; json?: true; verbose?: true }>;
type Played = Readonly<{ step: string; teller: string; held: boolean; seen: string; seconds: number }>;

/** HiBob answers with what is new only twenty seconds after it said so, and Rippling is asked as late. */
const PATIENCE_MS = 50_000;

const program = new Command('demo')
  .description(
    'Starts storage, UiPath, Key Vault and the Functions host on this machine and plays the main job.',
  )
  .addOption(
    new Option('--source <name>', 'who tells the story: our own contract, or a vendor in its own format')
      .choices(knownSources())
      .default('standard'),
  )
  .option('--audit', 'audit organizations with planted faults instead, and say what was found')
  .option('--json', 'print one JSON object instead of text')
  .option('--verbose', 'show what the functions log');

async function main(): Promise<void> {
  const { source, audit, json, verbose } = program.parse().opts<Options>();
  if (audit === true) {
    process.exitCode = (await demoAudit(json === true)) ? 0 : 1;
    return;
  }
  const say = (text: string): void => {
    if (json === undefined) process.stdout.write(text);
  };
  say('Starting storage, UiPath, Key Vault and the Functions host …\n');
  const stack = await startVendorStack({
    messageLeaseSeconds: 5,
    ...(verbose === undefined ? {} : { onLog: (line) => process.stderr.write(`${line}\n`) }),
  });
  const played: Played[] = [];
  try {
    const vendor = source === 'standard' ? {} : { tellers: vendorTellers(stack, source) };
    const steps = [
      ...storyOf(stack, { patienceMs: PATIENCE_MS, grantSeconds: 12, ...vendor }),
      ...storyOfRecords(stack, PATIENCE_MS),
    ];
    for (const step of steps) {
      say(`\n▸ ${step.title}${step.teller === source && source !== 'standard' ? ` (${source})` : ''}\n`);
      const startedAtMs = Date.now();
      const [held, seen] = await step.play().then(
        (text): [boolean, string] => [true, text],
        (error: unknown): [boolean, string] => [false, error instanceof Error ? error.message : 'it failed'],
      );
      const seconds = (Date.now() - startedAtMs) / 1000;
      say(`  ${held ? '✔' : '✘'} ${seen} (${seconds.toFixed(1)} s)\n`);
      played.push({ step: step.title, teller: step.teller, held, seen, seconds });
    }
  } finally {
    await stack.close();
  }
  const heldCount = played.filter((step) => step.held).length;
  if (json === undefined) {
    const table = new Table({
      head: ['', 'step', 'seen', 's'],
      style: { head: [], border: [] },
      wordWrap: true,
      colWidths: [4, 44, 52, 6],
    });
    for (const step of played)
      table.push([step.held ? '✔' : '✘', step.step, step.seen, step.seconds.toFixed(1)]);
    say(`\n${table.toString()}\n`);
    say(`demo: ${heldCount} of ${played.length} steps held\n`);
  } else process.stdout.write(`${JSON.stringify({ held: heldCount, steps: played })}\n`);
  process.exitCode = heldCount === played.length ? 0 : 1;
}

main().catch((error: unknown) => {
  process.stderr.write(`demo: ${error instanceof Error ? error.message : 'could not start'}\n`);
  process.exitCode = 1;
});
