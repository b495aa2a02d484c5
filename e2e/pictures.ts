import { inflateSync } from 'node:zlib'

/** Returns the text that stands escaped in XML. */
const unescaped = (xml: string) =>
  xml
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

/** Returns the streams of a PDF, inflated where they are compressed. */
export function pdfStreams(pdf: Buffer): string[] {
  const text = pdf.toString('latin1')
  return [...text.matchAll(/stream\r?\n([\s\S]*?)\r?\nendstream/g)].map(([, body = '']) => {
    try {
      return inflateSync(Buffer.from(body, 'latin1')).toString('latin1')
    } catch {
      return body
    }
  })
}

/** Returns the card that a picture carries, as JSON text; '' where it has none. */
export function cardOf(file: Buffer, format: 'svg' | 'pdf' | 'png'): string {
  if (format === 'png') {
    const at = file.indexOf('iTXtEvolens\0\0\0\0\0')
    const length = at < 0 ? 0 : file.readUInt32BE(at - 4)
    return file.toString('utf8', at + 4 + 'Evolens'.length + 5, at + 4 + length)
  }
  const found =
    format === 'svg'
      ? /<metadata>([\s\S]*?)<\/metadata>/.exec(file.toString())
      : /<evolens:card>([\s\S]*?)<\/evolens:card>/.exec(pdfStreams(file).join('\n'))
  return unescaped(found?.[1] ?? '')
}
