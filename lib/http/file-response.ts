import type { AskedStretch, SentFile } from '@/lib/services/sent-file'

/** Returns the stretch of a file that a request asks for. */
export function askedStretch({ headers }: Request): AskedStretch {
  return { range: headers.get('range'), ifRange: headers.get('if-range') }
}

/** Returns the answer that sends a file, or a stretch of it. Its name holds no character that a header would have to quote. */
export function fileResponse(file: SentFile): Response {
  const { status, contentRange } = file
  return new Response(file.body, {
    status,
    headers: {
      'content-type': file.contentType,
      'content-length': String(file.length),
      ...(contentRange === null ? {} : { 'content-range': contentRange }),
      'accept-ranges': 'bytes',
      etag: file.etag,
      'content-disposition': `attachment; filename="${file.fileName}"`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
  })
}
