import { afterAll, beforeAll, describe } from '@jest/globals';
import axe from 'axe-core';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { CHROMIUM_ARGUMENTS, findChromium } from './chromium';

const SCREENSHOTS = join(__dirname, '../../screenshots');

const executablePath = findChromium();

const isRequired = process.env['BROWSER_TESTS'] === 'required';
const isThere = executablePath !== undefined;
if (!isThere && !isRequired)
  process.stderr.write(
    'Browser tests are skipped: there is no Chromium. Install one, or name it in CHROMIUM_PATH.\n',
  );

/** Tests that need a browser are skipped without one; with `BROWSER_TESTS=required` they fail instead. */
export const describeInBrowser = isThere || isRequired ? describe : describe.skip;

/** One browser for all tests of a file. */
export function useBrowser(): () => Browser {
  let running: Browser | undefined;
  beforeAll(async () => {
    if (executablePath === undefined) throw new Error('There is no Chromium: name one in CHROMIUM_PATH');
    running = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS] });
    await mkdir(SCREENSHOTS, { recursive: true });
  }, 60_000);
  afterAll(async () => {
    await running?.close();
  });
  return () => {
    if (running === undefined) throw new Error('The browser is not running yet');
    return running;
  };
}

/** Every page is looked at in light and in dark, on a telephone and on a large screen. */
export const LOOKS = [
  ['light', 360],
  ['dark', 360],
  ['light', 1440],
  ['dark', 1440],
] as const;

/**
 * What is wrong with a page in any of its looks: what axe finds, of any severity, and whether it is wider than its window. A
 * picture of each is kept for people to look at.
 */
export async function faultsInEveryLook(
  page: Page,
  name: string,
  looks: ReadonlyArray<(typeof LOOKS)[number]> = LOOKS,
): Promise<readonly string[]> {
  const faults: string[] = [];
  await page.evaluate(axe.source);
  for (const [colorScheme, width] of looks) {
    await page.setViewportSize({ width, height: 900 });
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const look = `${colorScheme} at ${width} px`;
    await keepPicture(page, `${name} ${look}`);
    const found = [...(await violationsOf(page)), ...((await isTooWide(page)) ? ['is too wide'] : [])];
    faults.push(...found.map((fault) => `${look}: ${fault}`));
  }
  return faults;
}

/** Keeps a picture of a page, in a folder that is not committed. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const file = `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.png`;
  await page.screenshot({ path: join(SCREENSHOTS, file), fullPage: true });
}

/** By rule and element. The page's own rules forbid scripts, so that axe is run from outside. */
async function violationsOf(page: Page): Promise<readonly string[]> {
  const found: unknown = await page.evaluate(
    "axe.run({ resultTypes: ['violations'] }).then(({ violations }) => violations.map(({ id, impact, nodes }) => impact + ' ' + id + ': ' + nodes.slice(0, 3).map(({ html }) => html).join(' | ')))",
  );
  return found as readonly string[];
}

async function isTooWide(page: Page): Promise<boolean> {
  const wide: unknown = await page.evaluate(
    'document.documentElement.scrollWidth > document.documentElement.clientWidth',
  );
  return wide === true;
}

/** Signs in to the console with its key, and waits for the first page. */
export async function signIn(
  page: Page,
  { host, consoleKey }: Readonly<{ host: () => Readonly<{ url: string }>; consoleKey: string }>,
): Promise<void> {
  await page.goto(`${host().url}/api/console`);
  await page.getByLabel('Your name').fill('Maria Lead');
  await page.getByLabel('Key').fill(consoleKey);
  await page.keyboard.press('Enter');
  await page.waitForURL(/\/today$/);
}
