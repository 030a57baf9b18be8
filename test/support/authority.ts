import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { generate } from 'selfsigned'
import { tempDir } from './temp-dir.ts'

export type Pem = { readonly cert: string; readonly key: string }

const EC = { keyType: 'ec', curve: 'P-256', algorithm: 'sha256' } as const

/** A private authority, as a company runs one. */
export async function makeAuthority(): Promise<Pem> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'House authority' }], {
    ...EC,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  })
  return { cert: ended(cert), key: ended(key) }
}

/** A certificate that the authority issues. */
export async function issuedBy(ca: Pem, host = 'localhost'): Promise<Pem> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: host }], {
    ...EC,
    ca,
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: host }] }],
  })
  return { cert: ended(cert), key: ended(key) }
}

/** With a line end, so that another can follow. */
function ended(pem: string): string {
  return `${pem.replaceAll('\r', '').trim()}\n`
}

/** The same as files in a folder of the test. */
export function asFiles({ cert, key }: Pem): { readonly certificateFile: string; readonly keyFile: string } {
  const folder = tempDir()
  const [certificateFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
  writeFileSync(certificateFile, cert)
  writeFileSync(keyFile, key)
  return { certificateFile, keyFile }
}
