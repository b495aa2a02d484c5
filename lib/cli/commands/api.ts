import fs from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { Command } from 'commander'
import { AppError, type ErrorCode } from '@/lib/errors'
import { parseOutsideJson } from '@/lib/contracts/parse-json'
import { openContext } from '../context'
import { printJson, printLine, say } from '../output'
import { askRoutes } from '../routes'

interface ApiCommand {
  query: string[]
  body?: string
  upload?: string
  out?: string
}

function queryOf(pairs: readonly string[]): string {
  const query = new URLSearchParams()
  for (const pair of pairs) {
    const at = pair.indexOf('=')
    if (at < 1) throw new AppError('invalid_input', `--query "${pair}": write name=value.`)
    query.append(pair.slice(0, at), pair.slice(at + 1))
  }
  return query.size > 0 ? `?${query}` : ''
}

function bodyOf({ body, upload }: ApiCommand): unknown {
  if (upload !== undefined) return Readable.toWeb(fs.createReadStream(upload))
  if (body === undefined) return undefined
  const text = body.startsWith('@') ? fs.readFileSync(body.slice(1), 'utf8') : body
  const parsed = parseOutsideJson(text)
  if ('value' in parsed) return parsed.value
  throw new AppError('invalid_input', '--body is not valid JSON. A file is named with "@" before.')
}

async function failure(response: Response): Promise<AppError> {
  const { error } = (await response.json()) as { error: { code: ErrorCode; message: string } }
  return new AppError(error.code, error.message)
}

async function callApi(method: string, given: string, command: ApiCommand): Promise<void> {
  const address = `/${given.replace(/^\/?(api\/)?/, 'api/')}${queryOf(command.query)}`
  const { ask, close } = askRoutes(openContext())
  try {
    const { signal } = new AbortController()
    const response = await ask(method.toUpperCase(), address, { signal, body: bodyOf(command) })
    if (!response.ok) throw await failure(response)
    if (response.status === 204 || response.body === null) say('Done', address)
    else if (command.out !== undefined) {
      const from = Readable.fromWeb(response.body as NodeStream)
      await pipeline(from, fs.createWriteStream(command.out))
      say('Written', command.out)
    } else if (response.headers.get('content-type')?.startsWith('application/json')) {
      printJson(await response.json())
    } else printLine((await response.text()).trimEnd())
  } finally {
    await close()
  }
}

/** Adds `api`. */
export function addApiCommand(program: Command): void {
  program
    .command('api <method> <path>')
    .description(
      'make any call of the HTTP interface without a running server (`openapi` lists them), for example: api GET /studies',
    )
    .option(
      '--query <name=value>',
      'value after the question mark; may be given several times',
      (text: string, before: string[]) => [...before, text],
      [],
    )
    .option('--body <json>', 'body as JSON, or @file')
    .option('--upload <file>', 'a file as the body')
    .option('--out <file>', 'write the reply to a file')
    .action(callApi)
}
