/** Returns 32 bits of a text (FNV-1a with a final mix); the same on every machine. */
export function textHash(text: string, seed = 0): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  }
  return mix(hash)
}

/** Returns 32 well-mixed bits of an integer. */
export function mix(value: number): number {
  let z = Math.imul(value ^ (value >>> 16), 0x21f0aaad)
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
  return (z ^ (z >>> 15)) >>> 0
}

/** Returns a number in [0, 1) from two integers. */
export function unit(a: number, b: number): number {
  return mix(Math.imul(a, 0x9e3779b1) ^ mix(b)) / 2 ** 32
}
