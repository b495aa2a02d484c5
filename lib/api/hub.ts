import { z } from 'zod'
import {
  hubDatasetSchema,
  hubNameSchema,
  hubRequestSchema,
  hubRevisionSchema,
} from '@/lib/contracts/hub'
import { jobSchema } from '@/lib/contracts/job'
import { get } from './endpoint'
import { startsJob } from './jobs'

export const hubDatasetEndpoint = get('/hub/dataset', {
  summary: 'Says which parts a data set of the Hugging Face hub has, and how large they are.',
  query: z.object({ name: hubNameSchema, revision: hubRevisionSchema.default('main') }),
  example: { query: { name: 'tatsu-lab/alpaca' } },
  reply: hubDatasetSchema,
})

export const hubDownloadsEndpoint = get('/hub/downloads', {
  summary:
    'Lists the downloads of data sets that go on, and those whose uploads are not imported yet.',
  reply: z.array(jobSchema),
})

export const fetchHubDatasetEndpoint = startsJob('/hub/dataset/fetch', {
  summary: 'Fetches parts of a data set as a job; its result names the uploads that they became.',
  body: hubRequestSchema,
  example: {
    body: {
      name: 'tatsu-lab/alpaca',
      commit: 'dce01c9b08f87459cf36a430d809084718273017',
      parts: [{ config: 'default', split: 'train' }],
    },
  },
})
