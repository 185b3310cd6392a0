import { Command } from 'commander';
import { toWholeNumber } from '../fixtures/to-whole-number';
import { tryAll } from './try-all';

const program = new Command('tamper')
  .description('Edits stored evidence in every way there is, and asks the verification what it sees.')
  .option('--runs <number>', 'how many edits', toWholeNumber, 1_000)
  .option('--from <seed>', 'the first one', toWholeNumber, 1)
  .option('--json', 'end with one line of JSON');

type Options = Readonly<{ runs: number; from: number; json?: true }>;

async function main(): Promise<void> {
  program.parse();
  const { from, runs, json } = program.opts<Options>();
  const figures = await tryAll({ from, runs }, (text) => {
    process.stderr.write(`${text}\n`);
  });
  const { tried, unnoticed, misnamed, nextNight, turnOfTheMonth } = figures;
  process.stdout.write(
    json === true
      ? `${JSON.stringify(figures)}\n`
      : `${tried} tried, ${unnoticed} unnoticed, ${misnamed} misnamed; ${nextNight} found by the next night, ${turnOfTheMonth} by that of their turn\n`,
  );
  process.exitCode = unnoticed + misnamed === 0 ? 0 : 1;
}

void main();
