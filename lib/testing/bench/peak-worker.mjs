// @ts-check
// One thread of the floating-point peak. Plain JavaScript, because threads load it without a TypeScript loader.
import { parentPort, workerData } from 'node:worker_threads'
import ort from 'onnxruntime-node'

/** @type {{ graph: Uint8Array; tile: number; width: number; products: number }} */
const { graph, tile, width, products } = workerData

const session = await ort.InferenceSession.create(graph, {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
  logSeverityLevel: 3,
})
const tensor = () =>
  new ort.Tensor('float32', new Float32Array(tile * width).fill(0.5), [tile, width])
const feeds = { A: tensor(), B: tensor(), step: new ort.Tensor('float32', [1], []) }
await session.run(feeds)
parentPort?.on('message', async () => {
  for (let i = 0; i < products; i += 1) await session.run(feeds)
  parentPort?.postMessage('done')
})
parentPort?.postMessage('ready')
