import { describe, expect, it } from '@jest/globals';
import { access } from '../../fakes/run-access';
import { policyFile } from '../../fixtures/policy-files';
import { faultInSecret, type SecretForm } from '../../../shared/domain/secret-form-and-faults';
import { formatsOf } from '../../../shared/webhooks/format-registry';

const NEW = ['secret', 'new'];
const FILES = { 'policy.yaml': policyFile('groups: {}') };

describe('access secret new', () => {
  it.each<[string, SecretForm, readonly string[]]>([
    ['of our own keys', 'base64', []],
    ['of the standard contract', 'whsec', ['--for', 'standard']],
    ['of a source of the policy', 'whsec', ['--for', 'desk', '--policy', 'policy.yaml']],
    ['of a ticket system', 'text', ['--for', 'github']],
    ['that is a token', 'text', ['--for', 'scim']],
  ])('writes a secret %s once, in its form, and nothing else', async (_what, form, words) => {
    const { exit, stdout, stderr } = await access([...NEW, ...words], FILES);
    expect({ exit, stderr, lines: stdout.split('\n').length }).toEqual({ exit: 0, stderr: '', lines: 2 });
    expect(faultInSecret({ form }, stdout)).toBeUndefined();
    const { stdout: json } = await access([...NEW, ...words, '--json'], FILES);
    expect(JSON.parse(json)).toMatchObject({ command: 'secret new', form, secret: stdout.trim() });
  });

  it.each([...new Set([...formatsOf('hr'), ...formatsOf('ticket')])])(
    'has an answer for %s',
    async (format) => {
      const { exit, stdout, stderr } = await access([...NEW, '--for', format]);
      const isRefused = /is made by the vendor|needs no secret/.test(stderr);
      expect({ exit, isSaid: stdout !== '', stderr: isRefused ? '' : stderr }).toEqual({
        exit: isRefused ? 1 : 0,
        isSaid: !isRefused,
        stderr: '',
      });
    },
  );

  it('ends with 2 for a source that is not known', async () => {
    const { exit, stdout, stderr } = await access([...NEW, '--for', 'jirra']);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: '' });
    expect(stderr).toBe('access: There is no source or format jirra: is jira meant?\n');
    expect((await access([...NEW, '--for', 'nothing-like-it'])).stderr).toContain('there are standard, ');
  });

  it('ends with 2 where a name means two things', async () => {
    const files = { p: FILES['policy.yaml'].replace('desk: { format: standard', 'main: { format: github') };
    expect(await access([...NEW, '--for', 'main', '--policy', 'p'], files)).toMatchObject({
      exit: 2,
      stderr: expect.stringContaining('Name the format with --for'),
    });
  });

  it('says that it is written once with its help', async () => {
    expect((await access([...NEW, '--help'])).stdout).toContain('written once, to the standard output');
  });
});
