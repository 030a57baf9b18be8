/** The window's arrow, 32 by 32 pixels, as PNG in base64. Blue stands out from light and dark panels alike. */
export const BLUE_ICON =
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAAAzElEQVR42u3XsQ2DMBAFUHeZiSxwE2QsSu/CBJ6Ako4mWxAXF+lk2VaM/10AUfwCZHwPn2WEe45v98+4swOIYw54xEwx' +
  'G2fieyaAtHgXAlV8NwJZfBcCXbwZoVG8CfELoLThFnG9VMZ1AajyZrO4N1dWipAAuawpoNQu6m2B5wI+6WkO8EXIZ9SO4hLA7FtwA24AHDDEBM6gAMjOLwcEMWFQAGTnh0/YCoYvqSUA' +
  'smkPC1hjXuCsLQDtHBPgDQG+dBSTQu/T0KV+TrvzAWio0w4EOz9mAAAAAElFTkSuQmCC'

/** The same in black, of which macOS uses the shape alone. */
export const TEMPLATE_ICON =
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAAAt0lEQVR42u2XwQ2AIAxFvTmTEzgBo7ELEzABR28Mohxq0hALEtrCgZ/8gwT7HwWNbttSn06wuvZkl3yDHYwNCVeFoMJV' +
  'IGrhohB/w0UgWsPZIagDd6HrqzCv+zmnVhbQWCh06uQEwG3NAajt6n5RWQiw2Z5+AbwQ+B4xUQBqWgALgB3gSPbgQwCgWt+jgl4AoFqfvWBrffaWSgOwH9qpAGKyYXZsAZD2nABWEcCW' +
  'voCMsIf8ys2rB9P4FrS+mdTyAAAAAElFTkSuQmCC'
