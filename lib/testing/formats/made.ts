import type { CanonicalRow, Source } from '@/lib/formats/types'

/** Returns a source over bytes in memory; `chunkBytes` sets how they are handed over. */
export function bytesSource(
  name: string,
  bytes: Uint8Array | string,
  chunkBytes = 1 << 20,
): Source {
  const data = typeof bytes === 'string' ? Buffer.from(bytes) : bytes
  async function* chunks() {
    for (let at = 0; at < data.length; at += chunkBytes) yield data.subarray(at, at + chunkBytes)
  }
  return { name, open: chunks }
}

/** Returns a canonical row in Alpaca shape for rows that were made here. */
export function plainRow(
  index: number,
  texts: { instruction: string; input?: string; output?: string | null },
): CanonicalRow {
  const output = texts.output ?? null
  return {
    index,
    instruction: texts.instruction,
    input: texts.input ?? '',
    output,
    system: null,
    history: null,
    messages: null,
    tools: null,
    externalId: null,
    extra: null,
    keys: ['instruction', 'input', 'output'],
    flags: output ? [] : ['no_response'],
  }
}
