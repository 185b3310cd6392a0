import { Agent, request } from 'node:http';
import { workerJoined } from '../../sandbox/events';
import { signPosting } from '../../sandbox/sender';
import type { LoadOrder, LoadResult } from './load';

/** A sender in a process of its own: it takes an order, sends as fast as answers come, and says how long they took. */
process.on('message', (order: LoadOrder) => {
  send(order).then(
    (result) => process.send?.(result),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});

async function send(order: LoadOrder): Promise<LoadResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: order.connections });
  const latencies: number[] = [];
  let refused = 0;
  let sent = 0;
  const startMs = performance.now();
  const endsAtMs = startMs + order.milliseconds;
  const sendOnAndOn = async (): Promise<void> => {
    while (performance.now() < endsAtMs) {
      sent += 1;
      const { body, headers } = nextPosting(order, sent);
      const beforeMs = performance.now();
      const status = await post(agent, order.url, body, headers);
      latencies.push(performance.now() - beforeMs);
      if (status !== 200) refused += 1;
    }
  };
  await Promise.all(Array.from({ length: order.connections }, sendOnAndOn));
  agent.destroy();
  return { latencies, refused, elapsedMs: performance.now() - startMs };
}

/** Every delivery is another one, of the size that is asked for. */
function nextPosting({ bodyBytes, signingSecret }: LoadOrder, count: number) {
  const event = workerJoined(`joiner.${count}@bench.example`, { team: 'team-01' });
  const short = JSON.stringify({ ...event, note: '' });
  const body = JSON.stringify({ ...event, note: 'x'.repeat(Math.max(0, bodyBytes - short.length)) });
  return signPosting(signingSecret, body);
}

function post(
  agent: Agent,
  url: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      agent,
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    };
    const outgoing = request(url, options, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
