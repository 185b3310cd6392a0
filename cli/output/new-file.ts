import { access, open, rename, rm } from 'node:fs/promises';
import { CommandFailure } from '../command-failure';

/** A file that is there under its name once all of it is written, and for this user alone. */
export type NewFile = Readonly<{
  write: (text: string) => Promise<void>;
  /** Gives it its name. */
  keep: () => Promise<void>;
  /** Leaves nothing of it. */
  discard: () => Promise<void>;
}>;

const FOR_THIS_USER = 0o600;

/** @throws CommandFailure `file-unwritable`, where there is such a file too */
export async function createNewFile(path: string): Promise<NewFile> {
  const part = `${path}.part`;
  if (await isThere(path)) throw unwritable(path, 'there is such a file already');
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(part, 'wx', FOR_THIS_USER);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw unwritable(part, code === 'EEXIST' ? 'another run writes it, or left it: remove it' : code);
  }
  return {
    write: async (text) => {
      await file.write(text);
    },
    keep: async () => {
      await file.close();
      await rename(part, path);
    },
    discard: async () => {
      await file.close();
      await rm(part, { force: true });
    },
  };
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}

function unwritable(path: string, why: string): CommandFailure {
  return new CommandFailure('file-unwritable', `${path} cannot be written: ${why}`);
}
