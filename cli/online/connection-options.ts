import { Option, type Command } from 'commander';
import { z } from 'zod';
import { CommandFailure } from '../command-failure';
import { plainText } from '../output/plain-text';
import type { RunningApp } from './ask-app';

const MySchema = z.object({
  who: z.string(),
  organizations: z.array(z.object({ organization: z.string() })),
});

/** Gives a command the options that say which app is asked, as whom, and about which organization. */
export function withConnection(command: Command): Command {
  return command
    .addOption(new Option('--url <address>', 'the address of the app (or ACCESS_URL)'))
    .addOption(
      new Option(
        '--organization <alias>',
        'the organization, where you may look at several (or ACCESS_ORGANIZATION)',
      ),
    )
    .addOption(new Option('--as <name>', 'who you are, with a key (or ACCESS_NAME)'))
    .addOption(new Option('--key-stdin', 'read the key from the standard input (or ACCESS_KEY)'))
    .addOption(
      new Option('--token-stdin', 'read a token of Entra ID from the standard input (or ACCESS_TOKEN)'),
    );
}

/** The organizations that whoever signed in may look at. @throws CommandFailure `organization-missing` for none */
export async function organizationsOf(app: RunningApp): Promise<readonly string[]> {
  const { who, organizations } = await app.get([], {}, MySchema);
  if (organizations.length === 0)
    throw new CommandFailure('organization-missing', `No organization is open to you, ${plainText(who)}`, {
      hint: 'Who may look is in the policy, under console and decisions.',
    });
  return organizations.map(({ organization }) => organization);
}

/** The one that is named, or the only one. @throws CommandFailure `organization-missing` */
export async function organizationOf(app: RunningApp, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const [only, ...others] = await organizationsOf(app);
  if (only !== undefined && others.length === 0) return only;
  throw new CommandFailure(
    'organization-missing',
    `Name one with --organization: ${[only ?? '', ...others].map((one) => plainText(one)).join(', ')}`,
  );
}
