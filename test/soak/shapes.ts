import { chance, oneOf, type Random, someOf, wholeBetween } from './seeded.ts'

/** What one command names, and where each file goes. Sources are relative to the folder that the command is run in. */
export type Shape = {
  readonly args: readonly string[]
  readonly into: string | undefined
  readonly files: readonly FilePlan[]
  /** Relative, as {@link FilePlan.source}. */
  readonly emptyFolders: readonly FolderPlan[]
}

export type FilePlan = {
  readonly source: string
  /** Where each mention of it in the command goes, below the receiving folder. */
  readonly targets: readonly string[]
  readonly bytes: number
  readonly contentSeed: number
}

export type FolderPlan = { readonly source: string; readonly target: string }

export type ShapeOptions = {
  /** For all files together. */
  readonly bytesLeft: number
  /** Contents that several senders have. */
  readonly shared: readonly Pick<FilePlan, 'bytes' | 'contentSeed'>[]
  /** Only few files, and small ones. */
  readonly isSmall: boolean
}

/** Names that somebody else in the round has too, or that some system takes for another one here. */
const NAMES = [
  'clip.mov',
  'Clip.MOV',
  'readme.md',
  'README.md',
  'straße.txt',
  'STRASSE.txt',
  'café.txt'.normalize('NFC'),
  'CAFÉ.txt'.normalize('NFD'),
  'photo 1.jpg',
  'a.tar.gz',
  'nul.txt',
  'nul_.txt',
  'what?.bin',
  'what_.bin',
  '.hidden',
  'plain',
]

const KIB = 1024
const MIB = 1024 ** 2

/** `chunk` is more than a small file, which goes another way, and not much more. */
type Size = 'empty' | 'small' | 'chunk' | 'medium' | 'large'

/** Draws what a command sends. Two commands of a round often name the same targets. */
export function drawShape(random: Random, sender: string, options: ShapeOptions): Shape {
  const files = new Files(random, options)
  const into = chance(random, 0.15) ? oneOf(random, ['in', 'IN', `of ${sender}`]) : undefined
  const below = (target: string) => (into === undefined ? target : `${into}/${target}`)
  const kind = options.isSmall
    ? oneOf(random, ['loose', 'folder'])
    : oneOf(random, ['loose', 'loose', 'namesakes', 'folder', 'folder', 'burst', 'twice', 'large'])
  switch (kind) {
    case 'namesakes':
      return { ...namesakes(random, files, below), into }
    case 'folder':
      return { ...folder(random, files, below), into }
    case 'burst':
      return { ...burst(random, files, below), into }
    case 'twice':
      return { ...twice(random, files, below), into }
    case 'large':
      return { ...loose([...someOf(random, NAMES, 2), 'film.mkv'], files, below, ['small', 'large']), into }
    default: {
      const names = someOf(random, NAMES, wholeBetween(random, 1, 5))
      return { ...loose(names, files, below, ['empty', 'small', 'small', 'medium']), into }
    }
  }
}

type Targets = (target: string) => string
type Drawn = Omit<Shape, 'into'>

function loose(names: readonly string[], files: Files, below: Targets, sizes: readonly [Size, ...Size[]]): Drawn {
  const plans = names.map((name) => files.draw(`cam1/${name}`, [below(name)], sizes))
  return { args: plans.map(({ source }) => source), files: plans, emptyFolders: [] }
}

/**
 * `send cam1/clip.mov cam2/clip.mov`: sources of one command that want one name, some of them with the same content.
 */
function namesakes(random: Random, files: Files, below: Targets): Drawn {
  const names = someOf(random, NAMES, wholeBetween(random, 1, 2))
  const plans = names.flatMap((name) => {
    const first = files.draw(`cam1/${name}`, [below(name)], ['small', 'small', 'medium'])
    const second = files.draw(`cam2/${name}`, [below(name)], ['small', 'medium'])
    const { bytes, contentSeed } = first
    return [first, chance(random, 0.3) ? { ...second, bytes, contentSeed } : second]
  })
  return { args: plans.map(({ source }) => source), files: plans, emptyFolders: [] }
}

