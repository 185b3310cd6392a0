import { EXIT, type ExitCode } from './exit-codes';

/** Why a command has no answer. The message is safe to show; `hint` says what to do. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly code: string;
  readonly exit: ExitCode;
  readonly hint: string | undefined;

  constructor(
    code: string,
    message: string,
    { exit = EXIT.misuse, hint, cause }: Readonly<{ exit?: ExitCode; hint?: string; cause?: unknown }> = {},
  ) {
    super(message, { cause });
    this.code = code;
    this.exit = exit;
    this.hint = hint;
  }
}
