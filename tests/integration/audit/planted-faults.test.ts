import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAzurite, type Azurite } from '../../../sandbox/azurite';
import { auditPlanted, type PlantedAudit } from '../../../sandbox/planted/audit-planted';
import { CHECKS } from '../../../shared/domain/audit/check-catalog';

let azurite: Azurite | undefined;
let audit: PlantedAudit | undefined;
const planted = (): PlantedAudit => {
  if (audit === undefined) throw new Error('Nothing was audited');
  return audit;
};
const inOrder = (lines: readonly string[]): readonly string[] => lines.toSorted((a, b) => (a < b ? -1 : 1));

beforeAll(async () => {
  azurite = await startAzurite();
  audit = await auditPlanted(azurite);
}, 120_000);
afterAll(async () => {
  await azurite?.close();
});

describe('an audit of organizations with planted faults', () => {
  it('finds every fault under its id, and nothing else', () => {
    const { faults, found } = planted();
    const expected = faults.map(
      ({ organization, check, about, id }) => `${organization} ${check} ${about} ${id}`,
    );
    const aboutOf = new Map(faults.map(({ id, about }) => [id, about]));
    const seen = found.map(
      ({ organization, finding: { check, id, subject } }) =>
        `${organization} ${check} ${aboutOf.get(id) ?? JSON.stringify(subject)} ${id}`,
    );
    expect(inOrder(seen)).toEqual(inOrder(expected));
  });

  it.each(['north', 'south', 'east', 'west'])(
    'has at least sixty of them in %s, and as many look-alikes of which it takes none for a fault',
    (alias) => {
      const { faults, lookAlikes, found } = planted();
      const idsOf = (side: typeof faults) =>
        new Set(side.filter(({ organization }) => organization === alias).map(({ id }) => id));
      const ids = new Set(found.map(({ finding }) => finding.id));
      expect(idsOf(faults).size).toBeGreaterThanOrEqual(60);
      expect(idsOf(lookAlikes).size).toBeGreaterThanOrEqual(60);
      expect([...idsOf(lookAlikes)].filter((id) => ids.has(id))).toEqual([]);
    },
  );

  it('has two faults for each check', () => {
    const counts = new Map<string, number>();
    for (const { check } of planted().faults) counts.set(check, (counts.get(check) ?? 0) + 1);
    expect(Object.keys(CHECKS).filter((check) => (counts.get(check) ?? 0) < 2)).toEqual([]);
  });

  it('is green where things only look wrong', () => {
    expect(planted().reports.map(({ organization, result }) => [organization, result])).toEqual([
      ['north', 'red'],
      ['south', 'red'],
      ['east', 'red'],
      ['west', 'red'],
      ['plain', 'red'],
      ['bare', 'red'],
      ['calm', 'green'],
    ]);
  });
});
