// An authorization server on oidc-provider, a certified OpenID provider, for
// tests. It prints its address when it listens. From the environment:
//
//   PORT              where to listen on 127.0.0.1; any free port if not set
//   ISSUER            what it calls itself; its address if not set
//   ACCESS_TOKEN_TTL  seconds that an access token lives; 60 if not set
//   DPOP_NONCE        1 asks for a nonce in every DPoP proof
//   CLIENT_KEYS       the public keys of the clients that sign, JSON of their
//                     IDs and JWKs; a client without a key does not exist
import http from 'node:http'
import { Provider, errors } from 'oidc-provider'
import { createLocalJWKSet, jwtVerify } from 'jose'

const keys = JSON.parse(process.env.CLIENT_KEYS ?? '{}')
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

// interactive is a client of the authorization code grant. A native client on a
// loopback address may use any port (RFC 8252, section 7.3).
const interactive = (id, method, more) => ({
  client_id: id,
  token_endpoint_auth_method: method,
  application_type: 'native',
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  redirect_uris: ['http://127.0.0.1/callback'],
  scope: 'openid offline_access api:read api:write',
  ...more,
})

// direct is a client that sends nobody to a page of ours.
const direct = (id, method, grants, more) => ({
  client_id: id,
  token_endpoint_auth_method: method,
  application_type: 'native',
  grant_types: grants,
  response_types: [],
  redirect_uris: [],
  scope: 'api:read api:write',
  ...more,
})

// signing is a client that proves itself by a signature; none without its key.
const signing = (make, id, ...rest) => {
  if (!keys[id]) return []
  const more = { ...rest.pop(), jwks: { keys: [keys[id]] } }
  return [make(id, ...rest, more)]
}

const clients = [
  interactive('public-pkce', 'none'),
  interactive('basic', 'client_secret_basic', { client_secret: 'basic s3cret/+:%' }),
  interactive('post', 'client_secret_post', { client_secret: 'post-secret' }),
  interactive('secretjwt', 'client_secret_jwt', { client_secret: 'a-secret-of-at-least-32-bytes-long!!' }),
  interactive('par-only', 'client_secret_basic', { client_secret: 'par-secret', require_pushed_authorization_requests: true }),
  interactive('dpop', 'none', { dpop_bound_access_tokens: true }),
  ...signing(interactive, 'pkjwt', 'private_key_jwt', {}),
  ...signing(interactive, 'pkjwt-rs256', 'private_key_jwt', { token_endpoint_auth_signing_alg: 'RS256' }),
  ...signing(interactive, 'pkjwt-eddsa', 'private_key_jwt', { token_endpoint_auth_signing_alg: 'EdDSA' }),
  ...signing(direct, 'service', 'client_secret_basic', [jwtBearer], { client_secret: 'service-secret' }),
  direct('cc', 'client_secret_basic', ['client_credentials'], { client_secret: 'cc-secret' }),
  direct('cc-post', 'client_secret_post', ['client_credentials'], { client_secret: 'cc-secret' }),
  direct('exchange', 'client_secret_basic', [tokenExchange], { client_secret: 'exchange-secret', scope: 'openid api:read api:write' }),
  direct('device', 'none', ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'], { scope: 'openid offline_access api:read' }),
]

const configuration = {
  clients,
  scopes: ['openid', 'offline_access', 'api:read', 'api:write'],
  clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt'],
  pkce: { required: () => true },
  cookies: { keys: ['of-this-test-only'] },
  rotateRefreshToken: true, // an old one that is used again ends the whole family
  ttl: {
    AccessToken: Number(process.env.ACCESS_TOKEN_TTL ?? 60),
    AuthorizationCode: 60,
    ClientCredentials: Number(process.env.ACCESS_TOKEN_TTL ?? 60),
    DeviceCode: 120,
    Grant: 3600,
    IdToken: 300,
    Interaction: 600,
    RefreshToken: 3600,
    Session: 3600,
  },
  issueRefreshToken: (ctx, client, code) => client.grantTypeAllowed('refresh_token') && code.scopes.has('offline_access'),
  features: {
    devInteractions: { enabled: true }, // pages that take any name and password
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    deviceFlow: { enabled: true },
    pushedAuthorizationRequests: { enabled: true },
    dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 1), requireNonce: () => process.env.DPOP_NONCE === '1' },
    resourceIndicators: { enabled: false },
    registration: { enabled: true, initialAccessToken: false },
  },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, name: `User ${id}` }) }),
}

