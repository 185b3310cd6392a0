import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createNewFile } from '../../../cli/output/new-file';

describe('a file that a command writes', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'new-file-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('has its name once it is whole, and is for this user alone', async () => {
    const path = join(folder, 'out.jsonl');
    const file = await createNewFile(path);
    await file.write('a\n');
    await file.write('b\n');
    expect(await readdir(folder)).toEqual(['out.jsonl.part']);
    await file.keep();
    expect([await readdir(folder), await readFile(path, 'utf8')]).toEqual([['out.jsonl'], 'a\nb\n']);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('leaves nothing where it is given up', async () => {
    const file = await createNewFile(join(folder, 'out.jsonl'));
    await file.write('a\n');
    await file.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes the place of none, and of none that is being written', async () => {
    const path = join(folder, 'out.jsonl');
    await writeFile(path, 'kept');
    await expect(createNewFile(path)).rejects.toMatchObject({ code: 'file-unwritable', exit: 2 });
    expect(await readFile(path, 'utf8')).toBe('kept');
    const other = await createNewFile(join(folder, 'other'));
    await expect(createNewFile(join(folder, 'other'))).rejects.toMatchObject({ code: 'file-unwritable' });
    await other.discard();
    await expect(createNewFile(join(folder, 'no', 'folder'))).rejects.toMatchObject({
      code: 'file-unwritable',
    });
  });
});
