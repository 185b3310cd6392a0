import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { requestApproved, workerJoined, workerLeft, workerMoved } from './events';
import type { RunningStack } from './running-stack';
import {
  EXIT_CODES_IN_WORDS,
  idOf,
  parseJson,
  personOf,
  tell,
  type TellIo,
  type TellOptions,
} from './send-and-tell';
import { deliver, post } from './sender';
import { listenedTo, SCIM, secretKeyOf } from './vendors/demo-sources';
import { provision } from './vendors/scim-client';
import { hrPosting, ticketPosting } from './vendors/vendor-posting';

type Options = Readonly<{
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
  secret?: string;
}> &
  TellOptions;

export type SendIo = TellIo &
  Readonly<{
    /** The stack that runs now. */
    runningStack: () => Promise<RunningStack | undefined>;
  }>;

/** `npm run send`: an event as our own contract has it, or as a vendor does, posted to the stack that runs. */
export function createSendCommand(io: SendIo): Command {
  const program = new Command('send')
    .description(
      'Signs an event as Standard Webhooks says, or as a vendor does, and posts it to the stack that `npm start` runs.',
    )
    .option('--url <url>', 'the webhook address; that of the running stack by default')
    .option('--secret <secret>', 'the secret of the sender; that of the running stack by default')
    .option('--source <name>', 'whose format: standard, or a vendor such as bamboohr or jira', 'standard')
    .option('--wait', 'tell what became of it: applied, refused, waiting or held, and why')
    .option('--within <seconds>', 'how long --wait waits at most', toSeconds, 30)
    .option('--json', 'answer and outcome as one JSON document')
    .addHelpText('after', EXIT_CODES_IN_WORDS)
    .showHelpAfterError();
  addHrCommands(program, io);
  addMembershipCommands(program, io);
  addOtherRequests(program, io);
  program
    .command('file')
    .description('any body of your own, in the standard contract')
    .argument('<hr|tickets>', 'which webhook')
    .argument('<path>', 'a JSON file')
    .action(async (feed: string, path: string, _options: unknown, command: Command) => {
      const body = parseJson(await readBody(path), path);
      await send(io, feed === 'hr' ? 'hr' : 'tickets', body, command.optsWithGlobals<Options>());
    });
  return program;
}

function addHrCommands(program: Command, io: SendIo): void {
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
        if (options.source === 'standard') await send(io, 'hr', toBody(options), options);
        else await sendNews(io, name, options);
      });
}

function requestCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(`ticket: ${description}`)
    .option('--requester <email>', 'who asked', 'requester@acme.example')
    .option('--approver <email>', 'who approved', 'ben.lead@acme.example')
    .option('--id <id>', 'the request id');
}

function addMembershipCommands(program: Command, io: SendIo): void {
  for (const kind of ['grant', 'extend', 'revoke'])
    requestCommand(program, kind, `${kind} a membership`)
      .requiredOption('--person <email>', 'whose membership')
      .requiredOption('--group <name>', 'the group, as in the policy')
      .option('--duration <iso8601>', 'for how long, such as P30D or PT1H')
      .action(async (_options: unknown, command: Command) => {
        const options = command.optsWithGlobals<Options>();
        const { person, group, duration } = options;
        const action = { kind, person, group, ...(kind === 'revoke' ? {} : { duration }) };
        if (options.source === 'standard') await sendRequest(io, options, action);
        else await sendTicket(io, kind, options);
      });
}

function addOtherRequests(program: Command, io: SendIo): void {
  requestCommand(program, 'create-rule', 'create an authorization rule')
    .requiredOption('--name <name>', 'the name of the rule')
    .requiredOption('--owner <email>', 'who answers for it')
    .requiredOption('--definition <json>', '{"groups":[…],"conditions":[…]}')
    .option('--duration <iso8601>', 'for how long', 'P30D')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      const { name, owner, duration } = options;
      const definition = parseJson(options.definition, '--definition');
      await sendRequest(io, options, { kind: 'create-rule', name, owner, duration, definition });
    });

  requestCommand(program, 'delete-rule', 'delete an authorization rule')
    .requiredOption('--name <name>', 'the name of the rule')
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<Options>();
      await sendRequest(io, options, { kind: 'delete-rule', name: options.name });
    });

  for (const kind of ['add-policy-entity', 'remove-policy-entity'])
    requestCommand(program, kind, `${kind.split('-')[0] ?? ''} an entry of the access policy`)
      .requiredOption('--entity-type <type>', 'user, group or application')
      .requiredOption('--name <name>', 'its name or address')
      .action(async (_options: unknown, command: Command) => {
        const options = command.optsWithGlobals<Options>();
        await sendRequest(io, options, { kind, entityType: options.entityType, name: options.name });
      });
}

