import { Command } from 'commander'
import { aboutReceiver } from './about-receiver.ts'
import type { DevicesOptions } from './devices.ts'

export function devicesCommand(): Command {
  const devices = new Command('devices').description('The devices that may send to a receiver of yours.')
  const about = (name: string) =>
    aboutReceiver(new Command(name)).option('--json', 'one JSON object a line, for programs')
  const commands = [
    about('list')
      .description('Show them.')
      .action(async (options: DevicesOptions) => (await actions()).list(options)),
    about('revoke')
      .description('Let a device send no more; what it is sending ends within a second.')
      .argument('<id>', 'as the list shows it')
      .action(async (id: string, options: DevicesOptions) => {
        process.exitCode = await (await actions()).revoke(id, options)
      }),
    about('invite')
      .description('Make a new code for one device, while the receiver runs. The code before is void.')
      .option('--qr', 'show the link as a QR code, also when standard output is no terminal')
      .action(async (options: DevicesOptions) => (await actions()).inviteDevice(options)),
    about('rotate-identity')
      .description(
        'Give the receiver a new key and certificate at its next start. Paired devices follow by themselves.',
      )
      .action(async (options: DevicesOptions) => (await actions()).rotate(options)),
  ]
  for (const command of commands)
    devices.addCommand(command.copyInheritedSettings(devices), { isDefault: command.name() === 'list' })
  return devices
}

function actions(): Promise<typeof import('./devices.ts')> {
  return import('./devices.ts')
}
