import type { Random } from "./random.ts";

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

const ODD_TEXTS = [
  "",
  " ",
  "\u0000",
  "\ud800",
  "\ufeff",
  "\u202e",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "NaN",
  "-1",
  "1e309",
  "../../x",
  "a".repeat(300),
  "é".repeat(1100),
  "<script>",
  "'; DROP TABLE entries; --",
  "%s%n",
  "data: [DONE]\n\n",
  "🜲",
] as const;
const ODD_NUMBERS = [0, -0, -1, 1, 0.5, 1e21, -1e308, 2 ** 31, 2 ** 53, 2 ** 53 + 2, 1e-7, 128, 129] as const;
const ODD_NAMES = [
  "__proto__",
  "constructor",
  "hasOwnProperty",
  "",
  "messages",
  "model",
  "stream",
  "x".repeat(200),
  "\u0000",
  "é",
  "usage",
] as const;

/** A random JSON value with edge cases. */
export function oddValue(random: Random, depth = 0): Json {
  switch (random.below(depth > 3 ? 4 : 7)) {
    case 0:
      return random.pick([null, true, false]);
    case 1:
      return random.pick(ODD_NUMBERS);
    case 2:
    case 3:
      return random.pick(ODD_TEXTS);
    case 4:
      return Array.from({ length: random.below(4) }, () => oddValue(random, depth + 1));
    case 5:
      return Object.fromEntries(Array.from({ length: random.below(4) }, () => [random.pick(ODD_NAMES), oddValue(random, depth + 1)]));
    default:
      return nested(random.pick([2, 10, 63, 70, 200]));
  }
}

function nested(levels: number): Json {
  let value: Json = 1;
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Changes, drops, duplicates or adds something at a random place in the value. */
export function mutate(value: Json, random: Random): Json {
  if (value === null || typeof value !== "object" || random.chance(0.15)) return oddValue(random);
  return Array.isArray(value)
    ? mutateList(value as readonly Json[], random)
    : mutateObject(value as { readonly [name: string]: Json }, random);
}

function mutateList(list: readonly Json[], random: Random): Json {
  const at = random.below(list.length + 1);
  const item = list[at];
  switch (random.below(4)) {
    case 0:
      return list.toSpliced(at, 1);
    case 1:
      return list.toSpliced(at, 0, oddValue(random));
    case 2:
      return [...list, ...list];
    default:
      return item === undefined ? [oddValue(random)] : list.with(at, mutate(item, random));
  }
}

function mutateObject(object: { readonly [name: string]: Json }, random: Random): Json {
  const entries = Object.entries(object);
  const at = random.below(entries.length + 1);
  const entry = entries[at];
  switch (random.below(5)) {
    case 0:
      return Object.fromEntries(entries.toSpliced(at, 1));
    case 1:
      return Object.fromEntries([...entries, [random.pick(ODD_NAMES), oddValue(random)]]);
    default: {
      if (entry === undefined) return { ...object, extra: oddValue(random) };
      return Object.fromEntries(entries.with(at, [entry[0], mutate(entry[1], random)]));
    }
  }
}

/** Damages the text of a body, as a broken client might. */
export function mutateText(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  switch (random.below(7)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + random.pick(ODD_TEXTS) + text.slice(at);
    case 2:
      return text.slice(0, at) + text.slice(at + 1);
    case 3:
      return text + text;
    case 4:
      return text.replace(/"/g, "'");
    case 5:
      return `${"[".repeat(random.pick([1, 64, 65, 5000]))}${text}`;
    default:
      return text.replace(/\d/, random.pick(["NaN", "1e999", "-", "00", "9".repeat(400), "0x1"]));
  }
}

/** An unusual header value that Node can still send. */
export function oddHeaderValue(random: Random): string {
  return random.pick([
    "",
    "0",
    "-1",
    "NaN",
    "1e9",
    "99999999999",
    "true",
    "user",
    "a,b",
    ",,,",
    "x".repeat(2000),
    "é",
    "\u00ff\u0080",
    '"',
    "max-age=",
    "no-store",
    "=",
    "a b",
  ]);
}
