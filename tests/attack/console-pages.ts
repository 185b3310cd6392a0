import { randomBytes } from 'node:crypto';
import { GROUPS, ORGANIZATION } from '../../sandbox/demo-organization';
import { createReportStore } from '../../shared/storage/reports';
import { HOSTILE_NAMES, hostileReport, NIGHT_MS, report } from '../fixtures/audit-reports';
import { HOSTILE, type ConsoleStack } from '../fixtures/console-stack';
import { cookieOf, visit } from '../fixtures/console-visit';
import { send } from '../integration/stack/calls';
import { attacksOn } from './attack';
import type { Control } from './control';

const PAGES = [
  'today',
  'findings',
  'nights',
  'plans',
  'proposed-plans',
  'groups',
  'people',
  'days',
  'requests',
  'dead-letters',
  'sources',
];

async function open(stack: ConsoleStack, path: string): Promise<string> {
  const { open: show, post } = visit(stack, () => ({}));
  const [a, b] = randomBytes(2);
  const at = { 'x-forwarded-for': `203.0.${String(a)}.${String(b)}` };
  const cookie = cookieOf(await post('-session', { name: 'Maria Lead', key: stack.consoleKey }, at));
  return (await show(`/${ORGANIZATION}/${path}`, { cookie })).text;
}

async function ask(stack: ConsoleStack, path: string, key = stack.host().functionKey) {
  return send(`${stack.host().url}/api/${path}`, { headers: { 'x-functions-key': key } });
}

const pageControl: Control = {
  id: 'pages with names from outside',
  says: 'The pages are shown, with the hostile names as text',
  works: async (target) => {
    const stack = await target.console();
    const pages = await Promise.all(PAGES.map(async (page) => open(stack, page)));
    return pages.every((text) => text.includes('</html>')) && pages.some((text) => text.includes('&lt;img'));
  },
};

