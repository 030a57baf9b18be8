/** Drawn on a 16 by 16 grid with round strokes of 1.5. */
const paths = {
  check: 'M3 8.5l3.2 3.2L13 5',
  chevron: 'M6 3.5L10.5 8L6 12.5',
  close: 'M4 4l8 8M12 4l-8 8',
  file: 'M4 1.75h5l3.25 3.25v9.25H4zM9 1.75V5h3.25',
  folder: 'M1.75 3.75h4.5l1.5 1.75h6.5v7.25H1.75z',
  more: 'M3 8h.75M7.6 8h.75M12.2 8h.75',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  resume: 'M5 3l7.5 5L5 13z',
  retry: 'M13 8a5 5 0 1 1-1.6-3.7M13.25 1.75v3h-3',
  search: 'M7 2.5a4.5 4.5 0 1 1 0 9a4.5 4.5 0 0 1 0-9M10.3 10.3l3.4 3.4',
  reveal: 'M1.75 12.75v-9h4.5l1.5 1.75h5v2M3.5 12.75l1.75-5.25h9.5l-2 5.25z',
  stop: 'M5.25 1.75h5.5l3.5 3.5v5.5l-3.5 3.5h-5.5l-3.5-3.5v-5.5zM8 4.75v4M8 11v.25',
  upload: 'M8 10.5V2.5M4.75 5.5L8 2.25L11.25 5.5M2 10.5v3.25h12V10.5',
} as const

export type IconName = keyof typeof paths

/** A picture without words; whatever it stands on or beside has to say what it means. */
export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" data-icon={name} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  )
}
