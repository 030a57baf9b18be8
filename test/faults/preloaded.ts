/**
 * JavaScript that a process of ours runs before its own: what a test must see, or change, from inside. Works as
 * `wrapper.env` of a scene.
 */
export function preloaded(script: string): { readonly NODE_OPTIONS: string } {
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` }
}
