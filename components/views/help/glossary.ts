interface Entry {
  term: string
  meaning: string
}

/** The field's words as this program uses them. */
export const GLOSSARY: readonly Entry[] = [
  {
    term: 'Study',
    meaning: 'Seed sets, what evolvers made of them, and everything measured on both.',
  },
  {
    term: 'Seed set, slot',
    meaning:
      'The instructions that evolution starts from. A slot is the number of one seed; rows that grew from it in any evolver and round share the slot, which is what makes them comparable.',
  },
  {
    term: 'Evolver (arm)',
    meaning:
      'Who rewrote the instructions: a model with its decoding and prompts. One colour and mark in the whole study.',
  },
  { term: 'Round', meaning: 'How often an instruction was rewritten; seeds are round 0.' },
  {
    term: 'Cell',
    meaning:
      'All rows of one seed set, evolver and round. A changed file imported again makes a new revision.',
  },
  {
    term: 'Operator',
    meaning:
      'What the evolver was asked to do: add constraints, deepen, concretise, increase reasoning steps, or, for breadth, invent a new instruction of the same kind.',
  },
  {
    term: 'Alignment',
    meaning:
      'How rows meet their parents: recorded at birth, by row number, or by id. The matched share is shown; unmatched rows have no lineage. A click on it in the matrix aligns a file again or sets its operators.',
  },
  {
    term: 'Measure of a set',
    meaning:
      'One number for a whole cell or subset, such as its compression ratio. It depends on how many rows there are, so cells are compared over random draws of equally many rows; the spread over the draws is shown.',
  },
  {
    term: 'Run and definition',
    meaning:
      'A run is one computation of a metric. Its definition (metric version, parameters, model, prompts) is hashed; only equal hashes share an axis.',
  },
  {
    term: 'Backend, capability',
    meaning:
      'Who computes: a model inside this program or a server. Metrics ask for capabilities such as prompt log-probabilities, never for a backend by name.',
  },
  {
    term: 'IFD',
    meaning:
      'Instruction-following difficulty: how much the instruction helps the model to predict the response. Near 1 it hardly helps.',
  },
  {
    term: 'IC-IFD',
    meaning:
      'IFD that also takes into account how likely the instruction itself is, so that complex instructions count.',
  },
  {
    term: 'MND',
    meaning:
      'Minimum neighbour distance: how far a row is from its most similar neighbour in the same cell. Low means repetitive.',
  },
  {
    term: 'First-token probabilities',
    meaning:
      'How sure the evolver was of the first tokens it wrote: high values mean a narrow choice, hence similar evolutions.',
  },
]
