// AssemblyScript, not TypeScript: compiled by ../build-kernel.ts into dot-simd.wasm and dot-relaxed.wasm.
//
// Scans int8 rows against one query and keeps the best k. One source, two builds: `ASC_FEATURE_RELAXED_SIMD` is a
// compile-time constant, so each build holds only its own inner loop.
//
// The query is 14 bits signed (-8191..8191), so that both builds compute the same integers:
// simd     query: int16 [dims]; per 16 dims two `i32x4.dot_i16x8_s`.
// relaxed  query: (value + 8192) as two planes of 7 bits, high [dims] then low [dims], because the second operand of
//          the relaxed dot is portable only in 0..127. dot(row, q) = 128 * dot(row, high) + dot(row, low) - 8192 * sum(row);
//          partial results may wrap, the total cannot: quantise.ts keeps |row| * |q| below 2^31.
//
// A record is the row, int8 [dims], then float32 scale, int32 sum of the row, uint32 slot, 4 bytes unused.
// A NaN scale is a dead row: no comparison with NaN is true, so it is never kept. dims is a multiple of 64.
// Ties go to the row that was scanned first.

const META_BYTES: usize = 16;
const META_SUM: usize = 4;
const META_SLOT: usize = 8;
const QUERY_SHIFT: i32 = 8192;
const PLANE_BITS: i32 = 7;
/** The result is k of these, best first: float32 score, uint32 slot. */
const RESULT_BYTES: usize = 8;

// @ts-ignore: decorator
@inline
function sum4(v: v128): i32 {
  return (
    i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3)
  );
}

// @ts-ignore: decorator
@inline
function first(acc: v128, row: v128, query: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_dot_i8x16_i7x16_add_s(row, query, acc);
  return i32x4.add(acc, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(row), query));
}

// @ts-ignore: decorator
@inline
function second(acc: v128, row: v128, query: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_dot_i8x16_i7x16_add_s(row, query, acc);
  return i32x4.add(acc, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(row), query));
}

// @ts-ignore: decorator
@inline
function queryFirst(query: usize, i: usize): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.load(query + i) : v128.load(query + (i << 1));
}

// @ts-ignore: decorator
@inline
function querySecond(query: usize, i: usize, dims: usize): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? v128.load(query + dims + i) : v128.load(query + (i << 1), 16);
}

// @ts-ignore: decorator
@inline
function score(a: v128, b: v128, meta: usize): f32 {
  const scale = load<f32>(meta);
  if (ASC_FEATURE_RELAXED_SIMD) {
    const dot = sum4(i32x4.add(i32x4.shl(a, PLANE_BITS), b));
    return f32(dot - QUERY_SHIFT * load<i32>(meta + META_SUM)) * scale;
  }
  return f32(sum4(i32x4.add(a, b))) * scale;
}

/** Puts a row into the sorted results; returns the new score to beat. */
function insert(top: usize, k: u32, value: f32, slot: u32): f32 {
  let at = top + ((k - 1) as usize) * RESULT_BYTES;
  while (at > top && load<f32>(at - RESULT_BYTES) < value) {
    store<u64>(at, load<u64>(at - RESULT_BYTES));
    at -= RESULT_BYTES;
  }
  store<f32>(at, value);
  store<u32>(at + 4, slot);
  return load<f32>(top + ((k - 1) as usize) * RESULT_BYTES);
}

/** Empties k results: score -Infinity. */
export function reset(top: usize, k: u32): void {
  for (let i: u32 = 0; i < k; i++) {
    store<f32>(top + (i as usize) * RESULT_BYTES, -Infinity);
    store<u32>(top + (i as usize) * RESULT_BYTES + 4, 0);
  }
}

/** Scans `count` records that follow each other. Call again for the next run of records of the same search. */
export function scan(records: usize, count: u32, dims: u32, query: usize, top: usize, k: u32): void {
  const stride = dims as usize;
  const pairs = count & ~1;
  let worst = load<f32>(top + ((k - 1) as usize) * RESULT_BYTES);
  let row = records;
  for (let i: u32 = 0; i < pairs; i += 2) {
    const other = row + stride + META_BYTES;
    let a0 = i32x4.splat(0);
    let a1 = i32x4.splat(0);
    let b0 = i32x4.splat(0);
    let b1 = i32x4.splat(0);
    for (let j: usize = 0; j < stride; j += 64) {
      let q0 = queryFirst(query, j);
      let q1 = querySecond(query, j, stride);
      let r = v128.load(row + j);
      let s = v128.load(other + j);
      a0 = first(a0, r, q0);
      a1 = second(a1, r, q1);
      b0 = first(b0, s, q0);
      b1 = second(b1, s, q1);
      q0 = queryFirst(query, j + 16);
      q1 = querySecond(query, j + 16, stride);
      r = v128.load(row + j, 16);
      s = v128.load(other + j, 16);
      a0 = first(a0, r, q0);
      a1 = second(a1, r, q1);
      b0 = first(b0, s, q0);
      b1 = second(b1, s, q1);
      q0 = queryFirst(query, j + 32);
      q1 = querySecond(query, j + 32, stride);
      r = v128.load(row + j, 32);
      s = v128.load(other + j, 32);
      a0 = first(a0, r, q0);
      a1 = second(a1, r, q1);
      b0 = first(b0, s, q0);
      b1 = second(b1, s, q1);
      q0 = queryFirst(query, j + 48);
      q1 = querySecond(query, j + 48, stride);
      r = v128.load(row + j, 48);
      s = v128.load(other + j, 48);
      a0 = first(a0, r, q0);
      a1 = second(a1, r, q1);
      b0 = first(b0, s, q0);
      b1 = second(b1, s, q1);
    }
    const one = score(a0, a1, row + stride);
    if (one > worst) worst = insert(top, k, one, load<u32>(row + stride + META_SLOT));
    const two = score(b0, b1, other + stride);
    if (two > worst) worst = insert(top, k, two, load<u32>(other + stride + META_SLOT));
    row = other + stride + META_BYTES;
  }
  if (pairs < count) {
    let a0 = i32x4.splat(0);
    let a1 = i32x4.splat(0);
    for (let j: usize = 0; j < stride; j += 16) {
      const r = v128.load(row + j);
      a0 = first(a0, r, queryFirst(query, j));
      a1 = second(a1, r, querySecond(query, j, stride));
    }
    const last = score(a0, a1, row + stride);
    if (last > worst) insert(top, k, last, load<u32>(row + stride + META_SLOT));
  }
}
