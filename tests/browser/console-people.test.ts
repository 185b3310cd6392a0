import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { ANA, GROUPS, MALLORY, ORGANIZATION } from '../../sandbox/demo-organization';
import { MANY_GRANTS, startPeopleStack, STRANGE_GROUPS, type PeopleStack } from '../fixtures/people-stack';
import { describeInBrowser, faultsInEveryLook, useBrowser, signIn } from './browser';

const ask = (page: string, asked: Readonly<Record<string, string>> = {}): string =>
  `${page}?${new URLSearchParams(asked).toString()}`;

const PATHS: ReadonlyArray<readonly [string, string]> = [
  ['groups', ask('groups')],
  ['a group', ask('groups', { group: GROUPS.support })],
  ['a group of many', ask('groups', { group: GROUPS.developers })],
  ['what changed in a group', ask('groups', { group: GROUPS.support, show: 'changes' })],
  ['a group with a long name', ask('groups', { group: STRANGE_GROUPS[5] })],
  ['people', ask('people')],
  ['people found', ask('people', { q: 'person' })],
  ['a person', ask('people', { email: ANA })],
  ['a person of UiPath alone', ask('people', { email: MALLORY })],
  ['a person with a thousand grants', ask('people', { email: MANY_GRANTS })],
  ['a day', ask('days')],
  ['requests', ask('requests')],
  ['a request', ask('requests', { id: 'M-0' })],
];

describeInBrowser('the pages of groups, people and days in a browser', () => {
  const browser = useBrowser();
  let stack: PeopleStack;
  beforeAll(async () => {
    stack = await startPeopleStack(300);
  }, 240_000);
  afterAll(async () => stack.close());

  async function signedIn(see: (page: Page) => Promise<void>, javaScriptEnabled = true): Promise<void> {
    const context = await browser().newContext({ javaScriptEnabled });
    try {
      const page = await context.newPage();
      await signIn(page, stack);
      await see(page);
    } finally {
      await context.close();
    }
  }

  it.each(PATHS)('show %s so that axe does not object and nothing is too wide', async (what, path) => {
    await signedIn(async (page) => {
      await page.goto(`${stack.host().url}/api/console/${ORGANIZATION}/${path}`);
      expect(await faultsInEveryLook(page, `console ${what}`)).toEqual([]);
    });
  });

  it('lead from a part of a name to the person, to their group and to what changed in it, without JavaScript', async () => {
    await signedIn(async (page) => {
      await page.getByRole('link', { name: 'People', exact: true }).click();
      await page.getByLabel('Part of a name or an address').fill('ana.p');
      await page.keyboard.press('Enter');
      await page.getByRole('link', { name: ANA }).click();
      await page.getByRole('link', { name: GROUPS.support }).first().click();
      expect(await page.locator('main').textContent()).toContain('requested by');
      await page.getByRole('link', { name: 'What changed in 30 days' }).click();
      expect(await page.locator('main').textContent()).toContain(
        'by this app: by the request standard/REQ-1',
      );
      await page.getByRole('link', { name: 'Days', exact: true }).click();
      expect(await page.locator('main').textContent()).toContain('put in');
      await page.getByRole('link', { name: 'The day before' }).click();
      expect(await page.locator('main').textContent()).toContain('Nobody decided anything.');
    }, false);
  });
});
