import { createHash } from 'node:crypto'
import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { zipSync } from 'fflate'
import type { FileSource, ModelManifest } from '@/lib/models/manifest'

/** Returns a new folder for one test. */
export function temporaryFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'evolens-models-'))
}

/** Returns the SHA-256 of bytes. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Returns bytes that do not compress, the same for the same length. */
export function noise(length: number): Uint8Array {
  let state = 7
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state >>> 24
  })
}

/** Writes a wheel (a zip) with the given members. */
export function writeWheel(file: string, members: Record<string, Uint8Array>): void {
  writeFileSync(file, zipSync(members))
}

/** Returns the manifest of a model of one file. */
export function oneFileModel(
  content: Uint8Array,
  sources: FileSource[],
  hash: string | null = sha256(content),
): ModelManifest {
  const file = { path: 'weights.bin', aliases: [], bytes: content.length, sha256: hash, sources }
  return {
    id: 'test-model',
    label: 'Test model',
    purpose: 'language',
    description: 'For tests.',
    licence: 'Apache-2.0',
    licenceUrl: 'https://example.org/licence',
    origin: 'https://example.org/model',
    main: 'weights.bin',
    folder: false,
    byDefault: false,
    files: [file],
  }
}

/** Writes a program that stands in for Python: it answers `-m pip download ... -d FOLDER` with a script's lines. */
export function fakePython(folder: string, lines: string): string {
  const file = path.join(folder, 'fake-python')
  const target = 'while [ "$1" != "-d" ]; do shift; done; target="$2"'
  writeFileSync(file, `#!/bin/sh\n${target}\n${lines}\n`)
  chmodSync(file, 0o755)
  return file
}

/** A hub on the loopback address; `handle` answers, `requests` tells what came. */
export async function stubHub(
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ url: string; requests: IncomingMessage[]; close: () => Promise<void> }> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    handle(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