/** Whether a page has an element or an attribute that came from outside. */
function isInjected(text: string): boolean {
  const tags = text.replaceAll(/="[^"]*"/g, '=""');
  return (
    text.includes(HOSTILE) ||
    /<(?:script|img|iframe|object|embed|base)\b/i.test(tags) ||
    /<[^>]*\son\w+\s*=/i.test(tags) ||
    /(?:href|action|src|formaction)\s*=\s*["']?\s*(?:javascript|data|vbscript):/i.test(text)
  );
}

const night = '20261122T0200';

async function storeHostile(stack: ConsoleStack, name: string): Promise<void> {
  const { findings } = hostileReport(name);
  await createReportStore(stack.storage).save(
    ORGANIZATION,
    night,
    report({ night, takenAtMs: NIGHT_MS + 1, findings }),
  );
}

const injections: ReadonlyArray<readonly [id: string, text: string]> = [
  ['script', '<script>alert(1)</script>'],
  ['attribute', '" onmouseover="alert(1)" x="'],
  ['single-quote', "' onfocus='alert(1)' autofocus x='"],
  ['closing-tag', '</bdi></td></table><svg onload=alert(1)>'],
  ['comment', '--><img src=x onerror=alert(1)><!--'],
  ['address', 'javascript:alert(1)'],
  ['entity', '&lt;img src=x onerror=alert(1)&gt;&#60;script&#62;'],
  ['template', '${alert(1)}{{constructor.constructor("alert(1)")()}}<%= 1 %>'],
];

const pages = attacksOn('console', pageControl, [
  {
    id: 'markup-in-names-on-every-page',
    tries: 'Has groups, people, tickets and receivers with names that are elements',
    must: 'Every page shows them as text',
    run: async (target) => {
      const stack = await target.console();
      for (const page of PAGES) if (isInjected(await open(stack, page))) return true;
      return false;
    },
  },
  ...injections.map(([id, text]) => ({
    id: `markup-in-an-address-${id}`,
    tries: `Has somebody open a link whose parameters are markup: ${id}`,
    must: 'The page shows it as text, or not at all',
    run: async (target: Parameters<typeof pageControl.works>[0]) => {
      const stack = await target.console();
      const said = encodeURIComponent(text);
      for (const path of [
        `people?email=${said}`,
        `requests?id=${said}&source=${said}&state=${said}`,
        `nights?night=${said}&before=${said}`,
        `findings?show=${said}`,
        `plans?done=${said}`,
        said,
        `report/${said}`,
      ])
        if (isInjected(await open(stack, path))) return true;
      return false;
    },
  })),
  {
    id: 'redirect-to-another-site',
    tries: 'Has somebody open a link of the console that leads to another site',
    must: 'No answer leads away',
    run: async (target) => {
      const stack = await target.console();
      const { open: show } = visit(stack, () => ({}));
      for (const path of [
        '//evil.example',
        '/%2f%2fevil.example',
        '?next=https://evil.example',
        '/acme/today?return=//evil.example',
      ]) {
        const { headers } = await show(path);
        if (/evil\.example/.test(String(headers['location']))) return true;
      }
      return false;
    },
  },
  {
    id: 'lines-in-a-header',
    tries: 'Writes line breaks into addresses and names, to add headers to an answer',
    must: 'No answer has the header',
    run: async (target) => {
      const stack = await target.console();
      for (const path of [
        `console/${ORGANIZATION}/report/latest%0d%0ax-injected:%201?format=csv`,
        `reports/${ORGANIZATION}/latest%0d%0ax-injected:%201`,
        `console?x=%0d%0ax-injected:%201`,
      ])
        if ('x-injected' in (await ask(stack, path)).headers) return true;
      return false;
    },
  },
]);

const csvControl: Control = {
  id: 'a report as CSV',
  says: 'A report is given as CSV, with its findings',
  works: async (target) => {
    const { text } = await ask(await target.console(), `reports/${ORGANIZATION}/latest?format=csv`);
    return text.split('\r\n').length > 3;
  },
};

const reports = attacksOn('console', csvControl, [
  ...HOSTILE_NAMES.filter(([, name]) => /[=+\-@\uFF1D]/.test(name)).map(([what, name]) => ({
    id: `formula-in-csv-${what.replaceAll(/[^a-z]+/gi, '-')}`.toLowerCase(),
    tries: `Has a group whose name a spreadsheet runs: ${what}`,
    must: 'No cell begins as a formula does',
    alone: true,
    run: async (target: Parameters<typeof csvControl.works>[0]) => {
      const stack = await target.console();
      await storeHostile(stack, name);
      const { text } = await ask(stack, `reports/${ORGANIZATION}/${night}?format=csv`);
      if (!text.includes('member')) throw new Error('The report is not shown');
      return /(?:^|,|\r\n)"[\s\0]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]/.test(text);
    },
  })),
  {
    id: 'rows-made-in-csv',
    tries: 'Has a group whose name ends the cell and the row',
    must: 'There is no row more than there are findings',
    alone: true,
    run: async (target) => {
      const stack = await target.console();
      const name = 'a"\r\n"acme","made","up';
      await storeHostile(stack, name);
      const { text } = await ask(stack, `reports/${ORGANIZATION}/${night}?format=csv`);
      return /\r\n"acme","made","up/.test(text.replaceAll('""', ''));
    },
  },
  {
    id: 'script-in-a-report',
    tries: 'Has a group whose name is a script, in the report that people open as a page',
    must: 'The report shows it as text',
    alone: true,
    run: async (target) => {
      const stack = await target.console();
      await storeHostile(stack, '</script><script>alert(1)</script><img src=x onerror=alert(1)>');
      const { text } = await ask(stack, `reports/${ORGANIZATION}/${night}?format=html`);
      if (!text.includes('alert(1)')) throw new Error('The name is not in the report');
      return text.includes('<script>alert(1)') || text.includes('<img src=x');
    },
  },
]);

const keyControl: Control = {
  id: 'a read with a function key',
  says: 'Reports, plans, requests and dead letters are read with the key',
  works: async (target) => {
    const stack = await target.console();
    const answers = await Promise.all(
      ['reports', 'plans', 'requests', 'dead-letters'].map(async (what) =>
        ask(stack, `${what}/${ORGANIZATION}`),
      ),
    );
    return answers.every(({ status }) => status === 200);
  },
};

const CLOSED = ['reports', 'plans', 'requests', 'dead-letters'].map((what) => `${what}/${ORGANIZATION}`);

const keys = attacksOn('console', keyControl, [
  {
    id: 'function-key-missing',
    tries: 'Reads reports, plans, requests and dead letters with no key, an empty one and a guessed one',
    must: 'Nothing is shown',
    run: async (target) => {
      const stack = await target.console();
      for (const path of [...CLOSED, 'health/ready'])
        for (const key of ['', 'null', 'undefined', stack.consoleKey, 'a'.repeat(5_000)])
          if ((await ask(stack, path, key)).status === 200) return true;
      return false;
    },
  },
  {
    id: 'function-key-around-the-route',
    tries: 'Reads them at addresses that a careless router takes for others',
    must: 'Nothing is shown',
    run: async (target) => {
      const stack = await target.console();
      for (const path of CLOSED.flatMap((one) => [
        `./${one}`,
        `health/../${one}`,
        `health%2f..%2f${one}`,
        `console/../${one}`,
        `/${one}`,
        one.toUpperCase(),
        `${one}/`,
        `${one}%00`,
        `${one};x=1`,
      ]))
        if ((await ask(stack, path, '')).status === 200) return true;
      return false;
    },
  },
  {
    id: 'report-that-is-a-path',
    tries: 'Reads reports of nights that lead to other containers and organizations, with the key',
    must: 'Nothing but reports of that organization is shown',
    run: async (target) => {
      const stack = await target.console();
      for (const name of [
        '..%2f..%2fpolicy%2fpolicy.yaml',
        '..%2fglobex%2flatest',
        '%2e%2e%2fpolicy',
        'latest.json',
        '..',
        'latest%00',
        '__proto__',
      ]) {
        const { status, text } = await ask(stack, `reports/${ORGANIZATION}/${name}`);
        if (
          status === 200 &&
          !text.includes(`"organization":"${ORGANIZATION}"`) &&
          !text.includes('"nights"')
        )
          return true;
        if (text.includes('credentialSecret')) return true;
      }
      return false;
    },
  },
  {
    id: 'query-that-finds-all',
    tries: 'Asks for a request, a plan and a person by ids that are always true in OData',
    must: 'Nothing is found',
    run: async (target) => {
      const stack = await target.console();
      for (const id of [
        "x' or '1' eq '1",
        "' or true or '",
        "REQ-9' or RowKey ge '",
        '%27%20or%20true%20or%20%27',
        '*',
      ])
        for (const what of ['requests', 'plans'])
          if ((await ask(stack, `${what}/${ORGANIZATION}/${encodeURIComponent(id)}`)).status === 200)
            return true;
      const text = await open(stack, `people?email=${encodeURIComponent("x' or PartitionKey ne '")}`);
      return text.includes(GROUPS.support) && text.includes('approved by');
    },
  },
  {
    id: 'id-that-storage-refuses',
    tries: 'Asks for ids of characters that a table key may not have, and of ten thousand characters',
    must: 'It is answered as unknown, and not as a failure',
    run: async (target) => {
      const stack = await target.console();
      for (const id of [
        'a%2Fb',
        'a%5Cb',
        'a%23b',
        'a%3Fb',
        'a%09b',
        'a%7Fb',
        '%C2%85',
        'x'.repeat(10_000),
        '%F0%9F%92%A9',
      ])
        for (const what of ['requests', 'plans', 'reports', 'dead-letters'])
          if ((await ask(stack, `${what}/${ORGANIZATION}/${id}`)).status >= 500) return true;
      return false;
    },
  },
  {
    id: 'organization-of-the-prototype-in-an-address',
    tries: 'Asks for organizations that every object has',
    must: 'There are none',
    run: async (target) => {
      const stack = await target.console();
      for (const alias of ['__proto__', 'constructor', 'toString', '..', '%2e%2e', 'acme%2f..'])
        for (const what of ['reports', 'plans', 'requests', 'dead-letters'])
          if ((await ask(stack, `${what}/${alias}`)).status === 200) return true;
      return false;
    },
  },
  {
    id: 'admin-without-the-master-key',
    tries: "Starts timers and reads keys by the platform's own addresses with a function key",
    must: 'Nothing starts',
    run: async (target) => {
      const stack = await target.console();
      const { url, functionKey } = stack.host();
      for (const path of ['admin/functions/access-audit', 'admin/host/keys', 'runtime/webhooks/x']) {
        const { status } = await send(`${url}/${path}`, {
          method: 'POST',
          headers: { 'x-functions-key': functionKey, 'content-type': 'application/json' },
          pieces: ['{}'],
        });
        if (status >= 200 && status < 300) return true;
      }
      return false;
    },
  },
]);

/** What is shown, and to whom. */
export const pageAttacks = [...pages, ...reports, ...keys];
