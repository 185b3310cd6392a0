import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { requestApproved, workerJoined, workerLeft, workerMoved } from './events';
import { readRunningStack } from './running-stack';
import { deliver, post, type SentDelivery } from './sender';
import { SCIM } from './vendors/demo-sources';
import { provision } from './vendors/scim-client';
import { hrPosting, ticketPosting } from './vendors/vendor-posting';

type Options = Readonly<{
  source: string;
  person: string;
  attribute: Record<string, string>;
  group: string;
  duration: string;
  until: string;
  requester: string;
  approver: string;
  id?: string;
  name: string;
  owner: string;
  definition: string;
  entityType: string;
  url?: string;
  secret?: string;
}>;

const program = new Command('send')
  .description(
    'Signs an event as Standard Webhooks says, or as a vendor does, and posts it to the stack that `npm start` runs.',
  )
  .option('--url <url>', 'the webhook address; that of the running stack by default')
  .option('--secret <whsec>', 'the signing secret; that of the running stack by default')
  .option('--source <name>', 'whose format: standard, or a vendor such as bamboohr or jira', 'standard')
  .showHelpAfterError();

for (const [name, description, toBody] of [
  ['joiner', 'somebody starts working', (o: Options) => workerJoined(o.person, o.attribute)],
  ['mover', 'somebody changes', (o: Options) => workerMoved(o.person, o.attribute)],
  ['leaver', 'somebody leaves, at once', (o: Options) => workerLeft(o.person)],
] as const)
  program
    .command(name)
    .description(`HR: ${description}`)
    .requiredOption('--person <email>', 'the worker')
    .option('--attribute <name=value>', 'an attribute, repeatable', toAttribute, {})
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      if (options.source === 'standard') await send('hr', toBody(options), options);
      else await sendNews(name, options);
    });

const request = (name: string, description: string): Command =>
  program
    .command(name)
    .description(`ticket: ${description}`)
    .option('--requester <email>', 'who asked', 'requester@acme.example')
    .option('--approver <email>', 'who approved', 'ben.lead@acme.example')
    .option('--id <id>', 'the request id');

for (const kind of ['grant', 'extend', 'revoke'])
  request(kind, `${kind} a membership`)
    .requiredOption('--person <email>', 'whose membership')
    .requiredOption('--group <name>', 'the group, as in the policy')
    .option('--duration <iso8601>', 'for how long, such as P30D or PT1H')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { person, group, duration } = options;
      if (options.source === 'standard')
        await sendRequest(options, { kind, person, group, ...(kind === 'revoke' ? {} : { duration }) });
      else await sendTicket(kind, options);
    });

request('create-rule', 'create an authorization rule')
  .requiredOption('--name <name>', 'the name of the rule')
  .requiredOption('--owner <email>', 'who answers for it')
  .requiredOption('--definition <json>', '{"groups":[…],"conditions":[…]}')
  .option('--duration <iso8601>', 'for how long', 'P90D')
  .action(async (_options: unknown, command: Command) => {
    const options = command.optsWithGlobals<Options>();
    const { name, owner, duration } = options;
    const definition: unknown = JSON.parse(options.definition);
    await sendRequest(options, { kind: 'create-rule', name, owner, duration, definition });
  });

request('delete-rule', 'delete an authorization rule')
  .requiredOption('--name <name>', 'the name of the rule')
  .action(async (_options: unknown, command: Command) => {
    const options = command.optsWithGlobals<Options>();
    await sendRequest(options, { kind: 'delete-rule', name: options.name });
  });

for (const kind of ['add-policy-entity', 'remove-policy-entity'])
  request(kind, `${kind.split('-')[0] ?? ''} an entry of the access policy`)
    .requiredOption('--entity-type <type>', 'user, group or application')
    .requiredOption('--name <name>', 'its name or address')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await sendRequest(options, { kind, entityType: options.entityType, name: options.name });
    });

program
  .command('file')
  .description('any body of your own')
  .argument('<hr|tickets>', 'which webhook')
  .argument('<path>', 'a JSON file')
  .action(async (feed: string, path: string, _options: unknown, command: Command) => {
    const body: unknown = JSON.parse(await readFile(path, 'utf8'));
    await send(feed === 'hr' ? 'hr' : 'tickets', body, command.optsWithGlobals<Options>());
  });

async function sendNews(kind: 'joiner' | 'mover' | 'leaver', options: Options): Promise<void> {
  const { source, person: email, attribute: attributes } = options;
  const { webhooksUrl, hrApiUrl, secret } = await vendorTarget(options);
  if (source === SCIM) {
    const baseUrl = options.url ?? webhooksUrl.replace(/webhooks$/, `scim/v2/${source}`);
    report(await provision({ baseUrl, token: secret }, { kind, email, attributes }));
    return;
  }
  const posting = await hrPosting(source, { kind, email, attributes }, { hrApiUrl, secret });
  report(await post(options.url ?? `${webhooksUrl}/hr/${source}`, posting));
}

/** Vendors number their tickets: `--id` is the number, and another one each time without it. */
async function sendTicket(act: string, options: Options): Promise<void> {
  const { source, person, group, duration, requester, approver } = options;
  const { webhooksUrl, secret } = await vendorTarget(options);
  const number = Number(options.id?.replaceAll(/\D/g, '') ?? Math.floor(Date.now() / 1000) % 1_000_000);
  const ticket = { number, act, person, group, duration, requester, approver };
  report(
    await post(options.url ?? `${webhooksUrl}/tickets/${source}`, ticketPosting(source, ticket, secret)),
  );
}

async function vendorTarget(
  options: Options,
): Promise<Readonly<{ webhooksUrl: string; hrApiUrl: string; secret: string }>> {
  const running = (await readRunningStack())?.vendors;
  const secret = options.secret ?? running?.secrets[options.source];
  if (running === undefined) throw new Error('No stack is running: start one with `npm start`.');
  if (secret === undefined) throw new Error(`The running stack has no source ${options.source}.`);
  return { ...running, secret };
}

async function sendRequest(options: Options, action: object): Promise<void> {
  const { requester, approver, id } = options;
  await send('tickets', requestApproved({ requester, approver }, action, id), options);
}

async function send(feed: 'hr' | 'tickets', body: unknown, options: Options): Promise<void> {
  const running = (await readRunningStack())?.[feed];
  const url = options.url ?? running?.url;
  const signingSecret = options.secret ?? running?.signingSecret;
  if (url === undefined || signingSecret === undefined)
    throw new Error('No stack is running: start one with `npm start`, or give --url and --secret.');
  report(await deliver(() => ({ url, signingSecret }), body, { withinMs: 5_000 }));
}

function report(sent: SentDelivery): void {
  process.stdout.write(
    `${sent.status === 0 ? 'no answer' : sent.status} ${JSON.stringify(sent.body, null, 2)}\n`,
  );
  process.exitCode = sent.status >= 200 && sent.status < 300 ? 0 : 1;
}

function toAttribute(text: string, before: Record<string, string>): Record<string, string> {
  const [name = '', ...value] = text.split('=');
  return { ...before, [name]: value.join('=') };
}

program.parseAsync().catch((error: unknown) => {
  process.stderr.write(`send: ${error instanceof Error ? error.message : 'failed'}\n`);
  process.exitCode = 1;
});
