import { describe, expect, it } from 'vitest'
import { parseCurl } from './curl-command'
import { shellWords } from './shell-words'

describe('shellWords', () => {
  it.each([
    [`curl -H "A: b c" 'd e'f \\\n  g`, ['curl', '-H', 'A: b c', 'd ef', 'g']],
    ['curl ^\r\n -X POST ^\r\n h', ['curl', '-X', 'POST', 'h']],
    ['curl `\n  -X POST `\n  h', ['curl', '-X', 'POST', 'h']],
    ['-d "{\\"a\\": 1}"', ['-d', '{"a": 1}']],
    [`-d $'{"a": "it\\'s\\n\\x41"}'`, ['-d', '{"a": "it\'s\nA"}']],
    ['-H"A: b" -d\'{}\'', ['-HA: b', '-d{}']],
    ['"\\n" a\\ b', ['\\n', 'a b']],
    ['a "unclosed', ['a', '"unclosed']],
    ['-d ^"^{^\\^"a^\\^":1^}^" ^\r\n x', ['-d', '{"a":1}', 'x']],
    ['a^b', ['a^b']],
    ['Bearer $KEY "${KEY}"', ['Bearer', '$KEY', '${KEY}']],
  ])('%j', (command, words) => {
    expect(shellWords(command)).toEqual(words)
  })
})

const NONE = { model: null, hadKey: false, key: null, keyEnv: null }
const LOCAL = 'http://127.0.0.1:8000'

describe('parseCurl', () => {
  it('takes address, model and the key to be offered for storage', () => {
    const parts = parseCurl(
      `curl http://127.0.0.1:8000/v1/chat/completions -H 'Authorization: Bearer abc123' -d '{"model": "small-1", "messages": []}'`,
    )
    expect(parts).toEqual({
      baseUrl: LOCAL,
      model: 'small-1',
      hadKey: true,
      key: 'abc123',
      keyEnv: null,
    })
  })

  it.each([
    'curl 127.0.0.1:8000/v1/models',
    '$ curl http://127.0.0.1:8000/health',
    '> curl.exe http://127.0.0.1:8000/tokenize',
    'PS C:\\Users\\me> curl.exe -s http://127.0.0.1:8000/completion',
    'C:\\Windows\\System32\\curl.exe http://127.0.0.1:8000',
    'sudo curl http://127.0.0.1:8000/metrics',
    'sudo -u www env A=1 curl http://127.0.0.1:8000/docs#/default',
    'HTTPS_PROXY= LANG=C /usr/bin/curl http://127.0.0.1:8000/props',
    'curl -x http://proxy:3128 http://127.0.0.1:8000/slots',
    'curl --proxy http://proxy:3128 --url http://127.0.0.1:8000/v1/embeddings',
    'curl --proxy=http://proxy:3128 --url=http://127.0.0.1:8000/',
    'curl -o out.json -w "%{http_code}" --max-time 5 http://127.0.0.1:8000/v1/',
    'curl -sSL -XPOST -m5 http://127.0.0.1:8000/generate?x=1 | jq .',
    'curl -A http://agent.example http://127.0.0.1:8000 && curl http://other:1',
    'curl -e https://from.example --referer=https://from.example http://127.0.0.1:8000/v1',
  ])('reads the address of %s', (command) => {
    expect(parseCurl(command)).toEqual({ baseUrl: LOCAL, ...NONE })
  })

  it.each([
    `curl ${LOCAL} -H"Authorization: Bearer tok-1"`,
    `curl ${LOCAL} -H'authorization: bearer tok-1'`,
    `curl ${LOCAL} --header="Authorization: Bearer tok-1"`,
    `curl ${LOCAL} --header 'X-API-Key: tok-1'`,
    `curl ${LOCAL} -sH 'api-key:tok-1'`,
    `curl ${LOCAL} -H $'Authorization: Bearer tok-1'`,
    `curl ${LOCAL} --oauth2-bearer tok-1`,
    `curl ^\r\n  -H "Authorization: Bearer tok-1" ^\r\n  ${LOCAL}/v1/models`,
  ])('finds the key of %s', (command) => {
    expect(parseCurl(command)).toMatchObject({ baseUrl: LOCAL, hadKey: true, key: 'tok-1' })
  })

  it.each([
    [`curl ${LOCAL} -u user:pass`, null],
    [`curl ${LOCAL} -uuser:pass`, null],
    [`curl ${LOCAL} --user=user:pass`, null],
    ['curl http://user:pass@127.0.0.1:8000/v1/models', null],
    [`curl ${LOCAL} -H 'Authorization: Basic dXNlcjpwYXNz'`, null],
  ])('knows that %s holds a secret, and keeps nothing of it', (command, key) => {
    const parts = parseCurl(command)
    expect(parts).toMatchObject({ baseUrl: LOCAL, hadKey: true, key })
    expect(JSON.stringify(parts)).not.toMatch(/pass|dXNl/)
  })

  it.each(['"$LAB_KEY"', '"${LAB_KEY}"', '%LAB_KEY%', '$env:LAB_KEY', '"Bearer $LAB_KEY"'])(
    'names the variable of %s',
    (written) => {
      const header = written.startsWith('"Bearer')
        ? `"Authorization: ${written.slice(1)}`
        : `"Authorization: Bearer ${written.replaceAll('"', '')}"`
      expect(parseCurl(`curl --url https://h/v1/embeddings -H ${header}`)).toEqual({
        baseUrl: 'https://h',
        model: null,
        hadKey: false,
        key: null,
        keyEnv: 'LAB_KEY',
      })
    },
  )

  it('reads the model of every kind of data', () => {
    for (const data of [
      `-d'{"model":"m-1"}'`,
      `--data-raw '{"model":"m-1"}'`,
      `--json='{"model":"m-1"}'`,
      `-d "{\\"model\\":\\"m-1\\"}"`,
      `-d $'{"model":"m-1","x":"it\\'s"}'`,
    ]) {
      expect(parseCurl(`curl ${LOCAL} ${data}`)?.model).toBe('m-1')
    }
  })

  it('is null for other text', () => {
    for (const text of [
      LOCAL,
      'wget http://127.0.0.1:8000',
      'sudo rm curl',
      '',
      'curling http://a',
    ]) {
      expect(parseCurl(text)).toBeNull()
    }
    expect(parseCurl('curl javascript:alert(1)')?.baseUrl).toBeNull()
  })
})
