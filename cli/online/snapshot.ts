import type { Command } from 'commander';
import { withFormats, type RunState } from '../answer';
import { visibleJson } from '../output/visible-json';
import type { CommandIo } from '../command-io';
import { withExamples } from '../examples';
import { EXIT } from '../exit-codes';
import { ExportedSnapshotSchema } from '../snapshot/exported-snapshot-schema';
import { withConnection } from './connection-options';
import { tellFromApp } from './tell-from-app';

/** `access snapshot`: what the last audit saw, as a document for the commands that work without the app. */
export function addSnapshot(program: Command, io: CommandIo, state: RunState): void {
  const command = program
    .command('snapshot')
    .description(
      'print what the last audit saw and what is known of people, for "policy learn" and "what-if"; it has addresses of people',
    );
  withConnection(command);
  withFormats(command, { markdown: false });
  withExamples(command, [
    { what: 'keep it for work without the app', line: 'access snapshot > snapshot.json' },
  ]);
  command.action(async () =>
    tellFromApp(io, state, command, async (app, organization) => {
      const found = await app.get([organization, 'snapshot'], {}, ExportedSnapshotSchema);
      return { exit: EXIT.done, json: found, text: () => visibleJson(found) };
    }),
  );
}
