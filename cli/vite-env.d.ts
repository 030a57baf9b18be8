interface ImportMetaEnv {
  /** The version in package.json; put in by the build. */
  readonly LONGSHORE_VERSION: string
}

interface ImportMeta {
  readonly env: ImportMetaEnv
}
