/** A link as a QR code that a terminal can show. */
export async function qrCode(link: string): Promise<string> {
  // Only people need it, so no other start pays for it.
  const { toString: drawn } = await import('qrcode')
  return drawn(link, { type: 'terminal', small: true })
}
