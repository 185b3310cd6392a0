import { Argument, InvalidArgumentError, Option, type Command } from 'commander';
import type { z } from 'zod';
import { withFormats, type Answer, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { agoText, instantText } from '../output/instant';
import { markdownText } from '../output/markdown-text';
import { plainText } from '../output/plain-text';
import { createProgress } from '../output/progress';
import { countOf } from '../../shared/domain/desk/organization-status';
import { ComparedNightsSchema, NightSchema, NightsSchema, type Nights } from './answers-of-audits';
import type { Decided, RunningApp } from './ask-app';
import { withConnection } from './connection-options';
import { countsText, findingLines } from './finding-in-words';
import { readPages, withLimit, type LimitOptions } from './paging';
import { tellFromApp } from './tell-from-app';

const POLL_MS = 2_000;
const LONGEST_WAIT_MINUTES = 60;
const UNDER_WAY = 'audit-under-way';

/** `access audit run`, `show` and `compare`: what the nights find. */
export function addAudit(program: Command, io: CommandIo, state: RunState): void {
  const audit = program.command('audit').description('what the nightly audits find, and one that begins now');
  addRun(audit, io, state);
  addShow(audit, io, state);
  addCompare(audit, io, state);
}

function addRun(audit: Command, io: CommandIo, state: RunState): void {
  const run = audit
    .command('run')
    .description('have an audit begin now, in your name; one that is under way is not begun again')
    .addOption(
      new Option(
        '--wait [minutes]',
        `wait for its report, and show it (${LONGEST_WAIT_MINUTES} minutes unless said); one that is under way is waited for first`,
      ).argParser(toMinutes),
    );
  withConnection(run);
  withFormats(run, { markdown: false });
  withExamples(run, [
    { what: 'look now, and go on', line: 'access audit run' },
    { what: 'is all well after a change?', line: 'access audit run --wait' },
  ]);
  run.action(async ({ wait }: Readonly<{ wait?: true | number }>) =>
    tellFromApp(io, state, run, async (app, organization) => {
      let before = await readNights(app, organization);
      const begin = async (): Promise<Decided> => app.decide([organization, 'audits', 'now'], {});
      let { done, words, by } = await begin();
      if (wait === undefined)
        return {
          exit: EXIT.done,
          json: { done, words, by },
          text: (style) =>
            `${style('good', '✔')} ${plainText(words)} (${plainText(by)})\nSee it with: access audit show`,
        };
      const minutes = wait === true ? LONGEST_WAIT_MINUTES : wait;
      const untilMs = io.nowMs() + minutes * 60_000;
      // What it has read already may be of before a change that somebody wants to see.
      while (done === UNDER_WAY) {
        io.stderr.write(
          'An audit is under way that began before: it is waited for, and then one begins that sees what is so now.\n',
        );
        await ended(io, app, { organization, before, minutes, untilMs });
        before = await readNights(app, organization);
        ({ done, words, by } = await begin());
      }
      await ended(io, app, { organization, before, minutes, untilMs });
      return shown(io, app, { organization, night: 'latest', all: false, limit: 200 });
    }),
  );
}

/** Waits for the first report after the nights that were known. @throws CommandFailure `audit-not-ended` */
async function ended(
  io: CommandIo,
  app: RunningApp,
  {
    organization,
    before,
    minutes,
    untilMs,
  }: Readonly<{ organization: string; before: Nights; minutes: number; untilMs: number }>,
): Promise<void> {
  const known = new Set(before.nights.map(({ night }) => night));
  const progress = createProgress(io.stderr, io.nowMs, { what: 'the audit reads, calls to UiPath' });
  try {
    for (;;) {
      await io.sleep(POLL_MS);
      const { nights, underWay } = await readNights(app, organization);
      if (nights.some(({ night }) => !known.has(night))) return;
      progress.at(underWay?.calls ?? 0);
      if (io.nowMs() >= untilMs) break;
    }
  } finally {
    progress.end();
  }
  throw new CommandFailure('audit-not-ended', `The audit has not ended within ${minutes} minutes`, {
    exit: EXIT.no,
    hint: 'It goes on by itself, as it may wait for quota of UiPath. See it later with: access audit show',
  });
}

async function readNights(app: RunningApp, organization: string): Promise<Nights> {
  return app.get([organization, 'audits'], {}, NightsSchema);
}

function addShow(audit: Command, io: CommandIo, state: RunState): void {
  const show = audit
    .command('show')
    .description(
      'what the latest audit found, or that of a day, worst first; ends with 1 where something is open',
    )
    .addArgument(
      new Argument('[night]', 'a day such as 2026-11-21, or the name of a night').default('latest'),
    )
    .addOption(new Option('--all', 'what was accepted or fixed, too'));
  withLimit(show, 'findings');
  withConnection(show);
  withFormats(show, { markdown: true });
  withExamples(show, [
    { what: 'what is wrong, and what is to be done?', line: 'access audit show' },
    { what: 'of a day, with what was accepted', line: 'access audit show 2026-11-21 --all --limit 0' },
  ]);
  show.action(async (night: string, { all, limit }: LimitOptions & Readonly<{ all?: true }>) =>
    tellFromApp(io, state, show, async (app, organization) =>
      shown(io, app, { organization, night, all: all === true, limit }),
    ),
  );
}

async function shown(
  io: CommandIo,
  app: RunningApp,
  asked: Readonly<{ organization: string; night: string; all: boolean; limit: number }>,
): Promise<Answer> {
  const { organization, night, all } = asked;
  const { last, items, more } = await readPages(
    io,
    asked,
    'findings',
    async (skip) =>
      app.get(
        [organization, 'audits', night],
        { skip: String(skip), all: all ? '1' : undefined },
        NightSchema,
      ),
    ({ findings }) => findings,
  );
  const { next: _next, findings: _findings, ...head } = last;
  return nightAnswer({ ...head, findings: items, more });
}

type ShownNight = Readonly<
  Omit<z.infer<typeof NightSchema>, 'next' | 'findings'> & {
    findings: readonly z.infer<typeof NightSchema>['findings'][number][];
    more: number;
  }
>;

function nightAnswer(found: ShownNight): Answer {
  const { result, open, waived, unknown, findings, more, looked, takenAtMs, atMs, night } = found;
  const when = `${instantText(takenAtMs)} (${agoText(takenAtMs, atMs)})`;
  const head = `audit ${night}, ${when}: ${result}, ${countsText(open)} open, ${waived} accepted; looked at ${countOf(looked.groups, 'group')}, ${countOf(looked.members, 'member')}, ${countOf(looked.people, 'person', 'people')}`;
  const rest = more === 0 ? [] : [`and ${more} more: --limit 0 shows all`];
  return {
    exit: result === 'green' ? EXIT.done : EXIT.no,
    json: { ...found },
    text: (style) =>
      [
        plainText(head, 2_000),
        ...unknown.map(({ part, code }) =>
          style('bad', `${plainText(part)} could not be read: ${plainText(code)}`),
        ),
        ...findings.flatMap((finding) => findingLines(finding, style)),
        ...rest,
      ].join('\n'),
    markdown: () =>
      [
        markdownText(head),
        '',
        ...unknown.map(
          ({ part, code }) => `- ${markdownText(part)} could not be read: ${markdownText(code)}`,
        ),
        ...(findings.length === 0
          ? []
          : ['| how bad | what | about | what to do |', '| --- | --- | --- | --- |']),
        ...findings.map(
          ({ severity, title, about, toDo }) =>
            `| ${markdownText(severity)} | ${markdownText(title)} | ${markdownText(about)} | ${markdownText(toDo)} |`,
        ),
        ...rest,
      ].join('\n'),
  };
}

function addCompare(audit: Command, io: CommandIo, state: RunState): void {
  const compare = audit
    .command('compare')
    .description('what appeared, came back, was accepted and was fixed between two nights')
    .addArgument(new Argument('<before>', 'a day such as 2026-11-21, or the name of a night'))
    .addArgument(new Argument('[after]', 'the later one').default('latest'));
  withLimit(compare, 'findings');
  withConnection(compare);
  withFormats(compare, { markdown: false });
  withExamples(compare, [
    { what: 'what is new since Friday?', line: 'access audit compare 2026-11-20' },
    { what: 'between two days', line: 'access audit compare 2026-11-01 2026-11-30 --json' },
  ]);
  compare.action(async (before: string, after: string, options: LimitOptions) =>
    tellFromApp(io, state, compare, async (app, organization) => {
      const { last, items, more } = await readPages(
        io,
        options,
        'findings',
        async (skip) =>
          app.get(
            [organization, 'audits-compared'],
            { before, after, skip: String(skip) },
            ComparedNightsSchema,
          ),
        ({ changes }) => changes,
      );
      const { next: _next, changes: _changes, ...head } = last;
      const { counts } = head;
      return {
        exit: counts.appeared + counts.reopened === 0 ? EXIT.done : EXIT.no,
        json: { ...head, changes: items, more },
        text: (style) =>
          [
            `from ${plainText(head.before.night)} to ${plainText(head.after.night)}: ${counts.appeared} appeared, ${counts.reopened} came back, ${counts.waived} accepted, ${counts.fixed} fixed, ${counts.stillOpen} open as before`,
            ...head.policyChanges.map(
              ({ to, atMs }) => `policy ${plainText(to.slice(0, 12))} in force since ${instantText(atMs)}`,
            ),
            ...items.flatMap((finding) => findingLines(finding, style, `${WORDS[finding.change]}: `)),
            ...(more === 0 ? [] : [`and ${more} more: --limit 0 shows all`]),
          ].join('\n'),
      };
    }),
  );
}

const WORDS = { appeared: 'new', reopened: 'again', waived: 'accepted', fixed: 'fixed' } as const;

function toMinutes(text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('It is a number of minutes from 1 on.');
  return Number(text);
}
