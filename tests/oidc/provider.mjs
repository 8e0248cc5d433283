// A real OpenID Connect provider on the loopback. Reads one JSON line from standard input:
// { port, clientId, clientSecret, redirectUri, people: { login: claims } }. Any password is right.
// It writes its issuer to standard output when it listens, and ends with its standard input.
import { createInterface } from 'node:readline';
import { Provider } from 'oidc-provider';

const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit(0));
const setup = JSON.parse(await new Promise((resolve) => lines.once('line', resolve)));
const issuer = `http://127.0.0.1:${setup.port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: setup.clientId,
      client_secret: setup.clientSecret,
      redirect_uris: [setup.redirectUri],
      token_endpoint_auth_method: setup.authMethod ?? 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
    },
  ],
  pkce: { required: () => true },
  claims: {
    openid: ['sub'],
    profile: ['preferred_username', 'groups'],
    email: ['email', 'email_verified'],
  },
  findAccount: (ctx, id) => ({
    accountId: id,
    claims: () => ({ sub: id, ...(setup.people[id] ?? {}) }),
  }),
  features: { devInteractions: { enabled: true } },
  cookies: { keys: ['only for tests'] },
});
provider.listen(setup.port, '127.0.0.1', () => console.log(issuer));
// what people are called may change while it runs: each further line replaces them
lines.on('line', (line) => (setup.people = JSON.parse(line)));