async function sendNews(io: SendIo, kind: 'joiner' | 'mover' | 'leaver', options: Options): Promise<void> {
  const { source, person: email, attribute: attributes } = options;
  const { webhooksUrl, hrApiUrl, secret } = await vendorTarget(io, 'hr', options);
  if (source === SCIM) {
    const baseUrl = options.url ?? webhooksUrl.replace(/webhooks$/, `scim/v2/${source}`);
    const news = { kind, email, attributes };
    await tell(io, options, { feed: 'hr', person: email }, async () =>
      provision({ baseUrl, token: secret }, news),
    );
    return;
  }
  const posting = await hrPosting(source, { kind, email, attributes }, { hrApiUrl, secret });
  await tell(io, options, { feed: 'hr', person: email }, async () =>
    post(options.url ?? `${webhooksUrl}/hr/${source}`, posting),
  );
}

/** Vendors number their tickets: `--id` is the number, and another one each time without it. */
async function sendTicket(io: SendIo, act: string, options: Options): Promise<void> {
  const { source, person, group, duration, requester, approver } = options;
  const { webhooksUrl, ticketApiUrl, secret } = await vendorTarget(io, 'tickets', options);
  const number = Number(options.id?.replaceAll(/\D/g, '') ?? Math.floor(Date.now() / 1000) % 1_000_000);
  const ticket = { number, act, person, group, duration, requester, approver };
  const posting = await ticketPosting(source, ticket, { ticketApiUrl, secret });
  await tell(io, options, { feed: 'tickets', person }, async () =>
    post(options.url ?? `${webhooksUrl}/tickets/${source}`, posting),
  );
}

async function vendorTarget(io: SendIo, feed: 'hr' | 'tickets', options: Options) {
  const running = (await io.runningStack())?.vendors;
  if (running === undefined) throw new Error('No stack is running: start one with `npm start`.');
  const { source, secret = running.secrets[secretKeyOf(feed, source)] } = options;
  if (secret === undefined || !listenedTo[feed].includes(source))
    throw new Error(
      `The running stack has no source ${source} for this. There are: standard, ${listenedTo[feed].join(', ')}`,
    );
  return { ...running, secret };
}

async function sendRequest(io: SendIo, options: Options, action: object): Promise<void> {
  const { requester, approver, id } = options;
  await send(io, 'tickets', requestApproved({ requester, approver }, action, id), options);
}

async function send(io: SendIo, feed: 'hr' | 'tickets', body: unknown, options: Options): Promise<void> {
  if (options.source !== 'standard') throw new Error('Only the source standard has a word for this.');
  const running = (await io.runningStack())?.[feed];
  const url = options.url ?? running?.url;
  const signingSecret = options.secret ?? running?.signingSecret;
  if (url === undefined || signingSecret === undefined)
    throw new Error('No stack is running: start one with `npm start`, or give --url and --secret.');
  const requestId = feed === 'tickets' ? idOf(body) : undefined;
  await tell(io, options, { feed, person: personOf(body), requestId }, async () =>
    deliver(() => ({ url, signingSecret }), body, { withinMs: 5_000 }),
  );
}

async function readBody(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    throw new Error(`${path} cannot be read: is there such a file?`);
  }
}

function toSeconds(text: string): number {
  const seconds = Number(text);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 600)
    throw new InvalidArgumentError('It is a whole number of seconds from 1 to 600.');
  return seconds;
}

function toAttribute(text: string, before: Record<string, string>): Record<string, string> {
  const [name = '', ...value] = text.split('=');
  return { ...before, [name]: value.join('=') };
}
