import { Argument, Option, type Command } from 'commander';
import { withFormats, type Answer, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { instantText } from '../output/instant';
import { plainText } from '../output/plain-text';
import type { TextStyle } from '../output/text-style';
import { groupNamesOf, guardText, removalText } from '../../shared/domain/desk/hold-in-words';
import { countOf } from '../../shared/domain/desk/organization-status';
import { HoldSchema, HoldsSchema, type ShownHold } from './answers';
import type { RunningApp } from './ask-app';
import { withConnection } from './connection-options';
import { oneNamed } from './one-named';
import { tellFromApp } from './tell-from-app';

/** `access holds`, `access holds show`, `access release` and `access decline`: what guards hold, and what becomes of exactly one of them. */
export function addHolds(program: Command, io: CommandIo, state: RunState): void {
  const holds = program
    .command('holds')
    .description('removals that a guard holds until somebody releases them');
  const list = holds
    .command('list', { isDefault: true })
    .description('the holds that wait for a release, oldest first');
  withConnection(list);
  withFormats(list, { markdown: false });
  withExamples(list, [{ what: 'what waits?', line: 'access holds' }]);
  list.action(async () =>
    tellFromApp(io, state, list, async (app, organization) => {
      const { plans } = await app.get([organization, 'plans'], {}, HoldsSchema);
      return {
        exit: plans.every(({ declined }) => declined !== undefined) ? EXIT.done : EXIT.no,
        json: { holds: plans.map((hold) => ({ ...hold, people: peopleOf(hold) })) },
        text: (style) =>
          plans.length === 0 ? 'nothing is held' : plans.map((hold) => headOf(hold, style)).join('\n'),
      };
    }),
  );
  const show = holds
    .command('show')
    .description('whom a hold would remove from which group, and why')
    .addArgument(new Argument('<hash>', 'the hash of the hold, or its beginning'));
  withConnection(show);
  withFormats(show, { markdown: false });
  withExamples(show, [{ what: 'look before it is released', line: 'access holds show 3f2a9c01' }]);
  show.action(async (hash: string) =>
    tellFromApp(io, state, show, async (app, organization) => shown(await findHold(app, organization, hash))),
  );
  addRelease(program, io, state);
  addDecline(program, io, state);
}

function addRelease(program: Command, io: CommandIo, state: RunState): void {
  const release = program
    .command('release')
    .description('release one hold in your name: exactly its removals, which the next run makes')
    .addArgument(new Argument('<hash>', 'the hash of the hold, or its beginning'))
    .addOption(new Option('--yes <people>', 'do not ask: the number of people whom it removes'));
  withConnection(release);
  withFormats(release, { markdown: false });
  withExamples(release, [
    { what: 'asks for the number of people', line: 'access release 3f2a9c01' },
    { what: 'where nobody can be asked', line: 'access release 3f2a9c01 --yes 12' },
  ]);
  release.action(async (hash: string, { yes }: Readonly<{ yes?: string }>) =>
    tellFromApp(io, state, release, async (app, organization) => {
      const hold = await findHold(app, organization, hash);
      await confirm(io, hold, yes);
      const { words, by } = await app.decide([organization, 'plans', hold.hash], {});
      return {
        exit: EXIT.done,
        json: { hash: hold.hash, people: peopleOf(hold), removals: hold.removals.length, words, by },
        text: (style) => `${style('good', '✔')} ${plainText(words)} (${plainText(by)})`,
      };
    }),
  );
}

function addDecline(program: Command, io: CommandIo, state: RunState): void {
  const decline = program
    .command('decline')
    .description(
      'say in your name that a hold is not to be released: its removals stay held, and it waits for nobody',
    )
    .addArgument(new Argument('<hash>', 'the hash of the hold, or its beginning'))
    .addOption(new Option('--reason <text>', 'why, for the evidence').makeOptionMandatory());
  withConnection(decline);
  withFormats(decline, { markdown: false });
  withExamples(decline, [
    { what: 'a wrong export', line: 'access decline 3f2a9c01 --reason "INC-7: HR sent half a file"' },
  ]);
  decline.action(async (hash: string, { reason }: Readonly<{ reason: string }>) =>
    tellFromApp(io, state, decline, async (app, organization) => {
      const hold = await findHold(app, organization, hash);
      const { words, by } = await app.decide([organization, 'plans', hold.hash], {
        decision: 'decline',
        reason,
      });
      return {
        exit: EXIT.done,
        json: { hash: hold.hash, people: peopleOf(hold), removals: hold.removals.length, words, by },
        text: (style) => `${style('good', '✔')} ${plainText(words)} (${plainText(by)})`,
      };
    }),
  );
}

/** Whoever says how many has looked. @throws CommandFailure `not-confirmed` */
async function confirm(io: CommandIo, hold: ShownHold, yes: string | undefined): Promise<void> {
  const people = peopleOf(hold);
  if (yes === undefined) io.stderr.write(`${shown(hold).text((_kind, text) => text)}\n`);
  const said =
    yes ??
    (await io.ask(
      `It removes ${countOf(hold.removals.length, 'membership')}. Type the number of people to release it: `,
    ));
  if (said?.trim() === String(people)) return;
  throw new CommandFailure(
    'not-confirmed',
    said === undefined
      ? `Nothing is released: nobody can be asked here, and --yes ${people} was not said`
      : 'Nothing is released: that is not the number of people of this hold',
    { hint: `Look at it with: access holds show ${hold.hash.slice(0, 12)}` },
  );
}

/** By its whole hash, as the app names people in one hold, not in the list of all. */
async function findHold(app: RunningApp, organization: string, hash: string): Promise<ShownHold> {
  if (/^[0-9a-f]{64}$/i.test(hash))
    return app.get([organization, 'plans', hash.toLowerCase()], {}, HoldSchema);
  const { plans } = await app.get([organization, 'plans'], {}, HoldsSchema);
  const named = oneNamed(plans, hash, 'hold', 'plan-unknown', (plan) => plan.hash);
  return app.get([organization, 'plans', named.hash], {}, HoldSchema);
}

function shown(hold: ShownHold): Answer {
  return {
    exit: EXIT.done,
    json: { ...hold, people: peopleOf(hold) },
    text: (style) =>
      [
        headOf(hold, style),
        ...hold.guards.map((guard) => `  ${plainText(guardText(guard, groupNamesOf(hold.removals)), 2_000)}`),
        ...hold.removals.map(
          (removal) =>
            `  ${plainText(removal.groupName)}: ${plainText(removal.person ?? removal.memberId)}, ${plainText(removalText(removal), 2_000)}`,
        ),
      ].join('\n'),
  };
}

function headOf(hold: ShownHold, style: TextStyle): string {
  const { hash, state, removals, heldAtMs, expiresAtMs, declined } = hold;
  const since = heldAtMs === null ? '' : `, since ${instantText(heldAtMs)}`;
  const until = expiresAtMs === null ? '' : `, expires ${instantText(expiresAtMs)}`;
  const groups = [...new Set(removals.map(({ groupName }) => groupName))];
  const some =
    groups.length > 3 ? countOf(groups.length, 'group') : groups.map((name) => plainText(name)).join(', ');
  return `${style('strong', plainText(hash.slice(0, 12)))} ${plainText(state)}: ${countOf(peopleOf(hold), 'person', 'people')}, ${countOf(removals.length, 'removal')} (${some})${since}${until}${declined === undefined ? '' : `, declined by ${plainText(nameOf(declined.by))}: ${plainText(declined.reason, 500)}`}`;
}

function nameOf(by: NonNullable<ShownHold['declined']>['by']): string {
  return typeof by === 'string' ? by : (by.name ?? 'the policy');
}

function peopleOf({ removals }: ShownHold): number {
  return new Set(removals.map(({ personKey }) => personKey)).size;
}
