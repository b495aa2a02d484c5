// Whether the web process answers, for containers: leaves with 0 or 1. Settings come from the environment.
import process from 'node:process'
import { settings } from './settings.mjs'

const ANSWER_MS = 4_000

async function isHealthy() {
  const { host, port, token } = settings([], process.env)
  const everywhere = { '0.0.0.0': '127.0.0.1', '::': '::1' }
  const name = everywhere[host] ?? host
  const address = `http://${name.includes(':') ? `[${name}]` : name}:${port}/api/health`
  const sent = token ?? process.env.EVOLENS_ACCESS_TOKEN
  const headers = sent ? { authorization: `Bearer ${sent}` } : {}
  const answer = await fetch(address, { headers, signal: AbortSignal.timeout(ANSWER_MS) })
  return answer.ok && (await answer.json()).ok === true
}

process.exitCode = (await isHealthy().catch(() => false)) ? 0 : 1
