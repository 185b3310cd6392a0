import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { summarizeNight } from '../../shared/domain/audit/audit-summary';
import type { AuditReport } from '../../shared/domain/audit/report';
import { renderReportPage } from '../../shared/reports/report-page';
import {
  eventfulReport,
  finding,
  HOSTILE_NAMES,
  hostileReport,
  NIGHT_MS,
  report,
} from '../fixtures/audit-reports';
import { describeInBrowser, faultsInEveryLook, keepPicture, LOOKS, useBrowser } from './browser';

const DAY_MS = 86_400_000;
const HOSTILE: AuditReport = {
  ...eventfulReport(),
  findings: HOSTILE_NAMES.flatMap(([, name]) => hostileReport(name).findings),
};
const NIGHTS = Array.from({ length: 14 }, (_, day) => ({
  ...summarizeNight(report()),
  takenAtMs: NIGHT_MS + (day - 13) * DAY_MS,
  open: { critical: day % 3, high: (day * 7) % 5, medium: 3, low: day % 2 },
}));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'));
  const context = { before: report({ takenAtMs: NIGHT_MS - DAY_MS }), nights: NIGHTS };
  await writeFile(join(folder, 'report.html'), renderReportPage(eventfulReport(), context));
  await writeFile(join(folder, 'hostile.html'), renderReportPage(HOSTILE, context));
  const findings = Array.from({ length: 5000 }, (_, index) => ({
    ...finding(),
    id: index.toString(16).padStart(16, '0'),
    subject: { group: `group ${index % 40}`, name: `person ${index}` },
  }));
  await writeFile(join(folder, 'large.html'), renderReportPage(report({ findings }), context));
  await writeFile(
    join(folder, 'empty.html'),
    renderReportPage(report({ result: 'green' }), { before: undefined, nights: [] }),
  );
});
afterAll(async () => rm(folder, { recursive: true, force: true }));

describeInBrowser('the report in a browser', () => {
  const browser = useBrowser();
  async function look<T>(
    file: string,
    options: BrowserContextOptions,
    see: (page: Page, errors: readonly string[]) => Promise<T>,
  ): Promise<T> {
    const context = await browser().newContext(options);
    try {
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error') errors.push(message.text());
      });
      page.on('dialog', (dialog) => {
        errors.push(dialog.message());
        void dialog.dismiss();
      });
      await page.goto(pathToFileURL(join(folder, file)).href);
      return await see(page, errors);
    } finally {
      await context.close();
    }
  }

  it.each([
    ['report', LOOKS],
    ['hostile', LOOKS.slice(0, 1)],
  ])('%s: axe does not object, nothing is too wide, nothing of a name runs', async (file, looks) => {
    await look(`${file}.html`, {}, async (page, errors) => {
      expect(await faultsInEveryLook(page, file, looks)).toEqual([]);
      expect([...errors]).toEqual([]);
      expect(await page.locator('img').count()).toBe(0);
    });
  });

  it('filters by words, severity and state, and says how many are shown', async () => {
    await look('report.html', {}, async (page) => {
      await page.getByLabel('Severity').selectOption('medium');
      expect(await page.getByRole('status').textContent()).toBe('3 of 7 findings shown');
      await page.getByLabel('State').selectOption('any-open');
      expect(await page.getByRole('status').textContent()).toBe('1 of 7 findings shown');
      await page.getByLabel('Severity').selectOption('');
      await page.getByLabel('Search').fill('OLGA developers');
      expect(await page.getByRole('status').textContent()).toBe('1 of 7 findings shown');
      expect(await page.locator('#findings section:visible').count()).toBe(1);
      await page.getByLabel('Search').fill('nothing like this');
      expect(await page.locator('#findings section:visible').count()).toBe(0);
    });
  });

  it('is whole without JavaScript, and shows no filter then', async () => {
    await look('report.html', { javaScriptEnabled: false }, async (page) => {
      expect(await page.locator('#findings li[data-state]:visible').count()).toBe(7);
      expect(await page.locator('#filter').isVisible()).toBe(false);
    });
  });

  it('is reached with the keyboard alone, from the link that skips to the findings', async () => {
    await look('report.html', {}, async (page) => {
      const next = async (): Promise<string> => {
        await page.keyboard.press('Tab');
        return String(
          await page.evaluate('document.activeElement.textContent.trim() || document.activeElement.name'),
        );
      };
      expect(await next()).toBe('To the findings');
      await page.keyboard.press('Enter');
      await next();
      expect(await page.evaluate('document.activeElement.closest("#findings") !== null')).toBe(true);
      const inOrder: string[] = [];
      await page.goto(page.url().split('#')[0] ?? '');
      for (let step = 0; step < 40 && !inOrder.includes('search'); step += 1) inOrder.push(await next());
      expect(inOrder).toContain('search');
      expect(inOrder.join(' ')).toContain('The same as a table');
    });
  });

  it('leaves out on paper what only a screen can use', async () => {
    await look('report.html', {}, async (page) => {
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('#filter').isVisible()).toBe(false);
      expect(await page.locator('#findings li[data-state]:visible').count()).toBe(7);
      await keepPicture(page, 'report on paper');
    });
  });

  it('with five thousand findings opens within two seconds, folded', async () => {
    await look('report.html', {}, async (page) => {
      const fromMs = performance.now();
      await page.goto(pathToFileURL(join(folder, 'large.html')).href, { waitUntil: 'load' });
      expect(performance.now() - fromMs).toBeLessThan(2_000);
      expect(await page.locator('#findings li[data-state]:visible').count()).toBe(0);
      expect(await page.locator('#count').textContent()).toBe('5000 of 5000 findings shown');
    });
  });

  it('of a night without findings says so', async () => {
    await look('empty.html', {}, async (page) => {
      expect(await page.getByText('There is no finding.').isVisible()).toBe(true);
    });
  });
});
