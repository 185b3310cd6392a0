import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { openDeliveryLooks } from '../../../sandbox/delivery-looks';
import { outcomeOf, waitForOutcome, type DeliveryOutcome } from '../../../sandbox/delivery-outcome';
import { toRunningStack } from '../../../sandbox/running-stack';
import { createSendCommand } from '../../../sandbox/send-command';
import type { SentDelivery } from '../../../sandbox/sender';
import { until } from '../../../sandbox/story-looks';
import { startVendorStack, type VendorStack } from '../../../sandbox/vendor-stack';
import { listenedTo } from '../../../sandbox/vendors/demo-sources';
import type { Readiness } from '../../../shared/access/run-readiness-checks';

const folder = join(__dirname, '../../../docs/sources');
const pages = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');

/** The lines of a page that somebody copies into a shell. */
function examplesIn(page: string): readonly string[] {
  const lines = readFileSync(join(folder, page), 'utf8').split('\n');
  return lines.filter((line) => line.startsWith('npm run send -- '));
}

/** What a shell makes of it. */
function wordsOf(line: string): readonly string[] {
  return [...line.replace(/^npm run send -- /, '').matchAll(/"([^"]*)"|(\S+)/g)].map(
    ([, quoted, plain]) => quoted ?? plain ?? '',
  );
}

type Example = Readonly<{ page: string; line: string; source: string; feed: 'hr' | 'ticket' }>;

const examples: readonly Example[] = pages.flatMap((page) =>
  examplesIn(page).map((line) => ({
    page,
    line,
    source: / --source (\S+)/.exec(line)?.[1] ?? 'standard',
    feed: / (?:joiner|mover|leaver) /.test(line) ? 'hr' : 'ticket',
  })),
);

const ProcessedSchema = z.object({
  event: z.literal('delivery-processed'),
  feed: z.enum(['hr', 'ticket']),
  source: z.string(),
  outcome: z.string(),
});

let stack: VendorStack;
const processed: Array<z.output<typeof ProcessedSchema>> = [];
beforeAll(async () => {
  stack = await startVendorStack({
    onLog: (line) => {
      const [text = ''] = /\{.*\}/.exec(line) ?? [];
      const { data } = ProcessedSchema.safeParse(jsonOf(text));
      if (data !== undefined) processed.push(data);
    },
  });
}, 180_000);
afterAll(async () => stack.close());

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function run(line: string): Promise<SentDelivery | undefined> {
  let sent: SentDelivery | undefined;
  const command = createSendCommand({
    runningStack: async () => toRunningStack(stack),
    report: (answer) => {
      sent = answer;
    },
  });
  await command.parseAsync([...wordsOf(line)], { from: 'user' });
  return sent;
}

describe('the stack of npm start', () => {
  it('is ready, with nothing to see to', async () => {
    const { url, functionKey } = stack.host();
    const answer = await fetch(`${url}/api/health/ready?fresh=1`, {
      headers: { 'x-functions-key': functionKey },
    });
    const { ready, checks } = (await answer.json()) as Readiness;
    expect([ready, checks.filter(({ ok, cause }) => !ok || cause !== undefined)]).toEqual([true, []]);
    expect(checks.length).toBeGreaterThan(listenedTo.hr.length + listenedTo.tickets.length);
  });
});

describe('the examples of docs/sources', () => {
  it('are on every page, and for every source that the stack listens to', () => {
    expect(pages.filter((page) => examplesIn(page).length === 0)).toEqual([]);
    const shown = new Set(examples.map(({ source, feed }) => `${feed} ${source}`));
    const wanted = [
      ...['standard', ...listenedTo.hr].map((source) => `hr ${source}`),
      ...['standard', ...listenedTo.tickets].map((source) => `ticket ${source}`),
    ];
    expect(wanted.filter((one) => !shown.has(one))).toEqual([]);
  });

  it('are kept by the running stack, and recorded', async () => {
    const answered: unknown[] = [];
    for (const [index, { page, line }] of examples.entries()) {
      // Statements of one second about one person would make each other stale.
      const status = (await run(line.replace('ana.pop@', `ana.${index}@`)))?.status;
      answered.push([page, line, status === 201 || status === 202 ? 200 : status]);
    }
    expect(answered).toEqual(examples.map(({ page, line }) => [page, line, 200]));
    await until(120_000, () =>
      processed.length >= examples.length
        ? { found: true }
        : { seen: `${processed.length} of ${examples.length} are processed` },
    );
    expect(processed.map(({ feed, source, outcome }) => `${feed} ${source} ${outcome}`).toSorted()).toEqual(
      examples.map(({ feed, source }) => `${feed} ${source} recorded`).toSorted(),
    );
  }, 240_000);
});

describe('npm run send', () => {
  it.each([
    ['--source constructor joiner --person ana.pop@acme.example', 'no source constructor'],
    ['--source github joiner --person ana.pop@acme.example', 'no source github for this'],
    ['--source bamboohr grant --person ana.pop@acme.example --group x', 'no source bamboohr for this'],
    ['--source jira delete-rule --name x', 'Only the source standard'],
  ])('says what it cannot send: %s', async (words, problem) => {
    await expect(run(`npm run send -- ${words}`)).rejects.toThrow(problem);
  });
});

describe('what became of what was sent', () => {
  const outcomeOfLine = async (line: string): Promise<DeliveryOutcome> => {
    let outcome: Promise<DeliveryOutcome> | undefined;
    const command = createSendCommand({
      runningStack: async () => toRunningStack(stack),
      report: (_sent, { about }) => {
        const look = openDeliveryLooks(stack.azurite.connectionString);
        outcome = waitForOutcome(async () => outcomeOf(about, await look(about)), {
          expired: sleep(45_000, undefined, { ref: false }),
          sleep: async (ms) => sleep(ms),
        });
      },
    });
    await command.parseAsync([...wordsOf(line)], { from: 'user' });
    return (await outcome) ?? { state: 'pending', words: 'nothing was sent', groups: [] };
  };

  it.each([
    [
      'joiner --person olga.admin@acme.example --attribute department=Finance',
      'applied',
      'Finance Automation',
    ],
    [
      'grant --person olga.admin@acme.example --group "Production Support" --duration PT1H --approver ben.lead@acme.example --id REQ-W1',
      'applied',
      'REQ-W1 is applied: olga.admin@acme.example is in Automation Users, Finance Automation, Production Support',
    ],
    [
      'grant --person olga.admin@acme.example --group "Production Suport" --duration PT1H --id REQ-W2',
      'refused',
      'REQ-W2 is refused: group-not-managed',
    ],
    [
      'joiner --person nobody@acme.example --attribute department=Finance',
      'waiting',
      'does not know the address',
    ],
  ])(
    'of %s is told',
    async (line, state, words) => {
      const outcome = await outcomeOfLine(line);
      expect([outcome.state, outcome.words]).toEqual([state, expect.stringContaining(words)]);
    },
    60_000,
  );
});
