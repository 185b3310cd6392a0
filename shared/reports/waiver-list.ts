import { describeCheck } from '../domain/audit/check-catalog';
import type { AuditReport } from '../domain/audit/report';
import type { WaiverReach } from '../domain/audit/waiver';
import { markup, name, time, type Markup } from '../html/markup';
import { namedSubjectText } from './describe-finding';

/** The waivers of the policy and what each covered when the report was made; those to be taken out stand first. */
export function renderWaivers({ waivers = [], ownChecks }: AuditReport): Markup | undefined {
  if (waivers.length === 0) return undefined;
  return markup`<h2>Waivers of the policy (${waivers.length})</h2>
    <ul class="list">
      ${waivers
        .toSorted((a, b) => Number(isIdle(b)) - Number(isIdle(a)))
        .map(
          (waiver) =>
            markup`<li>
              <strong>${name(describeCheck(waiver.check, ownChecks).title)}</strong>: ${name(namedSubjectText(waiver))}:
              ${reachText(waiver)}; owner ${name(waiver.owner)}, ticket ${name(waiver.ticket)}, until ${time(waiver.untilMs)}
            </li>`,
        )}
    </ul>`;
}

function isIdle({ state, covers }: WaiverReach): boolean {
  return state === 'ended' || (state === 'in-force' && covers === 0);
}

function reachText({ state, covers }: WaiverReach): string {
  const many = covers === 1 ? '1 finding' : `${covers} findings`;
  if (state === 'ended') return `has ended (${many} not accepted by it any more)`;
  if (state === 'not-begun') return `has not begun (would cover ${many})`;
  return covers === 0 ? 'matches nothing' : `covers ${many}`;
}
