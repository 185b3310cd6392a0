import { Command } from 'commander';
import { z } from 'zod';
import { ORGANIZATION } from './demo-organization';
import type { RunningStack } from './running-stack';
import type { PersonAct } from './uipath/people';

const StateSchema = z.object({
  groups: z.array(
    z.object({ name: z.string(), members: z.array(z.object({ name: z.string() }).loose()) }).loose(),
  ),
});

type UiPathIo = Readonly<{
  /** The stack that runs now. */
  runningStack: () => Promise<RunningStack | undefined>;
  say: (text: string) => void;
}>;

type Options = Readonly<{ person: string; group: string; actor: string; json?: true }>;

/** `npm run uipath`: who is in which group of the simulated UiPath, and what a person does there by hand, behind the app's back. */
export function createUiPathCommand(io: UiPathIo): Command {
  const program = new Command('uipath')
    .description(
      'Looks into the simulated UiPath that `npm start` runs, and changes it by hand, behind the app.',
    )
    .showHelpAfterError();
  program
    .command('groups')
    .description('who is in which group')
    .option('--json', 'as one JSON document')
    .action(async ({ json }: Pick<Options, 'json'>) => {
      const { groups } = StateSchema.parse(await ask(io, `/state?organization=${ORGANIZATION}`));
      const shown = groups.map(({ name, members }) => ({ name, members: members.map((one) => one.name) }));
      const lines = shown.map(({ name, members }) => `${name}: ${members.join(', ') || 'nobody'}\n`);
      io.say(json === true ? `${JSON.stringify({ groups: shown }, null, 2)}\n` : lines.join(''));
    });
  for (const name of ['add', 'remove'] as const)
    program
      .command(name)
      .description(
        `${name === 'add' ? 'puts somebody into a group' : 'takes somebody out of a group'} by hand`,
      )
      .requiredOption('--person <email>', 'whom')
      .requiredOption('--group <name>', 'which group')
      .option('--actor <email>', 'who does it', 'olga.admin@acme.example')
      .action(async ({ person, group, actor }: Options) => {
        const by = { actor: { name: actor, email: actor } };
        const both = { add: [], remove: [], [name]: [person] };
        const act: PersonAct = { kind: 'change-members', ...by, group, ...both };
        await ask(io, '/people', { organization: ORGANIZATION, ...act });
        io.say(
          `${actor} ${name === 'add' ? 'put' : 'took'} ${person} ${name === 'add' ? 'into' : 'out of'} ${group}\n`,
        );
      });
  return program;
}

async function ask(io: UiPathIo, path: string, body?: object): Promise<unknown> {
  const running = await io.runningStack();
  if (running === undefined) throw new Error('No stack is running: start one with `npm start`.');
  const request = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const response = await fetch(`${running.uipathControlUrl}${path}`, request);
  const text = await response.text();
  if (!response.ok) throw new Error(`The simulated UiPath refuses: ${text}`);
  const answer: unknown = text === '' ? undefined : JSON.parse(text);
  return answer;
}
