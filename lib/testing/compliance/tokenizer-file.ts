import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { BigramModel } from '../servers/bigram'

const written = new Map<boolean, string>()

/** Returns the path of the bigram model's tokenizer.json, written once a process and removed at its end. */
export function bigramTokenizerFile(bos: boolean): string {
  const known = written.get(bos)
  if (known) return known
  const folder = mkdtempSync(path.join(tmpdir(), 'evolens-tokenizer-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'tokenizer.json')
  writeFileSync(file, JSON.stringify(new BigramModel(bos).tokenizerFile()))
  written.set(bos, file)
  return file
}
