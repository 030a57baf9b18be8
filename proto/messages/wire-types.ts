/** How a field is laid out on the wire: the lowest three bits of its tag. */
export const VARINT = 0
export const FIXED64 = 1
export const DELIMITED = 2
export const FIXED32 = 5
