import { z } from 'zod'
import type { HttpClient } from '@/lib/backends/http/client'
import { askIfOffered, getJson } from '@/lib/backends/scoring/ask'
import { chooseModel, statedFacts } from '@/lib/backends/scoring/models'
import type { ServerFacts } from '@/lib/backends/scoring/plain-server'
import type { ModelFacts } from '@/lib/backends/types'
import { parseReply } from '../openai/wire'

const count = z.number().int().positive().nullish().catch(null)
const name = z.string().max(500)

const modelsSchema = z.object({
  data: z
    .array(
      z.object({
        id: name,
        aliases: z.array(name).nullish().catch(null),
        meta: z
          .object({
            n_ctx: count,
            n_ctx_train: count,
            n_params: count,
            n_vocab: count,
            n_embd: count,
            size: count,
            ftype: name.nullish().catch(null),
          })
          .nullish()
          .catch(null),
      }),
    )
    .min(1),
})

const propsSchema = z.object({
  build_info: name.nullish().catch(null),
  total_slots: count,
  model_ftype: name.nullish().catch(null),
  model_path: name.nullish().catch(null),
  default_generation_settings: z.object({ n_ctx: count }).nullish().catch(null),
})

/** What llama-server says of itself and of the model it serves. */
interface LlamaServerFacts extends ServerFacts {
  model: string
  /** Requests that it works on at once; null where it does not say. */
  slots: number | null
  /** What tells its model file from others. */
  file: ModelFacts
}

/**
 * Returns the facts; throws `invalid_input` when it serves another model than the wanted one, because it would answer
 * requests for any name with its own.
 */
export async function llamaServerFacts(
  client: HttpClient,
  wanted: string,
  signal?: AbortSignal,
): Promise<LlamaServerFacts> {
  const { data } = parseReply(modelsSchema, await getJson(client, '/v1/models', signal))
  const names = data.flatMap(({ id, aliases }) =>
    [...new Set([id, ...(aliases ?? [])])].map((alias) => ({ id: alias, contextLength: null })),
  )
  const chosen = data.length === 1 && wanted === 'default' ? data[0]?.id : undefined
  const model = chosen ?? chooseModel(names, wanted).id
  const entry = data.find(({ id, aliases }) => id === model || aliases?.includes(model))
  const props = await askIfOffered(client, '/props', propsSchema, signal)
  const dtype = entry?.meta?.ftype ?? props?.model_ftype ?? ''
  const { n_params: parameters, n_vocab: vocabulary, n_embd: width, size } = entry?.meta ?? {}
  const place = props?.model_path
  return {
    // Replies state the id, whatever alias was asked for.
    model: entry?.id ?? model,
    server: props?.build_info ? `llama.cpp ${props.build_info}` : 'llama.cpp',
    contextLength: entry?.meta?.n_ctx ?? props?.default_generation_settings?.n_ctx ?? null,
    dtype,
    revision: '',
    slots: props?.total_slots ?? null,
    settings: {},
    file: statedFacts({ dtype, parameters, vocabulary, width, size, place }),
  }
}
