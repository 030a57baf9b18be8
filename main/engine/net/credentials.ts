import { isIP } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import { type ChannelCredentials, type ChannelOptions, credentials, Metadata } from '@grpc/grpc-js'
import { RECEIVER_CERTIFICATE_NAME } from '../../../proto/identity.ts'
import { channelOptions } from '../../../proto/index.ts'
import { TOKEN_KEY } from '../../../proto/pairing.ts'
import { hostAndPort, type Route } from './route.ts'

/** What a gRPC client of this route is constructed with; `options` are added to what all such clients have. */
export function channelTo(
  route: Route,
  options: ChannelOptions = {},
): [address: string, ChannelCredentials, ChannelOptions] {
  const { channelCredentials, serverName } = protectionOf(route)
  return [
    route.address,
    channelCredentials,
    {
      ...channelOptions,
      ...options,
      ...(serverName !== undefined && { 'grpc.ssl_target_name_override': serverName }),
      // Without a pool of its own, all clients of one address would share one connection.
      'grpc.use_local_subchannel_pool': 1,
      // A receiver on the LAN is never behind the web proxy.
      'grpc.enable_http_proxy': 0,
      // The engine decides when to try again; the channel must not add a wait of its own.
      'grpc.initial_reconnect_backoff_ms': 200,
      'grpc.max_reconnect_backoff_ms': 1000,
    },
  ]
}

type Protection = { readonly channelCredentials: ChannelCredentials; readonly serverName?: string }

/** Set explicitly: otherwise an environment variable of Node can turn verification off. */
const VERIFY = { rejectUnauthorized: true }

function protectionOf({ address, security }: Route): Protection {
  switch (security.kind) {
    case 'plaintext':
      return { channelCredentials: credentials.createInsecure() }
    case 'pinned': {
      // The pinned certificate is the only authority, so no other certificate verifies. All receivers have the same
      // name in theirs.
      const pin = credentials.createSsl(Buffer.from(security.certificatePem), null, null, VERIFY)
      return { channelCredentials: withToken(pin, security.token), serverName: RECEIVER_CERTIFICATE_NAME }
    }
    case 'authority': {
      const authorities = security.caPem === undefined ? null : Buffer.from(security.caPem)
      const { host } = hostAndPort(address)
      if (isIP(host) === 0) {
        return { channelCredentials: withToken(credentials.createSsl(authorities, null, null, VERIFY), security.token) }
      }
      // The greeting of TLS cannot carry an IP address, but a certificate may be issued for one.
      const verifyHost = { ...VERIFY, checkServerIdentity: ((_, found) => checkServerIdentity(host, found)) as Check }
      const channelCredentials = credentials.createSsl(authorities, null, null, verifyHost)
      return {
        channelCredentials: withToken(channelCredentials, security.token),
        serverName: RECEIVER_CERTIFICATE_NAME,
      }
    }
  }
}

type Check = typeof checkServerIdentity

function withToken(channel: ChannelCredentials, token: string | undefined): ChannelCredentials {
  if (token === undefined) return channel
  const bearer = credentials.createFromMetadataGenerator((_, done) => {
    const metadata = new Metadata()
    metadata.set(TOKEN_KEY, `Bearer ${token}`)
    done(null, metadata)
  })
  return credentials.combineChannelCredentials(channel, bearer)
}
