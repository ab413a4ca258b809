// The OpenID Provider: npm `oidc-provider` over HTTPS, with one confidential client.
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';

import { Provider } from 'oidc-provider';

/** Login name to claims. The subject is neither the login name nor the e-mail, so that nobody can take one for the other. */
const USERS = {
  anna: { email: 'anna@kubermatic.com', email_verified: true, groups: ['viewers'] },
  lukasz: { email: 'lukasz@kubermatic.com', email_verified: true, groups: ['developers', 'viewers'] },
  owner: { email: 'owner@kubermatic.com', email_verified: true, groups: [] },
};

const CLIENT_ID = 'kubermaticIssuer';

/** Client without a secret, for kubelogin on people's own machines. */
export const PUBLIC_CLIENT_ID = 'kubelogin';

/** Seconds that an ID token is good for, unless a scenario sets `provider.idTokenSeconds`. kubectl refreshes 10 s early. */
export const ID_TOKEN_SECONDS = 45;

const DAY = 86_400;

function signingKey() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'rsa-1' };
}

function account(login) {
  const claims = USERS[login];
  if (!claims) return undefined;
  const sub = createHash('sha256').update(`subject of ${login}`).digest('base64url');
  return { accountId: login, claims: () => ({ sub, ...claims }) };
}

/**
 * Start the provider. It rotates refresh tokens, and gives one only for `offline_access` with `prompt=consent`.
 * Gives what a client needs to know: `issuer`, `clientId`, `clientSecret`.
 */
export async function startProvider({ state, port, tls, redirectUris, postLogoutRedirectUris = [] }) {
  const logFile = join(state, 'provider.log');
  writeFileSync(logFile, '', { mode: 0o600 });
  const log = (line) => appendFileSync(logFile, `${new Date().toISOString()} ${line}\n`);

  const issuer = `https://localhost:${port}`;
  // Form-urlencoding changes the last characters: a client that sends them raw in HTTP Basic is refused.
  const clientSecret = `${randomBytes(24).toString('hex')}+%`;
  const settings = { idTokenSeconds: ID_TOKEN_SECONDS };
  const provider = new Provider(issuer, {
    jwks: { keys: [signingKey()] },
    clients: [{
      client_id: CLIENT_ID,
      client_secret: clientSecret,
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: redirectUris,
      post_logout_redirect_uris: postLogoutRedirectUris,
      response_types: ['code'],
    }, {
      client_id: PUBLIC_CLIENT_ID,
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: ['http://localhost:8000', 'http://localhost:18000'],
      response_types: ['code'],
    }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], groups: ['groups'] },
    scopes: ['openid', 'offline_access', 'email', 'groups'],
    conformIdTokenClaims: false,
    cookies: { keys: [randomBytes(16).toString('hex')] },
    features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
    findAccount: (_, login) => account(login),
    pkce: { required: () => true },
    rotateRefreshToken: true,
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: DAY,
      IdToken: () => settings.idTokenSeconds,
      Interaction: 600,
      RefreshToken: DAY,
      Session: DAY,
    },
  });
  let revocations = 0;
  provider.use(async (ctx, next) => {
    await next();
    if (ctx.path === '/token/revocation' && ctx.status === 200) revocations += 1;
    log(`${ctx.method} ${ctx.path} ${ctx.status}`);
  });
  for (const event of ['authorization.error', 'grant.error', 'server_error']) {
    provider.on(event, (_, error) => log(`${event}: ${error.message} ${error.error_description ?? ''}`));
  }
  let refreshes = 0;
  const secrets = [];
  provider.on('grant.success', ({ oidc: { params }, body }) => {
    log(`grant.success: ${params.grant_type}`);
    if (params.grant_type === 'refresh_token') refreshes += 1;
    for (const name of ['code', 'code_verifier']) secrets.push([name, params[name]]);
    for (const name of ['access_token', 'id_token', 'refresh_token']) secrets.push([name, body[name]]);
  });

  const server = createServer({ cert: readFileSync(tls.chain), key: readFileSync(tls.key) }, provider.callback());
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    issuer,
    clientId: CLIENT_ID,
    clientSecret,
    logFile,
    settings,
    /** How often a refresh token was redeemed so far. */
    refreshes: () => refreshes,
    /** How often a token was taken back so far, by a logout for instance. */
    revocations: () => revocations,
    /** What went over the token endpoint and must not be seen elsewhere: name and value, in order. */
    secrets: () => secrets.filter(([, value]) => value),
    stop: () => new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    }),
  };
}
