import { create } from 'qrcode'
import { useMemo } from 'react'

/** Cameras need a quiet rim of this many modules. */
const RIM = 4

/** A text as a QR code, dark on light in either theme, as cameras want it. */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { size, path } = useMemo(() => drawn(text), [text])
  const side = size + 2 * RIM
  return (
    <svg
      className="qr"
      role="img"
      aria-label={label}
      viewBox={`${-RIM} ${-RIM} ${side} ${side}`}
      shapeRendering="crispEdges"
    >
      <rect x={-RIM} y={-RIM} width={side} height={side} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  )
}

function drawn(text: string): { readonly size: number; readonly path: string } {
  const { modules } = create(text, { errorCorrectionLevel: 'M' })
  const { size } = modules
  const places = Array.from({ length: size * size }, (_, index) => [index % size, Math.floor(index / size)] as const)
  const path = places.map(([x, y]) => (modules.get(y, x) ? `M${x} ${y}h1v1h-1z` : '')).join('')
  return { size, path }
}
