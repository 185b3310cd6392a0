import { fork, type ChildProcess } from 'node:child_process';
import type { Surroundings } from '../engine';
import type { EngineAnswer, EngineOrder, TimeQuestion } from './engine-messages';

type Done = Extract<EngineAnswer, { kind: 'done' }>;

/** Runs the engine in a process of its own. Before each call to UiPath it is asked for the time, and UiPath's clock moves there. */
export async function runEngineProcess(
  script: string,
  order: Omit<EngineOrder, 'connectionString' | 'signingSecret' | 'nowMs'>,
  { connectionString, signingSecret, clock, uipath }: Surroundings,
  progress: (line: string) => void,
): Promise<Done> {
  const child: ChildProcess = fork(script, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const waiting = new Map<number, () => void>();
  let calls = 0;
  const stop = uipath.onRequest(async ({ phase }) => {
    if (phase !== 'before') return;
    calls += 1;
    const question: TimeQuestion = { kind: 'time', call: calls };
    await new Promise<void>((resolve) => {
      waiting.set(question.call, resolve);
      child.send(question);
    });
  });
  try {
    return await new Promise<Done>((resolve, reject) => {
      child.once('exit', () => reject(new Error('The engine ended before it answered')));
      child.on('message', (answer: EngineAnswer) => {
        if (answer.kind === 'done') resolve(answer);
        else if (answer.kind === 'progress') progress(answer.line);
        else {
          clock.moveTo(answer.nowMs);
          waiting.get(answer.call)?.();
          waiting.delete(answer.call);
        }
      });
      child.send({ ...order, connectionString, signingSecret, nowMs: clock.now() } satisfies EngineOrder);
    });
  } finally {
    stop();
    if (child.connected) child.disconnect();
    await exited;
  }
}
