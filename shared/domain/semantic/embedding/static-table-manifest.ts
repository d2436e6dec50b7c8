/** Written by models/static/build.py together with the table. `sha256` is the digest of the shipped file. */
export const STATIC_TABLE = {
  file: "static-embedder.v1.bin",
  bytes: 8289380,
  sha256: "c8bea41561e3a7d54006dee2899f145f18002b7f6faa9a9d4c33c5279d12367a",
  dims: 256,
  embedderId: "static:minilm-l6-v2:256:c8bea41561e3",
} as const;
