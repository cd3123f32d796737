import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Appearance } from '../../../components/appearance';
import { Button } from '../../../components/button';
import { CopyButton } from '../../../components/copy-button';
import { Field } from '../../../components/field';
import { useTitle } from '../../../components/page-header';
import { useText } from '../../../lib/i18n/i18n';
import { continueWithoutToken, session, signIn } from '../../../lib/session';
import { useStore } from '../../../lib/store';
import { checkToken } from '../api/check-token';

const createToken = './platform tokens create --user NAME --expires 30d';

/** Asks for a token, which is kept until one signs out. */
export function SignInPage() {
  const t = useText();
  useTitle(t('signIn.title'));
  const { token: refused } = useStore(session);
  // A platform on loopback asks its own machine for none.
  const isOptional = useQuery({ queryKey: ['no-token'], queryFn: () => checkToken(null) }).data === 'valid';
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
      <p className="brand">
        <img src="favicon.svg" alt="" width={22} height={22} />
        <span>Platform</span>
      </p>
      <form
        className="card"
        onSubmit={event => {
          event.preventDefault();
          void send();
        }}
      >
        <h1>{t('signIn.title')}</h1>
        {refused && (
          <p role="alert" className="error-text">
            {t('signIn.refused')}
          </p>
        )}
        <p>{t(isOptional ? 'signIn.optional' : 'signIn.text')}</p>
        {!isOptional && (
          <div className="command">
            <pre tabIndex={0} aria-label={t('signIn.command')}>
              {createToken}
            </pre>
            <CopyButton text={createToken} label={t('common.copy')} />
          </div>
        )}
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
        {isOptional && <Button onClick={continueWithoutToken}>{t('signIn.continue')}</Button>}
      </form>
      <Appearance />
    </main>
  );
}
