import { markup } from '../../html/markup';
import { renderNoticePage } from '../page-layout';
import { CONSOLE_PATH } from '../path-and-page-names';

/** Asks for the key and a name; `refused` says what was wrong with the last ones. */
export function renderSignIn(refused: string | undefined): string {
  const alert = refused === undefined ? undefined : markup`<p class="alert" role="alert">${refused}</p>`;
  return renderNoticePage(
    'Sign in',
    markup`${alert}<form method="post" action="${CONSOLE_PATH}-session">
<label>Your name<input name="name" required minlength="3" maxlength="200" autocomplete="username"></label>
<label>Key<input name="key" type="password" required autocomplete="current-password"></label>
<button>Sign in</button></form>
<p class="soft">What you decide is recorded under this name.</p>`,
  );
}

/** Where the platform signs people in. */
export function renderPlatformSignIn(): string {
  return renderNoticePage(
    'Sign in',
    markup`<p><a href="/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(CONSOLE_PATH)}">Sign in with your organization's account</a></p>`,
  );
}
