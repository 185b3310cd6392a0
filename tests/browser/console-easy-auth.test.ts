import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ORGANIZATION } from '../../sandbox/demo-organization';
import { createDeadDeliveries } from '../../shared/storage/dead-deliveries';
import { DEAD, startConsoleStack, type ConsoleStack } from '../fixtures/console-stack';
import { EASY_AUTH, OPERATOR, principalHeaders, READER } from '../fixtures/easy-auth';
import { describeInBrowser, faultsInEveryLook, useBrowser } from './browser';

const PAGES = ['Today', 'Findings', 'Holds', 'People', 'Requests', 'Dead letters', 'Sources'];

describeInBrowser('the console in a browser that the platform signed in', () => {
  const browser = useBrowser();
  let stack: ConsoleStack;
  beforeAll(async () => {
    stack = await startConsoleStack(EASY_AUTH);
  }, 180_000);
  afterAll(async () => stack.close());

  async function asPerson(name: string | undefined, see: (page: Page) => Promise<void>): Promise<void> {
    const context = await browser().newContext({
      javaScriptEnabled: name === undefined,
      extraHTTPHeaders: name === undefined ? {} : principalHeaders(name),
    });
    try {
      const page = await context.newPage();
      await page.goto(`${stack.host().url}/api/console`);
      await see(page);
    } finally {
      await context.close();
    }
  }

  it('sends whoever is nobody to the sign-in of the platform, in every look', async () => {
    await asPerson(undefined, async (page) => {
      const link = page.getByRole('link', { name: "Sign in with your organization's account" });
      expect(await link.getAttribute('href')).toBe(
        '/.auth/login/aad?post_login_redirect_uri=%2Fapi%2Fconsole',
      );
      expect(await faultsInEveryLook(page, 'console platform sign-in')).toEqual([]);
    });
  });

  it('leads a reader through every page, and to no form that changes anything', async () => {
    await asPerson(READER, async (page) => {
      for (const title of PAGES) {
        await page.getByRole('link', { name: title, exact: true }).click();
        expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(title);
        expect(await page.locator('form[method=post]').count()).toBe(0);
      }
      expect(page.url()).toContain(`/${ORGANIZATION}/`);
    });
  });

  it('lets an operator close a dead delivery, with the keyboard alone and a reason', async () => {
    await asPerson(OPERATOR, async (page) => {
      await page.getByRole('link', { name: 'Dead letters', exact: true }).click();
      await page.getByText('Close it without following it').first().focus();
      await page.keyboard.press('Enter');
      await page.getByLabel('Reason').first().fill('Sent by mistake');
      await page.keyboard.press('Enter');
      await page.waitForURL(/done=closed/);
      expect(await page.getByRole('status').textContent()).toContain('The delivery is closed for good.');
    });
    const dead = await createDeadDeliveries(stack.storage).list('hr', 'standard');
    expect(dead.map(({ deliveryId }) => deliveryId)).toEqual(DEAD.slice(1));
  });
});
