/**
 * The SDK warns of versions of Node that its own later versions will not take, on the log of whoever runs a receiver,
 * who has the version that works.
 */
export function silenceSdkWarning(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true'
}
