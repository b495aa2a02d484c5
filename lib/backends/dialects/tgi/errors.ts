import type { Judge } from '@/lib/backends/http/errors'

/** What TGI's refusals mean: 422 for one text that does not validate, 424 and 500 for a failed generation. */
export const judgeTgi: Judge = ({ status, message }) => {
  if (status !== 422) return null
  if (/grammar|schema|regex/i.test(message)) return { kind: 'config', reason: 'bad_schema' }
  if (
    /(temperature|top_p|top_k|seed|stop|best_of|decoder_input_details)`? (must|is|for)/i.test(
      message,
    )
  ) {
    return { kind: 'config', reason: 'parameter' }
  }
  const long = /tokens?|length|too long|must be <=/i.test(message)
  return { kind: 'row', reason: long ? 'too_long' : 'refused' }
}
