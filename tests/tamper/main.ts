import { parseArgs } from 'node:util';
import { tryAll } from './try-all';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    from: { type: 'string', default: '1' },
    /** End with one line of JSON. */
    json: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const figures = await tryAll({ from: Number(values.from), runs: Number(values.runs) }, (text) => {
    process.stderr.write(`${text}\n`);
  });
  const { tried, unnoticed, misnamed, nextNight, turnOfTheMonth } = figures;
  process.stdout.write(
    values.json
      ? `${JSON.stringify(figures)}\n`
      : `${tried} tried, ${unnoticed} unnoticed, ${misnamed} misnamed; ${nextNight} found by the next night, ${turnOfTheMonth} by that of their turn\n`,
  );
  process.exitCode = unnoticed + misnamed === 0 ? 0 : 1;
}

void main();
