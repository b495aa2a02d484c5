import { describe, expect, it } from 'vitest'
import { isKeyVariable, requireKeyVariable, unsetKeyError } from './key-variables'

const listed = (text: string) => ({ EVOLENS_KEY_VARIABLES: text })

describe('key variables', () => {
  it.each(['VLLM_KEY', 'OPENAI_API_KEY', 'LAB_TOKEN', 'lab_api_token', 'AZURE_OPENAI_API_KEY'])(
    'allow %s',
    (name) => expect(isKeyVariable(name, {})).toBe(true),
  )

  it.each([
    'EVOLENS_MASTER_KEY',
    'EVOLENS_ACCESS_TOKEN',
    'AWS_SESSION_TOKEN',
    'AWS_API_KEY',
    'PATH',
    'HOME',
    'GITHUB_TOKEN',
    'GH_TOKEN',
    'NPM_TOKEN',
    'STRIPE_API_KEY',
    'DJANGO_SECRET_KEY',
    'SECRET_KEY',
    'DEPLOY_SSH_KEY',
    'DATABASE_URL',
    'MY_PASSWORD',
    'HF_TOKEN',
    'TLS_PRIVATE_KEY',
    'KEY',
    '',
    'sk-abc',
    'A_KEY=1',
    '__proto__',
  ])('refuse %j', (name) => expect(isKeyVariable(name, {})).toBe(false))

  it('follow the list of the operator, which never covers secrets of Evolens and AWS', () => {
    expect(isKeyVariable('LAB_KEY', listed('GPU_*, HF_TOKEN'))).toBe(false)
    expect(isKeyVariable('GPU_PASS', listed('GPU_*, HF_TOKEN'))).toBe(true)
    expect(isKeyVariable('HF_TOKEN', listed('GPU_*, HF_TOKEN'))).toBe(true)
    // A star does not reach what opens something else, a whole name does.
    expect(isKeyVariable('GITHUB_TOKEN', listed('*'))).toBe(false)
    for (const name of ['EVOLENS_MASTER_KEY', 'EVOLENS_ACCESS_TOKEN', 'AWS_SECRET_ACCESS_KEY']) {
      for (const list of ['*', name, `${name}*`, 'E*,A*'])
        expect(isKeyVariable(name, listed(list))).toBe(false)
    }
    // What is no pattern of letters matches nothing by accident.
    expect(isKeyVariable('PATH', listed('.*, (PATH|X)'))).toBe(false)
  })

  it('say what to do, and never repeat a key that was pasted in place of a name', () => {
    expect(() => requireKeyVariable('GITHUB_TOKEN', {})).toThrow(
      /GITHUB_TOKEN.*EVOLENS_KEY_VARIABLES/,
    )
    for (const pasted of ['sk-abc123', 'hf_AbCdEf0123456789']) {
      expect(() => requireKeyVariable(pasted, {})).toThrow(/^That is no environment variable/)
    }
    expect(unsetKeyError('A_KEY', false).message).toContain('A_KEY is not set')
    expect(unsetKeyError('A_KEY', true).message).toContain(
      'worker that runs was started without it',
    )
  })
})
