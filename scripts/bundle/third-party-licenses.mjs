import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { foldersOf, licenceOf } from './bundled-packages.mjs';

const TEXT_FILE = /^(licen[cs]e|copying|(copyright)?notice|third-?party)/i;
const CODE_FILE = /\.([cm]?[jt]s|json)$/i;
const LINE = '-'.repeat(80);

/**
 * The licences of all packages that the files belong to, by name and version, in full.
 * @throws Error naming every package that says nothing of its licence.
 */
export async function thirdPartyLicenses(files) {
  const packages = await Promise.all(foldersOf(files).map(readPackage));
  const silent = packages.filter(({ license, texts }) => license === undefined && texts.length === 0);
  if (silent.length > 0) {
    throw new Error(`Bundled without a licence: ${silent.map(({ title }) => title).join(', ')}`);
  }
  // One package may lie in several folders.
  const entries = new Map(packages.map((entry) => [entry.title, describe(entry)]));
  const sorted = [...entries.keys()].sort().map((title) => entries.get(title));
  return ['\nThe packages in this bundle and their licences:\n', ...sorted].join('\n');
}

async function readPackage(folder) {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  const { name, version, author } = manifest;
  const names = (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isFile() && TEXT_FILE.test(entry.name) && !CODE_FILE.test(entry.name))
    .map((entry) => entry.name);
  const texts = await Promise.all(names.sort().map((file) => readFile(join(folder, file), 'utf8')));
  return {
    title: `${name} ${version}`,
    license: licenceOf(manifest),
    author: typeof author === 'object' ? author?.name : author,
    texts: texts.map((text) => text.replaceAll('\r\n', '\n').trim()).filter((text) => text !== ''),
  };
}

function describe({ title, license, author, texts }) {
  const body =
    texts.length > 0
      ? texts.join('\n\n')
      : `The package holds no licence text. Its package.json says: ${license}, by ${author ?? 'an author it does not name'}.`;
  return `${LINE}\n${title}\nLicence: ${license ?? 'see the text'}\n${LINE}\n\n${body}\n`;
}
