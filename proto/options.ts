import type { Options } from '@grpc/proto-loader'

/**
 * How messages look in code. The type generator turns this very object into its flags, so types and run time cannot
 * differ.
 *
 * `longs: String` because a JavaScript number silently rounds above 2^53; text reaches the code exactly as it was sent.
 */
export const loaderOptions = {
  keepCase: false,
  longs: String,
  enums: String,
  defaults: true,
  oneofs: true,
} satisfies Options
