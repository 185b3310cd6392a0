import { describe, expect, it } from '@jest/globals';
import {
  differenceOf,
  listNights,
  readReport,
  reportAskedFor,
} from '../../../../shared/access/desk/read-report';
import { summarizeNight } from '../../../../shared/domain/audit/audit-summary';
import type { Policy } from '../../../../shared/domain/policy';
import { finding, report } from '../../../fixtures/audit-reports';

const mended = finding();
const reports = [
  report({ night: '20261101T0200', findings: [mended] }),
  report({ night: '20261102T0200', findings: [{ ...mended, state: 'fixed' }] }),
  report({ night: '20261103T0200', findings: [finding({ state: 'new' })] }),
];
const asked: string[] = [];
const deps = {
  policy: async () =>
    ({ hash: '', organizations: new Map([['acme', {}]]), sources: [] }) as unknown as Policy,
  reports: {
    list: async () => reports.map(summarizeNight),
    read: async (_organization: string, night: string) => {
      asked.push(night);
      return reports.find((stored) => stored.night === night);
    },
  },
};

const policyOf = (...aliases: readonly string[]) => ({
  policy: async () =>
    ({
      hash: '',
      organizations: new Map(aliases.map((alias) => [alias, {}])),
      sources: [],
    }) as unknown as Policy,
});

describe('the address reports/latest', () => {
  it('is about the one organization that there is', async () => {
    expect(await reportAskedFor(policyOf('acme'), 'latest', '')).toEqual({
      organization: 'acme',
      night: 'latest',
    });
  });

  it('asks of which where there are several, and names them', async () => {
    await expect(reportAskedFor(policyOf('acme', 'contoso'), 'latest', '')).rejects.toMatchObject({
      code: 'report-unknown',
      message: 'Name one of the organizations: acme, contoso',
    });
  });

  it.each([
    ['acme', ''],
    ['acme', 'latest'],
    ['latest', '202611010200'],
  ])('and reports/%s/%s are left as they are', async (organization, night) => {
    expect(await reportAskedFor(policyOf('acme'), organization, night)).toEqual({ organization, night });
  });

  it('is about an organization of that name, if somebody has one', async () => {
    expect(await reportAskedFor(policyOf('latest'), 'latest', '')).toEqual({
      organization: 'latest',
      night: '',
    });
  });
});

describe('a report', () => {
  it('is that of the latest night, beside the night before', async () => {
    const { report: latest, before, nights } = await readReport(deps, 'acme', 'latest');
    expect([latest.night, before?.night]).toEqual(['20261103T0200', '20261102T0200']);
    expect(nights.map(({ night }) => night)).toEqual(reports.map(({ night }) => night));
  });

  it('of an earlier night knows nothing of later ones', async () => {
    const { before, nights } = await readReport(deps, 'acme', '20261102T0200');
    expect(before?.night).toBe('20261101T0200');
    expect(nights).toHaveLength(2);
  });

  it('of the first night stands alone', async () => {
    expect((await readReport(deps, 'acme', '20261101T0200')).before).toBeUndefined();
  });

  it('is compared with the night that is asked for', async () => {
    const difference = differenceOf(await readReport(deps, 'acme', 'latest', '20261101T0200'));
    expect(difference).toMatchObject({ night: '20261103T0200', comparedWith: '20261101T0200', stillOpen: 0 });
    expect(difference.fixed).toHaveLength(1);
    expect(difference.appeared).toHaveLength(1);
  });

  it.each([
    ['an unknown organization', 'other', 'latest', undefined],
    ['an unknown night', 'acme', '20270101T0200', undefined],
    ['an unknown night to compare with', 'acme', 'latest', '20270101T0200'],
  ])('is not found for %s', async (_case, organization, night, compare) => {
    await expect(readReport(deps, organization, night, compare)).rejects.toMatchObject({
      code: 'report-unknown',
    });
  });

  it.each(['../other/latest', 'a/b', '', 'x'.repeat(41)])(
    'is never looked for under the name %j',
    async (night) => {
      asked.length = 0;
      await expect(readReport(deps, 'acme', night)).rejects.toMatchObject({ code: 'report-unknown' });
      expect(asked).toEqual([]);
    },
  );
});

it('lists nights of organizations of the policy only', async () => {
  await expect(listNights(deps, 'acme')).resolves.toHaveLength(3);
  await expect(listNights(deps, 'other')).rejects.toMatchObject({ code: 'report-unknown' });
});
