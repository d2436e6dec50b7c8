/** Default of `SEMANTIC_ERROR_BOUND`: the largest share of look-alikes that may be served another question's answer. */
export const DEFAULT_ERROR_BOUND = 0.01;
