// A certified OpenID provider that stands for Kennisnet: one client, one invented pupil, who is logged in without a page.
//
//   node kennisnet.js --client-id ID --client-secret SECRET --redirect-uri URI [--port 0] [--claims JSON]
//
// Prints `issuer <address>` once it listens on loopback, and ends when its standard input closes.

import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';

import { Provider } from 'oidc-provider';

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'client-id': { type: 'string' },
    'client-secret': { type: 'string' },
    'redirect-uri': { type: 'string' },
    claims: { type: 'string', default: '{}' },
  },
});
for (const name of ['client-id', 'client-secret', 'redirect-uri']) {
  if (!options[name]) {
    console.error(`--${name} is missing`);
    process.exit(2);
  }
}

const pupil = {
  uid: 'abcdefghijklmno@99zz.example',
  givenName: 'Kwirra',
  eduPersonAffiliation: ['student'],
  nlEduPersonHomeOrganizationId: '99ZZ',
  eckId: `https://ketenid.nl/pilot/${'5ea1edc0de5ea1ed'.repeat(8)}`,
  ...JSON.parse(options.claims),
};

function configuration() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'kennisnet' }] },
    cookies: { keys: [randomBytes(32).toString('hex')] },
    clients: [
      {
        client_id: options['client-id'],
        client_secret: options['client-secret'],
        redirect_uris: [options['redirect-uri']],
        token_endpoint_auth_method: 'client_secret_post',
        response_types: ['code'],
        grant_types: ['authorization_code'],
        subject_type: 'pairwise',
      },
    ],
    subjectTypes: ['pairwise'],
    pairwiseIdentifier: (_ctx, accountId, client) => `${accountId} at ${client.clientId}`,
    scopes: ['openid', 'profile'],
    claims: { openid: ['sub', ...Object.keys(pupil)] },
    findAccount: (_ctx, accountId) => ({ accountId, claims: () => ({ sub: accountId, ...pupil }) }),
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    pkce: { required: () => true },
    async loadExistingGrant(ctx) {
      const grant = new ctx.oidc.provider.Grant({
        accountId: ctx.oidc.session.accountId,
        clientId: ctx.oidc.client.clientId,
      });
      grant.addOIDCScope('openid profile');
      await grant.save();
      return grant;
    },
  };
}

const server = createServer();
server.listen(Number(options.port), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration());
  const answer = provider.callback();
  server.on('request', async (request, response) => {
    if (!request.url.startsWith('/interaction/')) {
      answer(request, response);
      return;
    }
    try {
      await provider.interactionFinished(request, response, { login: { accountId: 'sanne' } });
    } catch (error) {
      console.error(error.message);
      response.writeHead(400).end();
    }
  });
  console.log(`issuer ${issuer}`);
});

process.stdin.resume().on('end', () => process.exit(0));
