import Table from 'cli-table3';
import { startAzurite } from './azurite';
import { auditPlanted } from './planted/audit-planted';

type CheckLine = Readonly<{
  check: string;
  planted: number;
  found: number;
  lookAlikes: number;
  wrong: number;
}>;

/** Audits organizations in which faults were planted, and says of each check what it found. False: a fault was missed, or a look-alike taken for one. */
export async function demoAudit(json: boolean): Promise<boolean> {
  const azurite = await startAzurite();
  try {
    const { faults, lookAlikes, found } = await auditPlanted(azurite);
    const ids = new Set(found.map(({ finding }) => finding.id));
    const planted = new Set(faults.map(({ id }) => id));
    const checks = [...new Set([...faults, ...lookAlikes].map(({ check }) => check))];
    const lines = checks.map((check): CheckLine => {
      const own = faults.filter((fault) => fault.check === check);
      return {
        check,
        planted: own.length,
        found: own.filter(({ id }) => ids.has(id)).length,
        lookAlikes: lookAlikes.filter((one) => one.check === check).length,
        wrong: found.filter(({ finding }) => finding.check === check && !planted.has(finding.id)).length,
      };
    });
    const sum = (figure: Exclude<keyof CheckLine, 'check'>): number =>
      lines.reduce((total, line) => total + line[figure], 0);
    const totals = {
      planted: sum('planted'),
      found: sum('found'),
      lookAlikes: sum('lookAlikes'),
      wrong: sum('wrong'),
    };
    process.stdout.write(
      json
        ? `${JSON.stringify({ ...totals, checks: lines })}\n`
        : `${toTable(lines)}\n${toSentence(totals)}\n`,
    );
    return totals.found === totals.planted && totals.wrong === 0;
  } finally {
    await azurite.close();
  }
}

function toTable(lines: readonly CheckLine[]): string {
  const table = new Table({
    head: ['check', 'planted', 'found', 'look-alikes', 'taken for faults'],
    style: { head: [], border: [] },
  });
  for (const { check, ...figures } of lines) table.push([check, ...Object.values(figures)]);
  return table.toString();
}

function toSentence({ planted, found, lookAlikes, wrong }: Omit<CheckLine, 'check'>): string {
  return `demo: ${found} of ${planted} planted faults found; ${wrong} of ${lookAlikes} look-alikes taken for faults`;
}
