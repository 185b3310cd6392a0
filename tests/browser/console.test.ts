import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { ANA, ORGANIZATION } from '../../sandbox/demo-organization';
import { createHoldStore } from '../../shared/storage/holds';
import { startConsoleStack, type ConsoleStack } from '../fixtures/console-stack';
import { describeInBrowser, faultsInEveryLook, useBrowser, signIn } from './browser';

const PATHS = [
  'today',
  'findings?show=all',
  'nights',
  'plans',
  'proposed-plans',
  `people?email=${encodeURIComponent(ANA)}`,
  'requests',
  'requests?id=REQ-1',
  'dead-letters',
  'sources',
];

describeInBrowser('the console in a browser', () => {
  const browser = useBrowser();
  let stack: ConsoleStack;
  beforeAll(async () => {
    stack = await startConsoleStack();
  }, 180_000);
  afterAll(async () => stack.close());

  async function signedIn(options: BrowserContextOptions, see: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser().newContext(options);
    try {
      const page = await context.newPage();
      await signIn(page, stack);
      await see(page);
    } finally {
      await context.close();
    }
  }

  it.each(PATHS)(
    'shows %s so that axe does not object and nothing is too wide, in every look',
    async (path) => {
      await signedIn({}, async (page) => {
        await page.goto(`${stack.host().url}/api/console/${ORGANIZATION}/${path}`);
        expect(await faultsInEveryLook(page, `console ${path.replace(/[=@].*/, '')}`)).toEqual([]);
      });
    },
  );

  it('asks for the sign-in so that axe does not object and nothing is too wide, in every look', async () => {
    const page = await browser().newPage();
    try {
      await page.goto(`${stack.host().url}/api/console`);
      expect(await faultsInEveryLook(page, 'console sign-in')).toEqual([]);
    } finally {
      await page.close();
    }
  });

  it('releases a plan without JavaScript, with the keyboard alone', async () => {
    await signedIn({ javaScriptEnabled: false }, async (page) => {
      await page.getByRole('link', { name: 'Holds', exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Release 3 removals' }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Yes, 3 removals' }).focus();
      await page.keyboard.press('Enter');
      await page.waitForURL(/done=released/);
      expect(await page.getByRole('status').textContent()).toContain('The plan is released.');
    });
    const plan = await createHoldStore(stack.storage).get(ORGANIZATION, stack.planHash);
    expect(plan?.releasedBy).toMatchObject({ kind: 'key-holder', name: 'Maria Lead' });
  });

  it('compares two nights and ends the session, without JavaScript', async () => {
    await signedIn({ javaScriptEnabled: false }, async (page) => {
      await page.getByRole('link', { name: 'Nights', exact: true }).click();
      await page.getByLabel('Compared with').selectOption('2026-11-19 02:00 UTC');
      await page.getByRole('button', { name: 'Compare' }).click();
      await page.waitForURL(/before=20261119T0200/);
      expect(await page.locator('main').textContent()).toContain('Since 2026-11-19 02:00 UTC');
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByLabel('Key').waitFor();
    });
  });

  it('opens the whole report, and its filter works there', async () => {
    await signedIn({}, async (page) => {
      await page.getByRole('link', { name: 'The whole report' }).click();
      await page.getByLabel('Severity').selectOption('critical');
      expect(await page.locator('#count').textContent()).toMatch(/^1 of \d+ findings shown$/);
    });
  });
});
