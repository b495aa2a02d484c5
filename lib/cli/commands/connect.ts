import process from 'node:process'
import type { Command } from 'commander'
import { serverAddress } from '@/lib/backends/detect/server-address'
import { detectInputSchema, detectionSchema, type DetectionInfo } from '@/lib/contracts/backends'
import { AppError } from '@/lib/errors'
import { addBackend } from '@/lib/services/backends'
import { requestDetection } from '@/lib/services/backends/detect'
import type { ServiceContext } from '@/lib/services/context'
import { openContext } from '../context'
import { followAsked } from '../follow'
import { say } from '../output'
import { probeAndPrint } from './probe'

interface ConnectOptions {
  kind?: string
  model?: string
  label?: string
  keyEnv?: string
  keyStdin?: boolean
  replica?: string[]
  priceIn?: string
  priceOut?: string
  currency?: string
  caFile?: string
  allowPlainHttp?: boolean
  config?: string
  require?: string[]
}

// Enough names to recognise the one that was meant.
const SHOWN_MODELS = 20

function price(text: string | undefined, name: string): number | null {
  if (text === undefined) return null
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new AppError('invalid_input', `${name} is not a price: give a number, 0 or more.`)
  }
  return value
}

/** Returns the settings of a `--config` text; throws `invalid_input` when it is no JSON object. */
export function parseConfigText(text: string | undefined): Record<string, unknown> {
  if (text === undefined) return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    value = null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AppError('invalid_input', '--config is not a JSON object.')
  }
  return value as Record<string, unknown>
}

/** Returns the model to ask for: the one that was named, or the only one offered. */
export function chooseModel(
  named: string | undefined,
  found: Pick<DetectionInfo, 'models'> | null,
): DetectionInfo['models'][number] | null {
  const models = found?.models ?? []
  if (named !== undefined) {
    return models.find(({ id }) => id === named) ?? { id: named, contextLength: null }
  }
  if (models.length <= 1) return models[0] ?? null
  const names = models.slice(0, SHOWN_MODELS).map(({ id }) => id)
  const more = models.length > names.length ? ` and ${models.length - names.length} more` : ''
  throw new AppError(
    'invalid_input',
    `The server offers several models; choose one with --model: ${names.join(', ')}${more}.`,
  )
}

async function readKey(): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of process.stdin) chunks.push(chunk as Buffer)
  const key = Buffer.concat(chunks).toString('utf8').trim()
  if (!key) throw new AppError('invalid_input', 'No key came on the standard input.')
  return key
}

async function detect(
  context: ServiceContext,
  url: string,
  options: ConnectOptions,
  key: string | undefined,
  quiet: boolean,
): Promise<{ found: DetectionInfo; keyDraft: string | null }> {
  const { job, keyDraft } = requestDetection(
    context.db,
    detectInputSchema.parse({
      url,
      keyEnv: options.keyEnv ?? null,
      ...(key === undefined ? {} : { key }),
      caFile: options.caFile ?? null,
      allowPlainHttp: options.allowPlainHttp === true,
    }),
  )
  const ended = await followAsked(context, job.id, quiet)
  return { found: detectionSchema.parse(ended.result), keyDraft }
}

/** The error for a server that shows no model without another key. */
function keyError({ server, keySent }: DetectionInfo, keyEnv: string | undefined): AppError {
  if (keySent) {
    const which = keyEnv === undefined ? 'the key' : `the key in ${keyEnv}`
    return new AppError(
      'backend_unavailable',
      `${server} refuses ${which}. Correct it and connect again.`,
    )
  }
  return new AppError(
    'invalid_input',
    `${server} asks for a key. Name its variable with --key-env, or pipe it in with --key-stdin.`,
  )
}

async function connect(url: string, options: ConnectOptions, json: boolean): Promise<void> {
  const context = openContext()
  const extra = parseConfigText(options.config)
  const prices = {
    promptPerMillion: price(options.priceIn, '--price-in'),
    completionPerMillion: price(options.priceOut, '--price-out'),
    currency: options.currency ?? 'USD',
  }
  const key = options.keyStdin ? await readKey() : undefined
  const isKnown = options.kind !== undefined && options.model !== undefined
  const look = isKnown ? null : await detect(context, url, options, key, json)
  const found = look?.found ?? null
  if (found && !json) say('Found', `${found.server} at ${found.baseUrl}. ${found.note}`.trim())
  const model = chooseModel(options.model, found)
  if (!model && found?.keyNeeded) throw keyError(found, options.keyEnv)
  const baseUrl = found?.baseUrl ?? serverAddress(url)
  const hasPrices = prices.promptPerMillion !== null || prices.completionPerMillion !== null
  const { backend, job } = addBackend(context.db, {
    kind: options.kind ?? found?.kind ?? '',
    label: (options.label ?? model?.id ?? new URL(baseUrl).host).slice(0, 80),
    config: {
      ...(found ? { use: found.use } : {}),
      ...(model?.contextLength ? { contextLength: model.contextLength } : {}),
      ...extra,
      baseUrl,
      ...(model ? { model: model.id } : {}),
      ...(options.keyEnv ? { keyEnv: options.keyEnv } : {}),
      ...(options.caFile ? { caFile: options.caFile } : {}),
      ...(options.allowPlainHttp ? { allowPlainHttp: true } : {}),
      ...(options.replica ? { replicas: options.replica } : {}),
      ...(hasPrices ? { prices } : {}),
    },
    ...(look?.keyDraft ? { keyDraft: look.keyDraft } : key === undefined ? {} : { key }),
  })
  if (!json) say('Added', `${backend.label} (${backend.kindLabel}), id ${backend.id}`)
  await probeAndPrint(context, backend.id, {
    json,
    required: options.require ?? [],
    jobId: job.id,
  })
}

/** Adds `connect`. */
export function addConnectCommand(program: Command, json: () => boolean): void {
  program
    .command('connect <url>')
    .description(
      'add the inference server at an address: finds out its kind and model, then probes it; exit code 4 when nothing works',
    )
    .option('--kind <kind>', 'kind of server, when it is not to be found out')
    .option('--model <name>', 'model name, where the server offers several')
    .option('--label <text>', 'name in runs and their details; default the model name')
    .option('--key-env <name>', 'environment variable that holds the key')
    .option('--key-stdin', 'read the key from the standard input and store it encrypted')
    .option('--replica <urls...>', 'replica endpoints: other addresses of the same model')
    .option('--price-in <amount>', 'price of a million input tokens')
    .option('--price-out <amount>', 'price of a million output tokens')
    .option('--currency <code>', 'currency of the prices (default USD)')
    .option('--ca-file <path>', 'PEM file of a private certificate authority')
    .option('--allow-plain-http', 'allow http beyond this machine')
    .option('--config <json>', 'other settings of the kind, as a JSON object')
    .option('--require <capabilities...>', 'exit code 4 when one of these does not work')
    .action((url: string, options: ConnectOptions) => connect(url, options, json()))
}
