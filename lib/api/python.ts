import type { ApiOperation } from './openapi'

/** Returns a JSON value as Python writes it. */
export function pythonValue(value: unknown, indent = ''): string {
  if (value === null || value === undefined) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  // JSON's escapes of text are Python's, as long as no character is left literal that ends a line.
  if (typeof value !== 'object') {
    return JSON.stringify(value).replaceAll(/[\u007f-\uffff]/g, (char) => {
      const code = char.charCodeAt(0).toString(16)
      return `\\u${code.padStart(4, '0')}`
    })
  }
  const deeper = `${indent}    `
  const isList = Array.isArray(value)
  const parts = isList
    ? value.map((one) => pythonValue(one, deeper))
    : Object.entries(value).map(
        ([name, one]) => `${pythonValue(name)}: ${pythonValue(one, deeper)}`,
      )
  const [open, close] = isList ? '[]' : '{}'
  const line = `${open}${parts.join(', ')}${close}`
  if (line.length < 80 && !line.includes('\n')) return line
  return `${open}\n${parts.map((part) => `${deeper}${part},\n`).join('')}${indent}${close}`
}

const HEAD = `import json, os, urllib.error, urllib.parse, urllib.request

BASE = os.environ.get("EVOLENS_URL", "http://127.0.0.1:3000") + "/api"
TOKEN = os.environ.get("EVOLENS_ACCESS_TOKEN")  # needed where Evolens was started with one
headers = {"Authorization": f"Bearer {TOKEN}"} if TOKEN else {}
`

const snake = (name: string) => name.replaceAll(/[A-Z]/g, (char) => `_${char.toLowerCase()}`)

/** Lines that give the request its body, and the name under which it is sent. */
function bodyLines({ endpoint: { takes }, body }: Call): { lines: string[]; data: string } {
  if (body) {
    return {
      lines: [
        `body = ${pythonValue(body.example)}`,
        'headers["Content-Type"] = "application/json"',
        'data = json.dumps(body).encode()',
      ],
      data: ', data=data',
    }
  }
  if (takes === undefined) return { lines: [], data: '' }
  const lines = [`headers["Content-Type"] = ${pythonValue(takes)}`]
  return { lines: [...lines, 'data = open("FILE", "rb").read()'], data: ', data=data' }
}

type Call = Pick<ApiOperation, 'endpoint' | 'parameters' | 'body' | 'reply'>

/** Returns a script for Python's own library that makes a call; query values that may be left out are those given. */
export function pythonOf(call: Call, query: Record<string, unknown>): string {
  const { endpoint, parameters, reply } = call
  const inPath = parameters.filter((one) => one.in === 'path')
  const asked = parameters.filter(
    (one) => one.in === 'query' && (one.required || one.isJson || Object.hasOwn(query, one.name)),
  )
  const names = inPath.map(({ name, example }) => `${snake(name)} = ${pythonValue(example)}`)
  const address = endpoint.path.replaceAll(
    /\[(\w+)\]/g,
    (_, name: string) => `{urllib.parse.quote(str(${snake(name)}), safe="")}`,
  )
  const values = asked.map(({ name, isJson, example }) => {
    const value = pythonValue(example, '    ')
    return `    ${pythonValue(name)}: ${isJson ? `json.dumps(${value})` : value},`
  })
  const search = values.length > 0 ? ['query = {', ...values, '}'] : []
  const { lines, data } = bodyLines(call)
  const tail = search.length > 0 ? ' + "?" + urllib.parse.urlencode(query)' : ''
  const print = reply
    ? '        print(json.dumps(json.load(reply), indent=2))'
    : endpoint.streams === undefined
      ? '        print(reply.status)'
      : '        open("reply.bin", "wb").write(reply.read())'
  return `${[
    HEAD,
    ...names,
    ...search,
    ...lines,
    // Names are percent-encoded, so that a value never leads to another route.
    `url = BASE + ${address.includes('{') ? `f'${address}'` : pythonValue(address)}${tail}`,
    `request = urllib.request.Request(url, method="${endpoint.method}", headers=headers${data})`,
    'try:',
    '    with urllib.request.urlopen(request) as reply:',
    print,
    'except urllib.error.HTTPError as error:',
    '    raise SystemExit(json.load(error)["error"]["message"])',
  ].join('\n')}\n`
}
