/** Returns the answer with bytes that a browser keeps: nothing new (304), a range of them (206, 416) or all. */
export function bytesResponse(request: Request, bytes: Uint8Array, tag: string): Response {
  const etag = `"${tag}"`
  const headers: Record<string, string> = {
    'content-type': 'application/octet-stream',
    // Kept, and asked again each time, since what they are of may change.
    'cache-control': 'private, no-cache',
    'accept-ranges': 'bytes',
    etag,
  }
  if (request.headers.get('if-none-match') === etag) {
    return new Response(null, { status: 304, headers })
  }
  const condition = request.headers.get('if-range')
  const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get('range') ?? '')
  if (
    !range ||
    (range[1] === '' && range[2] === '') ||
    (condition !== null && condition !== etag)
  ) {
    return new Response(bytes as BodyInit, { headers })
  }
  const n = bytes.length
  const isTail = range[1] === ''
  const first = isTail ? Math.max(0, n - Number(range[2])) : Number(range[1])
  const last = isTail || range[2] === '' ? n - 1 : Math.min(n - 1, Number(range[2]))
  if (first > last) {
    headers['content-range'] = `bytes */${n}`
    return new Response(null, { status: 416, headers })
  }
  headers['content-range'] = `bytes ${first}-${last}/${n}`
  return new Response(bytes.subarray(first, last + 1) as BodyInit, { status: 206, headers })
}
