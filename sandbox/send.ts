import { setTimeout as sleep } from 'node:timers/promises';
import { openDeliveryLooks } from './delivery-looks';
import { EXIT_CODES, outcomeOf, waitForOutcome, type DeliveryOutcome } from './delivery-outcome';
import { readRunningStack } from './running-stack';
import type { Told } from './send-and-tell';
import { createSendCommand } from './send-command';
import type { SentDelivery } from './sender';

async function report(sent: SentDelivery, { about, waitMs, json }: Told): Promise<void> {
  const { status, body, lost } = sent;
  const isTaken = status >= 200 && status < 300;
  if (!json)
    process.stdout.write(
      lost === undefined ? `${status} ${JSON.stringify(body, null, 2)}\n` : `no answer: ${lost}\n`,
    );
  const outcome = isTaken && waitMs !== undefined ? await watch(about, waitMs) : undefined;
  if (json) process.stdout.write(`${JSON.stringify({ status, body, lost, outcome }, null, 2)}\n`);
  else if (outcome !== undefined) process.stdout.write(`${outcome.state}: ${outcome.words}\n`);
  process.exitCode = isTaken ? EXIT_CODES[outcome?.state ?? 'applied'] : 1;
}

async function watch(about: Told['about'], waitMs: number): Promise<DeliveryOutcome> {
  const running = await readRunningStack();
  if (running === undefined) throw new Error('No stack is running any more: start one with `npm start`.');
  const look = openDeliveryLooks(running.storage);
  return waitForOutcome(async () => outcomeOf(about, await look(about)), {
    expired: sleep(waitMs, undefined, { ref: false }),
    sleep: async (ms) => sleep(ms),
  });
}

createSendCommand({ runningStack: readRunningStack, report })
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`send: ${error instanceof Error ? error.message : 'failed'}\n`);
    process.exitCode = 1;
  });
