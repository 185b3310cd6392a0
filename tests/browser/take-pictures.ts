import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { ADMINISTRATOR, ANA, BEN, GROUPS, MALLORY, ORGANIZATION } from '../../sandbox/demo-organization';
import { requestApproved, workerJoined } from '../../sandbox/events';
import { deliver } from '../../sandbox/sender';
import { groupsOf, until } from '../../sandbox/story-looks';
import { startVendorStack, type VendorStack } from '../../sandbox/vendor-stack';
import { CHROMIUM_ARGUMENTS, findChromium } from './chromium';

const FOLDER = join(__dirname, '..', 'docs', 'pictures');
const PATIENCE_MS = 120_000;

/** Plays a day in the demo's organization and takes the pictures of the documents: `npm run pictures`. */
async function main(): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('There is no Chromium: name one in CHROMIUM_PATH');
  const stack = await startVendorStack({
    timers: 'scheduled',
    settings: { DUE_WORK_SCHEDULE: '*/5 * * * * *' },
  });
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS] });
  try {
    await playDay(stack);
    await mkdir(FOLDER, { recursive: true });
    const page = await browser.newPage({ viewport: { width: 1000, height: 640 } });
    await page.goto(`${stack.host().url}/api/console`);
    await page.getByLabel('Your name').fill('Maria Lead');
    await page.getByLabel('Key').fill(stack.consoleKey);
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/today$/);
    await keep(page, 'today');
    await page.goto(`${stack.host().url}/api/console/${ORGANIZATION}/findings`);
    await keep(page, 'findings');
    await page.goto(`${stack.host().url}/api/console/${ORGANIZATION}/people?email=${ANA}`);
    await keep(page, 'person');
    await page.setContent(await ask(stack, `reports/${ORGANIZATION}/latest?format=html`));
    await keep(page, 'report');
  } finally {
    await browser.close();
    await stack.close();
  }
}

/** Two join, one gets a group by a ticket; a night; somebody is put into a group by hand; another night. */
async function playDay(stack: VendorStack): Promise<void> {
  await deliver(stack.hr, workerJoined(ANA, { department: 'Automation' }));
  await deliver(stack.hr, workerJoined(BEN, { department: 'Finance' }));
  for (const person of [ANA, BEN]) await untilIn(stack, person, GROUPS.users);
  const grant = { kind: 'grant', person: ANA, group: GROUPS.support, duration: 'P7D' };
  await deliver(stack.tickets, requestApproved({ requester: ANA, approver: BEN }, grant, 'CHG-4711'));
  await untilIn(stack, ANA, GROUPS.support);
  await auditAndWait(stack, 1);
  stack.uipath.actAsPerson(ORGANIZATION, {
    kind: 'change-members',
    actor: { name: 'Olga Admin', email: ADMINISTRATOR },
    group: GROUPS.developers,
    add: [MALLORY],
    remove: [],
  });
  await auditAndWait(stack, 2);
}

async function untilIn(stack: VendorStack, person: string, group: string): Promise<void> {
  await until(PATIENCE_MS, () =>
    groupsOf(stack, person).includes(group) ? { found: true } : { seen: `${person} is not in ${group} yet` },
  );
}

async function auditAndWait(stack: VendorStack, nights: number): Promise<void> {
  const { url, masterKey } = stack.host();
  const headers = { 'x-functions-key': masterKey, 'content-type': 'application/json' };
  await fetch(`${url}/admin/functions/access-audit`, { method: 'POST', headers, body: '{}' });
  await until(PATIENCE_MS, async () => {
    const known = await ask(stack, `reports/${ORGANIZATION}`);
    return known.split('"night"').length > nights
      ? { found: true }
      : { seen: `no report of night ${nights}` };
  });
}

async function ask(stack: VendorStack, path: string): Promise<string> {
  const { url, functionKey } = stack.host();
  const response = await fetch(`${url}/api/${path}`, { headers: { 'x-functions-key': functionKey } });
  return response.text();
}

async function keep(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
  process.stdout.write(`docs/pictures/${name}.png\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`pictures: ${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = 1;
});
