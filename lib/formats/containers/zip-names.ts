import { contextOf } from '../format-error'

/** What file systems take for one name, in bytes. */
const MAX_PART_BYTES = 255
/** As long as a path may be that comes with an upload. */
const MAX_NAME_CHARS = 1_000
/** Deeper folders are not a data set. */
const MAX_FOLDERS = 32
/** Control characters, and those that turn the direction of writing. */
const UNSAFE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u

/** Returns what is wrong with the path of an entry, as the end of a sentence; null for a path that stays in its folder. */
export function nameProblem(name: string): string | null {
  // The length first: the other rules then cost little.
  if (name.length > MAX_NAME_CHARS) return `is longer than ${MAX_NAME_CHARS} characters`
  if (UNSAFE.test(name)) return 'holds control characters'
  if (name.includes('\\')) return 'holds a backslash'
  if (name.startsWith('/') || /^[A-Za-z]:/.test(name)) return 'leads out of its folder'
  const parts = name.split('/')
  if (parts.includes('..')) return 'leads out of its folder'
  if (parts.includes('') || parts.includes('.')) return 'has an empty part'
  if (parts.length > MAX_FOLDERS + 1) return `lies more than ${MAX_FOLDERS} folders deep`
  const isLong = parts.some((part) => Buffer.byteLength(part) > MAX_PART_BYTES)
  return isLong ? `has a part of more than ${MAX_PART_BYTES} bytes` : null
}

/** How a file system that ignores case and Unicode form sees a path. */
function folded(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC')
}

/** Returns how two entries of an archive come into each other's way, as a sentence; null when none do. */
export function checkNames(entries: readonly { name: string; isFolder: boolean }[]): string | null {
  const files = new Map<string, string>()
  const folders = new Map<string, string>()
  const seen = new Map<string, string>()
  const show = (name: string) => JSON.stringify(contextOf(name))
  for (const { name, isFolder } of entries) {
    const key = folded(name)
    const twin = seen.get(key)
    if (twin === name) return `The archive holds two entries of the name ${show(name)}.`
    if (twin !== undefined) {
      return `The entries ${show(twin)} and ${show(name)} differ only by case or Unicode form.`
    }
    seen.set(key, name)
    ;(isFolder ? folders : files).set(key, name)
    for (let at = key.indexOf('/'); at >= 0; at = key.indexOf('/', at + 1)) {
      folders.set(key.slice(0, at), name)
    }
  }
  for (const [key, name] of files) {
    if (folders.has(key)) return `The archive holds a file and a folder of the name ${show(name)}.`
  }
  return null
}
