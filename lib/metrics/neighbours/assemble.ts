import fs from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import wabt from 'wabt'

let assembled: Promise<WebAssembly.Module> | undefined

async function assemble(): Promise<WebAssembly.Module> {
  const file = path.join(path.dirname(fileURLToPath(import.meta.url)), 'scan.wat')
  const [tools, text] = await Promise.all([wabt(), fs.readFile(file, 'utf8')])
  const parsed = tools.parseWat(file, text)
  const { buffer } = parsed.toBinary({})
  parsed.destroy()
  return WebAssembly.compile(Uint8Array.from(buffer))
}

/** Returns the program of `scan.wat`, which threads make their own instances of; it is assembled once. */
export function scanModule(): Promise<WebAssembly.Module> {
  assembled ??= assemble()
  return assembled
}
