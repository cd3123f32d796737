import { useState } from 'react';
import { Button } from '../../../components/button';
import { Field } from '../../../components/field';
import { useTitle } from '../../../components/page-header';
import { useText } from '../../../lib/i18n/i18n';
import { signIn } from '../../../lib/session';
import { checkToken } from '../api/check-token';

/** Asks for a token and keeps it for this tab. */
export function SignInPage() {
  const t = useText();
  useTitle(t('signIn.title'));
  const [token, setToken] = useState('');
  const [answer, setAnswer] = useState<'unasked' | 'asking' | 'wrong' | 'unreachable'>('unasked');
  const send = async () => {
    setAnswer('asking');
    const verdict = await checkToken(token.trim());
    if (verdict === 'valid') {
      signIn(token.trim());
    } else {
      setAnswer(verdict);
    }
  };
  const errors =
    answer === 'wrong' ? [t('signIn.wrong')] : answer === 'unreachable' ? [t('common.unreachable')] : undefined;
  return (
    <main className="sign-in">
      <form
        className="card"
        onSubmit={event => {
          event.preventDefault();
          void send();
        }}
      >
        <h1>{t('signIn.title')}</h1>
        <p>{t('signIn.text')}</p>
        <pre>./platform tokens create anna</pre>
        <Field label={t('signIn.token')} errors={errors}>
          <input
            type="password"
            autoComplete="off"
            // eslint-disable-next-line jsx-a11y/no-autofocus -- the page is this field
            autoFocus
            value={token}
            onChange={event => setToken(event.target.value)}
          />
        </Field>
        <Button kind="primary" type="submit" disabled={!token.trim() || answer === 'asking'}>
          {t('signIn.send')}
        </Button>
      </form>
    </main>
  );
}
