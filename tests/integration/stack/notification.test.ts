import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { ADMINISTRATOR, demoPolicy, GROUPS, MALLORY, ORGANIZATION } from '../../../sandbox/demo-organization';
import { portOf } from '../../../sandbox/free-port';
import { startStack, type Stack } from '../../../sandbox/stack';
import { signedHeaders, signingSecret } from '../../fakes/signed-delivery';
import { eventually } from './calls';

type Received = Readonly<{ headers: IncomingMessage['headers']; body: string }>;

const received: Received[] = [];
const server = createServer((request, response) => void take(request, response));
async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
  received.push({ headers: request.headers, body: await text(request) });
  response.writeHead(204).end();
}

let stack: Stack;
beforeAll(async () => {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const notify = `    notify:
      - { name: operations, url: "http://127.0.0.1:${portOf(server)}/hook", secret: notify-operations }
sources:`;
  stack = await startStack({
    policy: (identityBaseUrl) => demoPolicy(identityBaseUrl).replace('sources:', notify),
    secrets: { 'notify-operations': signingSecret },
  });
}, 180_000);
afterAll(async () => {
  await stack.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

it('reaches its receiver after an audit found something, signed, with what was found', async () => {
  stack.uipath.actAsPerson(ORGANIZATION, {
    kind: 'change-members',
    actor: { name: 'Olga Admin', email: ADMINISTRATOR },
    group: GROUPS.developers,
    add: [MALLORY],
  });
  await stack.host().invokeTimer('access-audit');
  const { headers, body } = await eventually('the receiver is told', () => received[0], 60_000);
  const sent = JSON.parse(body) as {
    data: { organization: string; appeared: Array<{ check: string; subject: Record<string, string> }> };
  };
  expect(sent.data.organization).toBe(ORGANIZATION);
  expect(sent.data.appeared).toContainEqual(
    expect.objectContaining({
      check: 'member-without-reason',
      subject: expect.objectContaining({ memberId: stack.uipath.idOf(ORGANIZATION, MALLORY) }),
    }),
  );
  const [id, atMs] = [String(headers['webhook-id']), Number(headers['webhook-timestamp']) * 1000];
  expect(headers).toMatchObject(signedHeaders(body, { id, atMs }));
});
