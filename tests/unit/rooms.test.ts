import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, sep } from 'node:path';

const ROOT = join(__dirname, '../..');
const SHARED = join(ROOT, 'shared');
const OXLINT = join(ROOT, 'node_modules/oxlint/bin/oxlint');

const MOST_FILES = 45;
const MOST_LINES = 250;

/** A file that does not exist imports something: file, what it imports. */
const FORBIDDEN = [
  ['shared/access/intake', '../writer/apply-changes'],
  ['shared/access/intake', '../audit/run-audit'],
  ['shared/access/intake', '../desk/release-hold'],
  ['shared/access/writer', '../audit/run-audit'],
  ['shared/access/writer', '../intake/accept-delivery'],
  ['shared/access/writer', '../desk/release-hold'],
  ['shared/access/audit', '../desk/release-hold'],
  ['shared/access/audit', '../intake/accept-delivery'],
  ['shared/access/audit', '../writer/apply-changes'],
  ['shared/access/desk', '../intake/accept-delivery'],
  ['shared/access/desk', '../writer/apply-changes'],
  ['shared/access/desk', '../audit/run-audit'],
  ['shared/access/desk', '../../access/audit/run-audit'],
  ['shared/access/desk/plans', '../../intake/accept-delivery'],
  ['shared/access/desk/plans', '../../writer/apply-changes'],
  ['shared/access/desk/plans', '../../audit/run-audit'],
  ['shared/access/desk/plans', '../../timer-tick'],
  ['shared/access/desk/plans', '../../../http/problem-response'],
  ['shared/access/ledger', '../desk/release-hold'],
  ['shared/access/ledger', '../intake/accept-delivery'],
  ['shared/access/ledger', '../writer/apply-changes'],
  ['shared/access/ledger', '../audit/run-audit'],
  ['shared/access/ledger/organization', '../../desk/release-hold'],
  ['shared/access/ledger/organization', '../../intake/accept-delivery'],
  ['shared/access/ledger/organization', '../../writer/apply-changes'],
  ['shared/access/ledger/organization', '../../audit/run-audit'],
  ['shared/access/ledger/organization', '../../timer-tick'],
  ['shared/access/writer/released', '../../desk/release-hold'],
  ['shared/access/intake', '../sweep-due-and-pending-work'],
  ['shared/access/writer', '../sweep-due-and-pending-work'],
  ['shared/access/audit', '../sweep-due-and-pending-work'],
  ['shared/access/desk', '../sweep-due-and-pending-work'],
  ['shared/access/ledger', '../sweep-due-and-pending-work'],
  ['shared/access/writer', '../timer-tick'],
  ['shared/access/writer/who-is-who', '../../timer-tick'],
  ['shared/access/writer/who-is-who', '../../intake/accept-delivery'],
  ['shared/access/writer/who-is-who', '../../audit/run-audit'],
  ['shared/access/writer/who-is-who', '../../desk/release-hold'],
  ['shared/access/writer/who-is-who', '../../../http/problem-response'],
  ['shared/access/writer/who-is-who', '@azure/functions'],
  ['shared/access/desk/nights', '../../timer-tick'],
  ['shared/access/desk/nights', '../../intake/accept-delivery'],
  ['shared/access/desk/nights', '../../audit/run-audit'],
  ['shared/access/desk/nights', '../../writer/apply-changes'],
  ['shared/access/desk/nights', '../../../http/problem-response'],
  ['shared/access/desk/nights', '@azure/functions'],
  ['shared/access/desk', '../run-readiness-checks'],
  ['shared/access/ledger', '../forget-old-records'],
  ['shared/access/readiness', '../writer/apply-changes'],
  ['shared/access/readiness', '../desk/release-hold'],
  ['shared/access/readiness', '../../http/problem-response'],
  ['shared/access/readiness', '@azure/functions'],
  ['shared/domain/readiness', '../../tell-cause'],
  ['shared/access/desk', '../../http/problem-response'],
  ['shared/access', '../http/problem-response'],
  ['shared/access', '@azure/functions'],
  ['shared/domain', '../storage/ledger'],
  ['shared/domain', '../access/ledger/update-ledger'],
  ['shared/domain', 'zod'],
  ['shared/domain/plan', '../../storage/holds'],
  ['shared/domain/plan', 'node:fs'],
  ['shared/domain/audit/checks', '../../../storage/findings'],
  ['shared/domain/audit/checks', '../../../uipath/client'],
  ['shared/storage', '../access/intake/accept-delivery'],
  ['shared/storage', '../uipath/client'],
  ['shared/storage/desk', '../../access/desk/release-hold'],
  ['shared/storage/calls', '../../uipath/client'],
  ['shared/uipath', '../storage/quota-gate-per-organization'],
  ['shared/secrets', '../storage/ledger'],
  ['shared/notify', '../uipath/client'],
  ['shared/policy', '../storage/last-good-policy'],
  ['shared/policy', '../access/desk/list-sources'],
  ['shared/webhooks', '../access/intake/accept-delivery'],
  ['shared/webhooks', '../storage/deliveries'],
  ['shared/webhooks/sources', '../../access/intake/accept-delivery'],
  ['shared/webhooks/scim', '../../storage/provisioned-users'],
  ['shared/fetch-back', '../storage/deliveries'],
  ['shared/fetch-back', '../access/intake/look-up-worker'],
  ['shared/console', '../access/audit/run-audit'],
  ['shared/console/pages', '../../uipath/client'],
  ['shared/http', '../storage/reports'],
  ['shared/reports', '../storage/reports'],
  ['shared/html', '../console/page-layout'],
] as const;

