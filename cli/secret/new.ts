import type { Command } from 'commander';
import { tellAnswer, withFormats, type Answer, type RunState } from '../answer';
import { CommandFailure } from '../command-failure';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { readPolicy } from '../policy/read-policy';
import { nearestWord } from '../../shared/domain/nearest-word';
import type { Feed } from '../../shared/domain/policy';
import { NEW_SECRET_BYTES, writeSecret, type SecretForm } from '../../shared/domain/secret-form-and-faults';
import { secretNeedOf } from '../../shared/webhooks/check-credential';
import { formatsOf, webhookFormatOf } from '../../shared/webhooks/format-registry';

const FEEDS: readonly Feed[] = ['hr', 'ticket'];

const ABOUT_SECRETS = `
The secret is written once, to the standard output, and kept nowhere: pipe it to where it belongs. Without --for it is
32 random bytes in base64, as evidence-key and console-key are.`;

type Options = Readonly<{ for?: string; policy?: string }>;

/** `access secret new`: a secret that can be relied on, in the form that a source needs. */
export function addNewSecret(parent: Command, io: CommandIo, state: RunState): void {
  const command = parent
    .command('new')
    .description('make a secret of random bytes, in the form that a source needs')
    .option(
      '--for <source>',
      'a format, such as standard or jira; with --policy also the name of a source of it',
    )
    .option('--policy <file>', 'the policy file in which the source is')
    .addHelpText('after', ABOUT_SECRETS);
  withFormats(command, { markdown: false });
  withExamples(command, [
    { what: 'for senders of the standard contract', line: 'access secret new --for standard' },
    {
      what: 'for a source of the policy, straight into Key Vault',
      line: 'access secret new --for service-desk --policy policy.yaml | az keyvault secret set --vault-name my-vault --name service-desk-webhook --file /dev/stdin',
    },
    { what: 'for evidence-key', line: 'access secret new' },
  ]);
  command.action(async (options: Options) =>
    tellAnswer(io, state, command, async () => newSecret(io, options)),
  );
}

async function newSecret(io: CommandIo, options: Options): Promise<Answer> {
  const { for: source } = options;
  const form =
    source === undefined ? 'base64' : formFor(source, await formatsMeant(io, source, options.policy));
  const secret = writeSecret(form, io.randomBytes(NEW_SECRET_BYTES));
  return {
    exit: EXIT.done,
    json: { ...(source === undefined ? {} : { for: source }), form, secret },
    text: () => secret,
  };
}

type NamedFormat = Readonly<{ feed: Feed; format: string }>;

/** The formats that a name may mean: those of a source of the policy, else those of that name. */
async function formatsMeant(
  io: CommandIo,
  source: string,
  policyFile: string | undefined,
): Promise<readonly NamedFormat[]> {
  const sources = policyFile === undefined ? [] : (await readPolicy(io, policyFile)).sources;
  const ofPolicy = sources.filter(({ name }) => name === source);
  if (ofPolicy.length > 0) return ofPolicy;
  const named = FEEDS.flatMap((feed) => formatsOf(feed).map((format) => ({ feed, format })));
  const found = named.filter(({ format }) => format === source);
  if (found.length > 0) return found;
  const known = [...new Set([...sources.map(({ name }) => name), ...named.map(({ format }) => format)])];
  const meant = nearestWord(source, known);
  throw new CommandFailure(
    'source-unknown',
    `There is no source or format ${source}: ${meant === undefined ? `there are ${known.join(', ')}` : `is ${meant} meant?`}`,
  );
}

/** @throws CommandFailure where there is nothing to make: the vendor makes it, none is needed, or a name means two things */
function formFor(source: string, formats: readonly NamedFormat[]): SecretForm {
  const forms = new Set(formats.map(({ feed, format }) => formOf(source, feed, format)));
  const [form, ...others] = forms;
  if (form === undefined || others.length > 0)
    throw new CommandFailure(
      'source-ambiguous',
      `${source} is a source of HR and one of tickets, with secrets of other forms`,
      {
        hint: 'Name the format with --for in place of the source',
      },
    );
  return form;
}

function formOf(source: string, feed: Feed, format: string): SecretForm {
  const credential = webhookFormatOf(feed, format)?.credential;
  if (credential === undefined || credential.trust === 'identity')
    throw new CommandFailure('secret-not-needed', `${source} needs no secret: its identity is the proof`, {
      exit: EXIT.no,
    });
  const { form, issuedBy } = secretNeedOf(credential);
  if (issuedBy === 'vendor')
    throw new CommandFailure(
      'secret-of-vendor',
      `The secret of ${source} is made by the vendor (${format})`,
      {
        exit: EXIT.no,
        hint: 'Copy it from where the webhook is set up there',
      },
    );
  return form;
}
