/**
 * `npm start`: builds Longshore when needed and opens it, in Electron where that can be had, else in the Chromium host.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { ALL_OUTPUTS, buildOutputs, isStale } from './build-outputs.ts'
import { electronBinary, electronVersion } from './electron-binary.ts'
import { fetchElectron } from './fetch-electron.ts'
import { ensureSystemPackages } from './system-packages.ts'

const ROOT = join(import.meta.dirname, '..')

const WITHOUT_WINDOW =
  'Run it on a desktop, or with `xvfb-run -a npm start`; or stay in the terminal: `npx longshore receive` and ' +
  '`npx longshore send`, or `npm run demo`.'

/** A program that can run the app, and what to call it. */
type Host = { readonly name: string; readonly program: string; readonly args: readonly string[] }

try {
  await build()
  open(await findHost())
} catch (error) {
  // A source that does not build, or no way to show a window: a sentence for the person, not a stack trace.
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}

async function build(): Promise<void> {
  if (!ALL_OUTPUTS.some(isStale)) return
  console.log('Building Longshore …')
  await buildOutputs(ALL_OUTPUTS)
}

async function findHost(): Promise<Host> {
  if (!hasDisplay()) throw new Error(`There is no display to open a window on. ${WITHOUT_WINDOW}`)
  const binary = electronBinary() ?? (await fetchElectron(announceDownload))
  if (binary) return electronHost(binary)
  const chromium = ensureSystemPackages(['chromium'])
  if (chromium.kind === 'missing') {
    throw new Error(`Longshore needs Electron, which could not be downloaded, or Chromium. ${chromium.advice}`)
  }
  return { name: 'Chromium host', program: process.execPath, args: [join(ROOT, 'out/chromium-host/run.js')] }
}

function announceDownload(): void {
  console.log(`Downloading Electron ${electronVersion()}, once (about 120 MB) …`)
}

function electronHost(program: string): Host {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0
  if (isRoot) console.log("Running as root, so without Chromium's sandbox (--no-sandbox).")
  return { name: 'Electron', program, args: isRoot ? ['--no-sandbox'] : [] }
}

function hasDisplay(): boolean {
  if (process.platform !== 'linux' || process.env.LONGSHORE_HOST_HEADLESS === '1') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/** Starts the app and lives as long as it does: its exit code is ours, our signals are its. */
function open({ name, program, args }: Host): void {
  const child = spawn(program, [...args, '.', '--receive-here', ...process.argv.slice(2)], {
    cwd: ROOT,
    stdio: 'inherit',
  })
  child.once('spawn', () => console.log(`Opening Longshore (${name}). Close its window or press Ctrl+C to quit.`))
  child.once('error', ({ message }) => {
    console.error(`${name} could not be started: ${message}`)
    process.exitCode = 1
  })
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0)
    stop()
  })
  const stop = forwardSignals(child)
}

function forwardSignals(child: ChildProcess): () => void {
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal)
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.on(signal, forward)
  return () => {
    for (const signal of signals) process.off(signal, forward)
  }
}