const ALLOWED = [
  ['shared/access/intake', '../ledger/update-ledger'],
  ['shared/access/writer', '../ledger/update-ledger'],
  ['shared/access/writer/who-is-who', '../../ledger/update-ledger'],
  ['shared/access/writer/who-is-who', '../load-person'],
  ['shared/access/ledger/organization', '../update-ledger'],
  ['shared/access/writer/released', '../load-person'],
  ['shared/access/audit', '../ledger/request-remediation'],
  ['shared/access/desk', '../ledger/list-holds'],
  ['shared/access/desk', '../../domain/plan/hold'],
  ['shared/access/desk/plans', '../../ledger/update-ledger'],
  ['shared/access/desk/plans', '../require-reason'],
  ['shared/access/ledger', '../../domain/ledger/subject'],
  ['shared/access', './writer/apply-changes'],
  ['shared/access/readiness', '../run-readiness-checks'],
  ['shared/access/readiness', '../../domain/readiness/judge-clock'],
  ['shared/domain', 'node:crypto'],
  ['shared/storage/calls', '../../domain/fold'],
  ['shared/domain/plan', '../policy'],
  ['shared/domain/audit/checks', '../../plan/hard-stops'],
  ['shared/storage', '../domain/plan/hold'],
  ['shared/storage/desk', '../../domain/decider'],
  ['shared/storage/desk', '../record-table'],
  ['shared/uipath', '../errors'],
  ['shared/policy', '../webhooks/format-registry'],
  ['shared/webhooks/sources', '../../domain/source-settings'],
  ['shared/fetch-back', '../webhooks/derive-worker-events'],
  ['shared/console/pages', '../../access/desk/list-requests'],
  ['shared/http', '../access/intake/accept-delivery'],
  ['shared/reports', '../html/markup'],
] as const;

/** Files that import each other: by their types only, and by no more than they may. */
const CYCLE = {
  'shared/domain/cycle-one.ts': "import type { Other } from './cycle-other';\nexport type One = Other | 1;\n",
  'shared/domain/cycle-other.ts': "import type { One } from './cycle-one';\nexport type Other = One | 2;\n",
};

type Diagnostic = Readonly<{ code: string; filename: string }>;

function fileOf(kind: string, index: number, folder: string): string {
  return `${folder}/${kind}-${index}.ts`;
}

/** A value and a type, so that neither way in is open. */
function importing(specifier: string): string {
  return `import { value } from '${specifier}';\nimport type { Kind } from '${specifier}';\nexport const made: Kind = value;\n`;
}

