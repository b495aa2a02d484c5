import { Deflate } from 'pako'
import { defineTextMeasure } from './define'

// Half a megabyte is a tenth of a second of compression: then other work of the process gets its turn.
const PART_BYTES = 1 << 19

/** Compressed size of a text. Node's own zlib is another program under the same name, whose sizes change with processor and version. */
async function gzipBytes(bytes: Uint8Array, pause: () => Promise<void>): Promise<number> {
  const deflate = new Deflate({ level: 9, gzip: true })
  let size = 0
  deflate.onData = (chunk) => {
    size += (chunk as Uint8Array).length
  }
  for (let at = 0; at < bytes.length; at += PART_BYTES) {
    const end = at + PART_BYTES
    deflate.push(bytes.subarray(at, end), end >= bytes.length)
    await pause()
  }
  return size
}

/** Bytes of the texts over their compressed bytes. */
export const compressionRatio = defineTextMeasure({
  id: 'compression_ratio',
  version: 1,
  label: 'Compression ratio',
  description:
    'How much smaller gzip makes the texts of a cell: repeated phrases compress, so a higher ratio means less varied texts. The package "diversity" compresses the gzip file once more and so gives a slightly lower number.',
  formula: 'bytes of the texts joined by one blank (UTF-8) / bytes of gzip, level 9, of that',
  source: 'arXiv 2403.00553; pako 2.1.0, whose sizes are those of zlib 1.2.13 on every machine',
  params: {},
  computedBy: 'pako 2.1.0, gzip level 9 (sizes of zlib 1.2.13)',
  outputs: [
    {
      key: 'ratio',
      label: 'Compression ratio',
      unit: '',
      direction: 'lower',
      directionMeans: 'More varied: the texts repeat less of each other.',
      description: 'Bytes before over bytes after compression.',
    },
  ],
  async measure(texts, _params, pause) {
    const bytes = Buffer.from(texts.join(' '), 'utf8')
    if (bytes.length === 0) return { ratio: null }
    return { ratio: bytes.length / (await gzipBytes(bytes, pause)) }
  },
  examples: [
    // 80 bytes in 65: 15 of them are the frame of a gzip file, so short sets hardly compress.
    {
      name: 'three short texts',
      set: [
        'the cat sat on the mat',
        'the cat sat on the rug',
        'a dog ran after the cat on the mat',
      ],
      expected: { ratio: 80 / 65 },
    },
    { name: 'no text at all', set: [], expected: { ratio: null } },
  ],
})
