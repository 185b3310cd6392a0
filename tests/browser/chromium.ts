import { existsSync } from 'node:fs';

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
];

/** The Chromium that `CHROMIUM_PATH` names, or one in a usual place. */
export function findChromium(): string | undefined {
  return [process.env['CHROMIUM_PATH'], ...USUAL_PATHS].find(
    (path) => path !== undefined && existsSync(path),
  );
}

export const CHROMIUM_ARGUMENTS: readonly string[] = ['--no-sandbox', '--disable-gpu'];