// refuse ends a request as RFC 6749, section 5.2 asks for.
const refuse = (Kind, description) => {
  const error = new Kind(description)
  error.error_description = description
  throw error
}

// answer gives the client of a request an access token of an account.
async function answer(ctx, accountId, scope, gty, more) {
  const { client, provider } = ctx.oidc
  const grant = new provider.Grant({ accountId, clientId: client.clientId })
  grant.addOIDCScope(scope)
  const token = new provider.AccessToken({ accountId, client, grantId: await grant.save(), gty, scope })
  ctx.body = { access_token: await token.save(), expires_in: token.expiration, scope, token_type: token.tokenType, ...more }
}

// exchange is the token exchange of RFC 8693, of an access token of ours for
// another one with no more scopes.
async function exchange(ctx) {
  const { params, provider } = ctx.oidc
  const kind = 'urn:ietf:params:oauth:token-type:access_token'
  if (params.subject_token_type !== kind) refuse(errors.InvalidRequest, `subject_token_type must be ${kind}`)
  const subject = params.subject_token && (await provider.AccessToken.find(params.subject_token))
  if (!subject) refuse(errors.InvalidRequest, 'subject_token is not a valid access token')
  const scope = params.scope ?? subject.scope
  if (!scope.split(' ').every((s) => subject.scopes.has(s))) refuse(errors.InvalidScope, 'the scope exceeds that of the subject_token')
  await answer(ctx, subject.accountId, scope, 'token_exchange', { issued_token_type: kind })
}

// bearer takes a signed assertion for a grant (RFC 7523, section 2.1).
const bearer = (issuer) => async (ctx) => {
  const { client, params } = ctx.oidc
  if (!params.assertion) refuse(errors.InvalidRequest, 'assertion is missing')
  const checks = {
    algorithms: ['RS256', 'ES256', 'EdDSA'],
    audience: [issuer, `${issuer}/token`, `${issuer}/service-token`],
    issuer: client.clientId,
    requiredClaims: ['exp', 'sub'],
  }
  try {
    const { payload } = await jwtVerify(params.assertion, createLocalJWKSet(client.jwks), checks)
    await answer(ctx, payload.sub, params.scope ?? payload.scope ?? 'api:read', 'jwt_bearer', {})
  } catch (error) {
    refuse(errors.InvalidGrant, `assertion is not valid: ${error.message}`)
  }
}

// asService makes the request to /service-token one of the client "service" to
// /token: servers that take assertions often ask for nothing else.
const asService = (request) => {
  if (request.url !== '/service-token') return
  request.url = '/token'
  request.headers.authorization = `Basic ${btoa('service:service-secret')}`
}

const server = http.createServer()
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  const address = `http://127.0.0.1:${server.address().port}`
  const issuer = process.env.ISSUER || address
  const provider = new Provider(issuer, configuration)
  provider.proxy = true // X-Forwarded-Proto and X-Forwarded-Host are believed
  provider.registerGrantType(tokenExchange, exchange, ['subject_token', 'subject_token_type', 'requested_token_type', 'actor_token', 'actor_token_type', 'audience', 'resource', 'scope'], ['audience', 'resource'])
  provider.registerGrantType(jwtBearer, bearer(issuer), ['assertion', 'scope'])
  provider.on('server_error', (ctx, error) => console.error('server_error', error))
  provider.on('grant.error', (ctx, error) => console.error('grant.error', error.error, error.error_description, error.error_detail))
  const handle = provider.callback()
  server.on('request', (request, response) => {
    asService(request)
    handle(request, response)
  })
  console.log(address)
})
