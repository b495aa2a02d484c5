// Imported by a child whose stdin is a pipe from its supervisor: when the pipe closes, the supervisor is gone.
import { fstatSync } from 'node:fs'
import process from 'node:process'

const input = fstatSync(0)
if (input.isFIFO() || input.isSocket()) {
  process.stdin.on('end', () => process.exit(0))
  process.stdin.on('error', () => process.exit(0))
  process.stdin.resume()
  // A listening server keeps the process alive, not this pipe.
  process.stdin.unref?.()
}
