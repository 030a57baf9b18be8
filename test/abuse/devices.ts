import { randomBytes } from 'node:crypto'
import { type Device, keepDevice } from '../../server/devices/device.ts'
import type { Rights } from '../../server/devices/known-device.ts'
import { asked, type Client } from '../../server/fixtures/client.ts'
import type { Secured } from '../../server/fixtures/secured.ts'

/** In what steps quotas count, bytes. */
export const STEP = 4096
export const QUOTA = 'RESOURCE_EXHAUSTED QUOTA'

export const bytes = (steps: number) => randomBytes(steps * STEP)

export const makeFolder = (client: Client, name: string) =>
  asked<{ storedAs: string }>((done) => client.makeFolder({ path: name.split('/') }, done))

/** What is left for a device of its quota. */
export async function leftSteps(client: Client): Promise<number> {
  const { freeBytes } = await asked<{ freeBytes: string }>((done) => client.getReceiverInfo({}, done))
  return Number(freeBytes) / STEP
}

/** Gives a device other rights, as its owner does it, and waits until the receiver knows. */
export async function changeRights({ stateDirectory, receiver }: Secured, device: Device, rights: Partial<Rights>) {
  await keepDevice(stateDirectory, { ...device, ...rights })
  await receiver.lookAtDevices()
}

type Integrity = { match: boolean; serverMd5: string; message: string }

export const check = (client: Client, fileId: string, clientMd5 = '') =>
  asked<Integrity>((done) => client.checkFileIntegrity({ fileId, clientMd5 }, done))