/** A folder with folders in it, an empty one and an empty file. */
function folder(random: Random, files: Files, below: Targets): Drawn {
  const root = oneOf(random, ['trip', 'trip', 'Trip'])
  const plans = ['', 'day 1/', 'day 1/evening/'].flatMap((inner) =>
    someOf(random, NAMES, wholeBetween(random, 0, 4)).map((name) => {
      const path = `${root}/${inner}${name}`
      return files.draw(path, [below(path)], ['small', 'small', 'small', 'medium'])
    }),
  )
  const nothing = files.draw(`${root}/nothing.txt`, [below(`${root}/nothing.txt`)], ['empty'])
  const empty = `${root}/empty`
  return {
    args: [root],
    files: [...plans, nothing],
    emptyFolders: [{ source: empty, target: below(empty) }],
  }
}

/** Many tiny files, whose names are in lower or upper case, as another burst has them. */
function burst(random: Random, files: Files, below: Targets): Drawn {
  const sizes: readonly [Size, ...Size[]] = chance(random, 0.3) ? ['small', 'small', 'small', 'medium'] : ['small']
  return burstOf(wholeBetween(random, 20, 90), chance(random, 0.5), sizes, files, below)
}

function burstOf(
  count: number,
  isShouted: boolean,
  sizes: readonly [Size, ...Size[]],
  files: Files,
  below: Targets,
): Drawn {
  const plans = Array.from({ length: count }, (_, index) => {
    const path = `burst/${isShouted ? `FILE${index}.BIN` : `file${index}.bin`}`
    return files.draw(path, [below(path)], sizes)
  })
  return { args: ['burst'], files: plans, emptyFolders: [] }
}

/**
 * Two commands that want the same names, or names that fold equal, at the same moment, each with contents of its own.
 */
export function drawRivals(random: Random): readonly [Shape, Shape] {
  const count = wholeBetween(random, 30, 80)
  const areSpelledAlike = chance(random, 0.5)
  const options = { bytesLeft: Number.POSITIVE_INFINITY, shared: [], isSmall: false }
  const draw = (isShouted: boolean): Shape => {
    const sizes = oneOf<readonly [Size, ...Size[]]>(random, [['small'], ['small', 'chunk'], ['chunk']])
    const files = new Files(random, options)
    return { ...burstOf(count, isShouted, sizes, files, (target) => target), into: undefined }
  }
  return [draw(false), draw(!areSpelledAlike)]
}

/** The same source named twice. */
function twice(random: Random, files: Files, below: Targets): Drawn {
  const [name = 'plain', other = 'clip.mov'] = someOf(random, NAMES, 2)
  const [target, second] = [below(name), below(other)]
  const plans = [
    files.draw(`cam1/${name}`, [target, target], ['small', 'medium']),
    files.draw(`cam1/${other}`, [second], ['small', 'medium']),
  ]
  return { args: [`cam1/${name}`, `cam1/${name}`, `cam1/${other}`], files: plans, emptyFolders: [] }
}

/** Draws sizes and contents, and keeps all together within the bytes that are left. */
class Files {
  readonly #random: Random
  readonly #shared: ShapeOptions['shared']
  readonly #isSmall: boolean
  #bytesLeft: number

  constructor(random: Random, { bytesLeft, shared, isSmall }: ShapeOptions) {
    this.#random = random
    this.#shared = shared
    this.#isSmall = isSmall
    this.#bytesLeft = bytesLeft
  }

  draw(source: string, targets: readonly string[], sizes: readonly [Size, ...Size[]]): FilePlan {
    const [first] = someOf(this.#random, this.#shared, 1)
    const contentSeed = wholeBetween(this.#random, 0, 2 ** 31 - 1)
    const size = oneOf(this.#random, sizes)
    const bytes = this.#bytesOf(size)
    const mayShare = !this.#isSmall && size !== 'empty' && chance(this.#random, 0.15)
    const isShared = mayShare && first !== undefined && first.bytes <= this.#bytesLeft
    const content = isShared ? first : { bytes, contentSeed }
    this.#bytesLeft -= content.bytes
    return { source, targets, ...content }
  }

  #bytesOf(size: Size): number {
    const { least, most } = {
      empty: { least: 0, most: 0 },
      small: { least: 1, most: chance(this.#random, 0.7) ? 4 * KIB : 64 * KIB },
      chunk: { least: 70 * KIB, most: 200 * KIB },
      medium: { least: 64 * KIB, most: 2 * MIB },
      large: { least: 2 * MIB, most: 24 * MIB },
    }[size]
    const drawn = wholeBetween(this.#random, least, this.#isSmall ? Math.min(most, 64 * KIB) : most)
    return Math.max(0, Math.min(drawn, this.#bytesLeft))
  }
}
