interface Entry {
  term: string
  meaning: string
}

/** The terms of the field as they are used on every page. */
export const GLOSSARY: readonly Entry[] = [
  {
    term: 'Study',
    meaning: 'Seed sets, the rows evolved from them, and every metric computed on both.',
  },
  {
    term: 'Seed, seed set',
    meaning:
      'A seed is an instruction that evolution starts from; a seed set is a numbered list of seeds. Rows are paired by seed: the rows that come from one seed are compared across evolvers and rounds.',
  },
  {
    term: 'Evolver',
    meaning:
      'The model that rewrote the instructions, with its decoding settings and prompts. It has the same colour and mark in the whole study.',
  },
  { term: 'Round', meaning: 'How often an instruction was rewritten; seeds are round 0.' },
  {
    term: 'Experiment',
    meaning:
      'A plan that evolves seeds by several evolvers, stage by stage, and the rows, responses and measures that come of it. The plan file repeats it.',
  },
  {
    term: 'Cell',
    meaning:
      'All rows of one seed set, evolver and round. Importing a changed file again creates a new revision of the cell.',
  },
  {
    term: 'Formula column',
    meaning:
      'A column computed from other columns by a formula of yours. Its value in a row is missing where what it reads is.',
  },
  {
    term: 'Subset',
    meaning:
      'The rows that a filter or a list of rules selects. A subset can be saved, computed, drawn, compared and exported.',
  },
  {
    term: 'Map',
    meaning:
      'The rows as points in two dimensions, laid out so that rows with similar embeddings are near each other. An area of it can be a condition of the filter.',
  },
  {
    term: 'Decision',
    meaning:
      'What a person says of rows: a star, keep or exclude, a tag of their own, a note. It is made on one row, on selected rows or on every row that a filter shows, and is one entry of the log, with who, when and why; undoing it brings back what was said before.',
  },
  {
    term: 'Benchmark result',
    meaning:
      'What a model trained on the data reached on a benchmark, with the unit, n and place in its file. Two results are compared only where benchmark, metric key, examples in the prompt, chat template and version of the evaluation tool agree.',
  },
  {
    term: 'Blind A/B',
    meaning:
      'A person reads two rows of one seed without seeing which evolver wrote which, and says which is better. Pairs are a random sample of those whose texts differ; which row stands left is random for each pair and stored. The evolvers are shown when the session ends.',
  },
  {
    term: 'Student',
    meaning: 'The model that was trained on evolved rows and then evaluated.',
  },
  {
    term: 'Operator',
    meaning:
      'What the evolver was asked to do: add constraints, deepen, concretize, increase reasoning steps, or, for breadth, write a new instruction of the same kind.',
  },
  {
    term: 'Evolution health',
    meaning:
      'Flags of an evolved row that show in its text: empty, a copy of its parent, answered instead of rewritten, refused, a leaked template, another language, truncated, too long, an input that no longer fits. Each follows one rule, stated with its column.',
  },
  {
    term: 'Topic drift',
    meaning:
      'How far an evolved row is from its seed: 1 less the cosine of their vectors. It is flagged where the distance is that of rows and seeds of others, unless breadth asked for another topic.',
  },
  {
    term: 'Elimination',
    meaning:
      'What Evol-Instruct throws away: rows that a judge model finds equal to their parent, and rows whose texts show that evolving failed. Here such rows are flagged and stay.',
  },
  {
    term: 'Alignment',
    meaning:
      'The link of each row to its parent: recorded while evolving, or found by row number, id, text or likeness of the texts. The parent file can be any earlier round of the seed set. The aligned share is shown in each cell, where the alignment and the operators can be changed. Rows without a parent have no lineage.',
  },
  {
    term: 'Lineage',
    meaning:
      'The rows that descend from one seed, round by round. The page Lineage shows each step beside its parent; files with rows without a seed, and seeds with several rows in a file, are named above the grid.',
  },
  {
    term: 'Measure of a set',
    meaning:
      'One number for a whole cell or subset, such as its compression ratio. It depends on how many rows there are, so cells are compared over random draws of equally many rows; the spread over the draws is shown.',
  },
  {
    term: 'Run, run details',
    meaning:
      'A run is one computation of a metric. Its definition (metric version, parameters, model, prompts) is hashed, and only values with the same hash share an axis. Run details show the definition, the rows, failures, tokens and cost.',
  },
  {
    term: 'Backend, capability',
    meaning:
      'A backend is an embedded model or an inference server. Metrics require capabilities, such as prompt log-probabilities, not particular backends.',
  },
  {
    term: 'Replica endpoint',
    meaning: 'A further address that serves the same model; requests are spread over all of them.',
  },
  {
    term: 'Judge model, response model',
    meaning:
      'A judge model rates instructions or responses with a prompt; a response model writes the responses to instructions.',
  },
  {
    term: 'Response set, current set',
    meaning:
      'Responses of one definition: with the files, or by one response model, its prompts and decoding. A file may have several; the current one is shown, searched, scored and exported, and runs name the one that they scored.',
  },
  {
    term: 'Random seed',
    meaning:
      'The number that makes a random sample or a sampled reply repeatable. It has nothing to do with the seeds of a seed set.',
  },
  {
    term: 'Conditional and unconditional loss',
    meaning:
      'Mean negative log-likelihood of the response tokens with the instruction as context (conditional) and without it (unconditional), in nats per token.',
  },
  {
    term: 'IFD',
    meaning:
      'Instruction-following difficulty: conditional divided by unconditional loss. Near 1 the instruction hardly helps the model to predict the response.',
  },
  {
    term: 'IC-IFD',
    meaning:
      'IFD that also takes into account how likely the instruction itself is, so that complex instructions count.',
  },
  {
    term: 'MND',
    meaning:
      'Minimum neighbour distance: the distance of a row from its most similar neighbour in the same cell. Low values mean repetitive rows.',
  },
  {
    term: 'First-token probabilities',
    meaning:
      'How certain the evolver was of the first tokens it wrote. High values mean few alternatives and therefore similar evolutions.',
  },
  {
    term: 'With warnings',
    meaning: 'A value was computed, but with a caveat, for example on a text that was cut off.',
  },
  {
    term: 'Excluded row',
    meaning: 'A row marked to be left out. It stays in the study and can be included again.',
  },
  {
    term: 'Cost budget, max runtime',
    meaning:
      'Limits per job. A job that reaches one pauses and can be resumed with a higher limit.',
  },
  {
    term: 'Claim, verdict',
    meaning:
      'A statement of the paper, or your own, that is checked on the study. Match and differs need a direction that interval and corrected test both show; not comparable says why there is no such answer.',
  },
]
