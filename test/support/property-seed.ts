import fc from "fast-check";

/** Put in by vitest.config.ts: the fixed seed of an ordinary run, or the fresh one of `npm run properties`. */
declare const __PROPERTY_SEED__: number;

// Every property test starts from the same seed, so that a run can be repeated.
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: __PROPERTY_SEED__ });
