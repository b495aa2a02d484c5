/** The next token of a reply, and where it stands in its place. */
export interface NextToken {
  id: number
  position: number
}

/**
 * Where replies are computed side by side. A place holds one prompt and its reply; what is computed in one does not
 * depend on the others.
 */
export interface ReplyPlaces {
  readonly count: number
  /** Makes room for a prompt and reply of so many tokens; false where only other places have it, or, unless some are `taken`, are better. */
  makeRoom(tokens: number, taken: boolean): boolean
  /** Returns the one of these places that holds most of a prompt already. */
  nearest(places: readonly number[], prompt: Int32Array): number
  /** Computes a prompt; returns the logits after its last token, or null where that token is left to the first step. */
  begin(place: number, prompt: Int32Array): Promise<Float32Array | null>
  /** Computes one token in each place that has one; returns their logits behind each other, valid until the next call. */
  step(tokens: readonly (NextToken | null)[]): Promise<Float32Array>
  free(): void
}

/** Makes places that hold so many tokens each. */
export type OpenPlaces = (tokens: number) => Promise<ReplyPlaces>
