/** Where tests find the build: they make sure of the outputs they run, and only those. */
export { ALL_OUTPUTS, buildOutputs } from '../../scripts/build-outputs.ts'
