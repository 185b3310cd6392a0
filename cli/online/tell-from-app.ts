import type { Command } from 'commander';
import { tellAnswer, type Answer, type RunState } from '../answer';
import type { CommandIo } from '../command-io';
import { connect, type RunningApp } from './ask-app';
import { organizationOf } from './connection-options';
import type { ConnectionOptions } from './sign-in';

/** Signs in, finds the organization that is meant, and tells what the app answers of it. */
export async function tellFromApp(
  io: CommandIo,
  state: RunState,
  command: Command,
  answer: (app: RunningApp, organization: string) => Promise<Answer>,
): Promise<void> {
  const options = command.opts<ConnectionOptions>();
  await tellAnswer(io, state, command, async () => {
    const app = await connect(io, options);
    return answer(app, await organizationOf(app, options.organization ?? io.env('ACCESS_ORGANIZATION')));
  });
}
