import { getLlama, LlamaLogLevel } from 'node-llama-cpp'
import { libraryFolder, openLibrary } from '@/lib/backends/embedded/library'
import { NativeEngine } from '@/lib/backends/embedded/native-engine'
import { PublicEngine } from '@/lib/backends/embedded/public-engine'
const modelPath = process.env.HOME + '/.cache/evolens/models/smollm2-135m-instruct/SmolLM2-135M-Instruct.Q4_1.gguf'
const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, progressLogs: false, maxThreads: 1, logLevel: LlamaLogLevel.error })
const lib = openLibrary(libraryFolder(false), 'v0.5.0')
const o = { modelPath, threads: 1, tuneThreads: false, gpuLayers: 0, contextLength: 512, sequences: 1 }
const fast = new NativeEngine(lib, o), dec = new NativeEngine(lib, { ...o, decodeOnly: true }), slow = await PublicEngine.open(llama, o)
const text = fast.tokenize('Explain to a class of beginners how a river shapes a valley over time, and name two examples. '.repeat(12), false)
const rows = [text.slice(0, 120), text.slice(3, 200)]
for (const e of [fast, dec]) await e.score(rows)
await slow.score([text.slice(0, 8)])
for (let k = 0; k < 3; k++) for (const [n, e, r] of [['fast', fast, rows], ['decode', dec, rows], ['public', slow, [rows[0]!.slice(0,60)]], ['fast60', fast, [rows[0]!.slice(0,60)]]] as const) {
  const c = process.cpuUsage(); const t = performance.now(); await e.score(r); const u = process.cpuUsage(c); const tok = r.reduce((a, b) => a + b.length - 1, 0)
  console.log(n, 'cpu ms/token', ((u.user + u.system) / 1000 / tok).toFixed(2), 'wall', ((performance.now() - t) / tok).toFixed(2))
}
process.exit(0)
