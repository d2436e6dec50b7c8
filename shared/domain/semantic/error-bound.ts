/** The share of look-alike questions that may be served another question's answer, unless the operator sets another. */
export const DEFAULT_ERROR_BOUND = 0.01;
