/**
 * The program of the threads that hash, built beside this bundle. In the packaged app it lies outside the archive
 * (asarUnpack in electron-builder.yml), because Node starts threads from files only.
 */
export const hashWorkerFile = new URL(
  new URL('../hash-worker/index.js', import.meta.url).href.replace('/app.asar/', '/app.asar.unpacked/'),
)