/** Runs the project's own rules over files in a folder of their own; type-aware rules need a project and are left out. */
async function lint(folder: string): Promise<readonly Diagnostic[]> {
  const rules = JSON.parse(await readFile(join(ROOT, '.oxlintrc.json'), 'utf8')) as object;
  await writeFile(
    join(folder, '.oxlintrc.json'),
    JSON.stringify({ ...rules, $schema: undefined, options: { typeAware: false } }),
  );
  const files = {
    ...CYCLE,
    ...Object.fromEntries(
      FORBIDDEN.map(([at, what], index) => [fileOf('forbidden', index, at), importing(what)]),
    ),
    ...Object.fromEntries(
      ALLOWED.map(([at, what], index) => [fileOf('allowed', index, at), importing(what)]),
    ),
  };
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const printed = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [OXLINT, '--format', 'json', 'shared'],
      { cwd: folder, maxBuffer: 16_000_000 },
      // It ends with 1 where it finds something, which here it should.
      (_error, stdout) => {
        resolve(stdout);
      },
    );
  });
  const { diagnostics } = JSON.parse(printed) as { diagnostics: readonly Diagnostic[] };
  return diagnostics.map(({ code, filename }) => ({ code, filename: filename.split(sep).join('/') }));
}

async function sourceFiles(): Promise<ReadonlyArray<Readonly<{ path: string; text: string }>>> {
  const entries = await readdir(SHARED, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'));
  return Promise.all(
    files.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return {
        path: relative(ROOT, path).split(sep).join('/'),
        text: await readFile(path, 'utf8'),
      };
    }),
  );
}

function countBy(keys: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}

describe('the walls between the rooms', () => {
  let folder = '';
  let diagnostics: readonly Diagnostic[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'rooms-'));
    diagnostics = await lint(folder);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  const codesOf = (file: string): readonly string[] =>
    diagnostics.filter(({ filename }) => filename.endsWith(file)).map(({ code }) => code);

  it('are tried with files that exist', () => {
    const specifiers = [...FORBIDDEN, ...ALLOWED].filter(([, what]) => what.startsWith('.'));
    const gone = specifiers.filter(([at, what]) => !existsSync(`${join(ROOT, at, what)}.ts`));
    expect(specifiers.length).toBeGreaterThan(50);
    expect(gone).toEqual([]);
  });

  it.each(FORBIDDEN.map(([at, what], index) => [at, what, index] as const))(
    'keeps %s from importing %s, values and types',
    (at, _what, index) => {
      expect(codesOf(fileOf('forbidden', index, at))).toEqual([
        'eslint(no-restricted-imports)',
        'eslint(no-restricted-imports)',
      ]);
    },
  );

  it.each(ALLOWED.map(([at, what], index) => [at, what, index] as const))(
    'lets %s import %s',
    (at, _what, index) => {
      expect(codesOf(fileOf('allowed', index, at))).toEqual([]);
    },
  );

  it('reports a cycle that is made of type imports only', () => {
    expect(Object.keys(CYCLE).map((file) => codesOf(file))).toEqual([
      ['import(no-cycle)'],
      ['import(no-cycle)'],
    ]);
  });
});

describe('the rooms themselves', () => {
  it(`hold at most ${MOST_FILES} files each`, async () => {
    const folders = countBy((await sourceFiles()).map(({ path }) => dirname(path)));
    expect([...folders].filter(([, count]) => count > MOST_FILES)).toEqual([]);
  });

  it(`hold no file of more than ${MOST_LINES} lines`, async () => {
    const lengths = (await sourceFiles()).map(
      ({ path, text }) => [path, text.split('\n').length - 1] as const,
    );
    expect(lengths.filter(([, lines]) => lines > MOST_LINES)).toEqual([]);
  });

  it('declare each type name once, so that a search for it leads to one place', async () => {
    const names = (await sourceFiles()).flatMap(({ text }) =>
      [...text.matchAll(/^(?:export )?type (\w+)/gm)].map(([, name = '']) => name),
    );
    expect(names.length).toBeGreaterThan(400);
    expect([...countBy(names)].filter(([, count]) => count > 1)).toEqual([]);
  });
});
