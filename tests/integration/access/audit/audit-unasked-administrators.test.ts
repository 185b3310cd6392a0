import { describe, expect, it } from '@jest/globals';
import { compareReports, type AuditReport } from '../../../../shared/domain/audit/report';
import { ADMINISTRATORS_GROUP_ID } from '../../../../shared/domain/plan/hard-stops';
import { renderDifference } from '../../../../shared/reports/difference-message';
import { audit, PAUL, ROBOT, unknownIn, useWatchedWorlds } from '../audit-world';
import { BEN, byHand, CARA, MAX, OLGA, type World } from '../world';

const begin = useWatchedWorlds();
const start = async (more: Readonly<Record<string, unknown>> = {}): Promise<World> =>
  begin({ audit: { administrators: undefined, checks: {}, ...more } });

/** What the night's notification says, a line each, without ids and times. */
const notified = (before: AuditReport | undefined, after: AuditReport): readonly string[] => {
  const { text } = JSON.parse(renderDifference(after, before?.night, compareReports(before, after))) as {
    text: string;
  };
  const isOther = /^evidence: |: Condition that nobody meets: /;
  const lines = text.split('\n').filter((line, at) => at > 0 && !isOther.test(line));
  return lines
    .map((line) => line.replace(/directory id [^,]+, /, '').replace(/gone \S+/, 'gone'))
    .toSorted((a, b) => (a < b ? -1 : 1));
};
const unread = (world: World): void => {
  const match = { endpoint: 'G3', path: ADMINISTRATORS_GROUP_ID } as const;
  world.engine.uipath.inject({ kind: 'answer', status: 500, times: 'always', match });
};
const groups = { Developers: {}, Users: {}, Finance: { protectedMembers: [CARA] } };
const UNAGREED = 'high: Administrator whom nobody agreed to: name';
const GONE = 'high: Administrator is gone: name';

describe('administrators, without a word of the policy', () => {
  it('are told by name on the first night, and then whoever came or went, once each', async () => {
    const world = await start();
    byHand(world, 'Administrators', [PAUL, ROBOT]);
    const first = await audit(world);
    expect(notified(undefined, first)).toEqual(
      [
        `new: ${UNAGREED} \`${OLGA}\``,
        `new: ${UNAGREED} \`${PAUL}\``,
        'new: high: Application or robot in a privileged group: name `invoices`, group `administrators`, kind `robot-account`',
        `new: high: Person of another company in a privileged group: name \`${PAUL}\`, group \`administrators\``,
      ].toSorted(),
    );
    const second = await audit(world);
    expect(notified(first, second)).toEqual([]);

    byHand(world, 'Administrators', [BEN], [PAUL, ROBOT]);
    const third = await audit(world);
    expect(notified(second, third)).toEqual(
      [
        'fixed: high: Application or robot in a privileged group: name `invoices`, group `administrators`, kind `robot-account`',
        `fixed: high: Person of another company in a privileged group: name \`${PAUL}\`, group \`administrators\``,
        `fixed: ${UNAGREED} \`${PAUL}\``,
        `new: ${GONE} \`${PAUL}\`, gone`,
        `new: ${GONE} \`${ROBOT}\`, gone`,
        `new: ${UNAGREED} \`${BEN}\``,
      ].toSorted(),
    );
    const came = third.findings.find(({ subject }) => subject['name'] === BEN);
    const gone = third.findings.find(({ check }) => check === 'administrator-gone');
    expect([came?.attribution, gone?.attribution]).toMatchObject([
      { actor: MAX.email },
      { actor: MAX.email },
    ]);
    expect(came?.remediation).toMatchObject({ remove: [world.id(BEN)] });

    let before = third;
    for (let night = 1; night < 7; night += 1) {
      const after = await audit(world);
      expect(notified(before, after)).toEqual([]);
      before = after;
    }
    expect(notified(before, await audit(world))).toEqual([
      `fixed: ${GONE} \`${ROBOT}\`, gone`,
      `fixed: ${GONE} \`${PAUL}\`, gone`,
    ]);
  });

  it('neither come nor go while the list cannot be read, and are compared with the last one that was', async () => {
    const world = await start();
    byHand(world, 'Administrators', [BEN]);
    const first = await audit(world);
    unread(world);
    byHand(world, 'Administrators', [PAUL], [BEN]);
    const second = await audit(world);
    expect(unknownIn(second)).toEqual(['administrators']);
    expect(notified(first, second)).toEqual([
      'new: high: Part could not be read: part `administrators`, code `uipath-unavailable`',
    ]);
    const third = await audit(world);
    expect(notified(second, third)).toEqual([]);
    world.engine.uipath.clearFaults();
    expect(notified(third, await audit(world))).toEqual(
      [
        `fixed: ${UNAGREED} \`${BEN}\``,
        'fixed: high: Part could not be read: part `administrators`, code `uipath-unavailable`',
        `new: ${GONE} \`${BEN}\`, gone`,
        `new: ${UNAGREED} \`${PAUL}\``,
        `new: high: Person of another company in a privileged group: name \`${PAUL}\`, group \`administrators\``,
      ].toSorted(),
    );
  });

  it('are accepted one by one, and gone all the same when they go', async () => {
    const waiver = {
      check: 'administrator-unagreed',
      reason: 'r',
      owner: BEN,
      ticket: 't',
      from: '2026-03-01',
      until: '2026-03-20',
    };
    const world = await start();
    const [olga, ben] = [world.id(OLGA), world.id(BEN)];
    byHand(world, 'Administrators', [BEN]);
    world.setPolicy({
      groups,
      waivers: [olga, ben].map((memberId) => ({ ...waiver, subject: { memberId } })),
      audit: { administrators: undefined },
    });
    const first = await audit(world);
    expect(first.findings.map(({ state }) => state)).toEqual(['waived', 'waived']);
    byHand(world, 'Administrators', [], [BEN]);
    expect(notified(first, await audit(world))).toEqual(
      [`fixed: ${UNAGREED} \`${BEN}\``, `new: ${GONE} \`${BEN}\`, gone`].toSorted(),
    );
  });

  it('are no finding any more once the policy names them', async () => {
    const world = await start();
    const first = await audit(world);
    world.setPolicy({ groups, audit: { administrators: { fewest: 1, people: [OLGA] } } });
    expect(notified(first, await audit(world))).toEqual([`fixed: ${UNAGREED} \`${OLGA}\``]);
  });
});
