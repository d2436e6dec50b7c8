import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../../../shared/domain/keys/canonical-json.ts";
import type { Json, JsonObject } from "../../../../shared/domain/json.ts";
import type { KeyInput } from "../../../../shared/domain/keys/request-key.ts";
import { keyMaterial, UNKEYED_MEMBERS } from "../../../../shared/domain/keys/request-key.ts";

const RUNS = { numRuns: 2000 };

function inputOf(body: JsonObject, changes: Partial<KeyInput> = {}): KeyInput {
  return { partition: { tenant: "acme", user: null }, provider: "openai", endpoint: "chat.completions", body, customKey: null, ...changes };
}

/** The texts of scope and key before the digest. They are equal exactly when the digests are. */
function identityOf(input: KeyInput): string {
  const { scopeText, keySuffix } = keyMaterial(input);
  return JSON.stringify([scopeText, keySuffix]);
}

function objectOf(members: readonly (readonly [string, Json])[]): JsonObject {
  return Object.fromEntries(members);
}

/** Strings that often break encodings: quotes, separators, line ends, lone surrogates, names of object internals. */
const nastyText = fc.oneof(
  fc.constantFrom(
    "",
    '"',
    "\\",
    '","',
    "\n",
    "\ntext\n",
    "\ncustom\n",
    "[]",
    "{}",
    "null",
    "__proto__",
    "constructor",
    "\ud800",
    "\udfff",
    "\ufffd",
    "é",
    "é",
  ),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.string({ maxLength: 6 }),
);
const memberName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("model", "temperature", "top_p", "seed", "tools", "x", "__proto__", "content", "role") },
  { weight: 1, arbitrary: nastyText },
);
const bigInteger = fc.bigInt({ min: 2n ** 60n, max: 2n ** 60n + 40n }).map((value): Json => JSON.rawJSON(String(value)));
const { json } = fc.letrec<{ json: Json; list: Json; object: Json; leaf: Json }>((tie) => ({
  json: fc.oneof({ maxDepth: 3 }, tie("leaf"), tie("list"), tie("object")),
  leaf: fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer({ min: -3, max: 3 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    nastyText,
    bigInteger,
  ),
  list: fc.array(tie("json"), { maxLength: 3 }),
  object: fc.uniqueArray(fc.tuple(memberName, tie("json")), { maxLength: 3, selector: ([name]) => name }).map(objectOf),
}));
const message = fc
  .record(
    { role: fc.constantFrom("user", "system", "assistant"), content: fc.oneof(nastyText, json), name: nastyText },
    { requiredKeys: ["role", "content"] },
  )
  .map((made): JsonObject => objectOf(Object.entries(made)));
const body = fc
  .tuple(
    fc.array(message, { minLength: 1, maxLength: 3 }),
    fc.uniqueArray(
      fc.tuple(
        memberName.filter((name) => name !== "messages"),
        json,
      ),
      { maxLength: 4, selector: ([name]) => name },
    ),
  )
  .map(([messages, members]): JsonObject => objectOf([["messages", messages], ...members]));

/** Independent encoding of the keyed members: two requests must share a key exactly when these are equal. */
function keyedForm(value: JsonObject): string {
  return stable(
    objectOf(
      Object.entries(value)
        .filter(([name]) => !UNKEYED_MEMBERS.has(name))
        .map(([name, member]) => [
          name,
          (name === "temperature" || name === "top_p") && typeof member === "number" ? Math.round(member * 100) / 100 : member,
        ]),
    ),
  );
}

/** Encodes a value with type tags and lengths instead of JSON. */
function stable(value: Json): string {
  if (value === null) return "n";
  if (typeof value === "boolean") return `b${String(value)}`;
  if (typeof value === "number") return `d${String(value === 0 ? 0 : value)}`;
  if (typeof value === "string")
    return `s${value.length}:${[...Array(value.length).keys()].map((at) => value.charCodeAt(at).toString(16)).join(".")}`;
  if (JSON.isRawJSON(value)) return `d${value.rawJSON}`;
  if (Array.isArray(value)) return `a${value.length}[${value.map((item: Json) => stable(item)).join("")}]`;
  const members = Object.entries(value as JsonObject).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `o${members.length}{${members.map(([name, member]) => stable(name) + stable(member)).join("")}}`;
}

function shuffled(value: Json, order: (names: string[]) => string[]): Json {
  if (value === null || typeof value !== "object" || JSON.isRawJSON(value)) return value;
  if (Array.isArray(value)) return value.map((item: Json) => shuffled(item, order));
  const object = value as JsonObject;
  return objectOf(order(Object.keys(object)).map((name) => [name, shuffled(object[name] ?? null, order)]));
}

const CHAT: JsonObject = {
  model: "m",
  messages: [
    { role: "system", content: "be brief" },
    { role: "user", content: "hi" },
  ],
  temperature: 0.7,
};

describe("what does not change the key", () => {
  it("the order of properties, at any depth", () => {
    fc.assert(
      fc.property(body, fc.infiniteStream(fc.nat()), (value, numbers) => {
        const other = shuffled(value, (names) =>
          names
            .map((name) => [numbers.next().value, name] as const)
            .toSorted(([a], [b]) => a - b)
            .map(([, name]) => name),
        );
        expect(identityOf(inputOf(other as JsonObject))).toBe(identityOf(inputOf(value)));
      }),
      RUNS,
    );
  });

  it.each(["stream", "stream_options", "user", "safety_identifier", "metadata", "store", "prompt_cache_key"])(
    "the member %s, whatever its value",
    (name) => {
      fc.assert(
        fc.property(body, json, (value, member) => {
          const without = objectOf(Object.entries(value).filter(([known]) => known !== name));
          const withMember = objectOf([...Object.entries(without), [name, member]]);
          expect(identityOf(inputOf(withMember))).toBe(identityOf(inputOf(without)));
        }),
        { numRuns: 200 },
      );
    },
  );

  it("digits of temperature and top_p beyond the second", () => {
    for (const name of ["temperature", "top_p"]) {
      const at = (value: number): string => identityOf(inputOf({ ...CHAT, [name]: value }));
      expect(at(0.700001)).toBe(at(0.7));
      expect(at(0.704999)).toBe(at(0.7));
      expect(at(0.71)).not.toBe(at(0.7));
      expect(at(1)).not.toBe(at(0.99));
      expect(at(-0)).toBe(at(0));
    }
  });

  it("the way a number is written", () => {
    const written = (text: string): JsonObject => ({ ...CHAT, seed: JSON.parse(text) });
    expect(identityOf(inputOf(written("1.0")))).toBe(identityOf(inputOf(written("1"))));
    expect(identityOf(inputOf(written("1e2")))).toBe(identityOf(inputOf(written("100"))));
  });
});

describe("what changes the key", () => {
  it("every other member, including unknown ones", () => {
    fc.assert(
      fc.property(body, memberName, json, json, (value, name, one, other) => {
        fc.pre(!UNKEYED_MEMBERS.has(name) && name !== "messages");
        const rest = Object.entries(value).filter(([known]) => known !== name);
        const first = objectOf([...rest, [name, one]]);
        const second = objectOf([...rest, [name, other]]);
        fc.pre(keyedForm(first) !== keyedForm(second));
        expect(identityOf(inputOf(first))).not.toBe(identityOf(inputOf(second)));
        expect(identityOf(inputOf(objectOf(rest)))).not.toBe(identityOf(inputOf(first)));
      }),
      RUNS,
    );
  });

  it("null instead of an absent member", () => {
    for (const name of ["seed", "tools", "response_format", "stop", "x_unknown", "temperature"]) {
      const { [name]: _gone, ...without } = CHAT;
      expect(identityOf(inputOf({ ...without, [name]: null }))).not.toBe(identityOf(inputOf(without)));
    }
  });

  it("nested names of the unkeyed members", () => {
    const user = (extra: JsonObject): string => identityOf(inputOf({ ...CHAT, extra }));
    expect(user({ user: "a" })).not.toBe(user({ user: "b" }));
    expect(user({ stream: true })).not.toBe(user({}));
  });

  it("integers that a double cannot tell apart", () => {
    const seeded = (digits: string): string => identityOf(inputOf({ ...CHAT, seed: JSON.rawJSON(digits) }));
    expect(seeded("9007199254740993")).not.toBe(seeded("9007199254740992"));
  });

  it("a member called __proto__", () => {
    const plain = JSON.parse('{"messages":[{"role":"user","content":"hi"}]}') as JsonObject;
    const proto = JSON.parse('{"messages":[{"role":"user","content":"hi"}],"__proto__":{"a":1}}') as JsonObject;
    const other = JSON.parse('{"messages":[{"role":"user","content":"hi"}],"__proto__":{"a":2}}') as JsonObject;
    expect(new Set([plain, proto, other].map((value) => identityOf(inputOf(value)))).size).toBe(3);
  });

  it("the tenant, the partition's user, the provider and the model", () => {
    const partition = fc.record({ tenant: nastyText, user: fc.option(nastyText, { nil: null }) });
    const party = fc.record({ partition, provider: nastyText, model: nastyText });
    fc.assert(
      fc.property(party, party, (one, other) => {
        fc.pre(
          stable(
            objectOf([
              ["p", [one.partition.tenant, one.partition.user]],
              ["q", one.provider],
              ["m", one.model],
            ]),
          ) !==
            stable(
              objectOf([
                ["p", [other.partition.tenant, other.partition.user]],
                ["q", other.provider],
                ["m", other.model],
              ]),
            ),
        );
        const of = (who: typeof one): string =>
          identityOf(inputOf({ ...CHAT, model: who.model }, { partition: who.partition, provider: who.provider }));
        expect(of(one)).not.toBe(of(other));
      }),
      RUNS,
    );
  });

  it("lone surrogates, which UTF-8 would turn into the replacement character", () => {
    const encoder = new TextEncoder();
    const digestOf = (content: string): string => {
      const { scopeText, keySuffix } = keyMaterial(inputOf({ messages: [{ role: "user", content }] }));
      return `${encoder.encode(scopeText).join()}|${encoder.encode(keySuffix).join()}`;
    };
    const texts = ["\ud800", "\udfff", "\ufffd", "\\ud800", '"\\ud800"', "\ntext\n\ud800"];
    expect(new Set(texts.map(digestOf)).size).toBe(texts.length);
  });
});

describe("uniqueness", () => {
  it("no two different requests share scope and key", () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(body, (value) => {
        const identity = identityOf(inputOf(value));
        const form = keyedForm(value);
        expect(seen.get(identity) ?? form).toBe(form);
        seen.set(identity, form);
      }),
      { numRuns: 8000 },
    );
    expect(seen.size).toBeGreaterThan(5000);
  });

  it("requests that differ by one small step never share scope and key", () => {
    fc.assert(
      fc.property(body, body, fc.boolean(), (one, other, mix) => {
        const second = mix ? objectOf([...Object.entries(one), ...Object.entries(other).slice(0, 1)]) : other;
        expect(identityOf(inputOf(one)) === identityOf(inputOf(second))).toBe(keyedForm(one) === keyedForm(second));
      }),
      RUNS,
    );
  });
});

describe("scope and final text", () => {
  const textsAndRest = fc.tuple(nastyText, nastyText, body);

  it("the scope is the same when only the final user text differs", () => {
    fc.assert(
      fc.property(textsAndRest, fc.boolean(), ([one, other, rest], asPart) => {
        const ask = (text: string): JsonObject =>
          objectOf([
            ...Object.entries(rest).filter(([name]) => name !== "messages"),
            [
              "messages",
              [...((rest.messages ?? []) as readonly Json[]), { role: "user", content: asPart ? [{ type: "text", text }] : text }],
            ],
          ]);
        const [first, second] = [keyMaterial(inputOf(ask(one))), keyMaterial(inputOf(ask(other)))];
        expect(second.scopeText).toBe(first.scopeText);
        expect(first.finalText).toBe(one);
        expect(second.keySuffix === first.keySuffix).toBe(one === other);
      }),
      RUNS,
    );
  });

  it("the scope differs whenever anything else does", () => {
    fc.assert(
      fc.property(nastyText, body, body, (text, one, other) => {
        const ask = (rest: JsonObject): JsonObject =>
          objectOf(
            Object.entries(rest).map(([name, value]) => [
              name,
              name === "messages" ? [...(value as readonly Json[]), { role: "user", content: text }] : value,
            ]),
          );
        const scopeOf = (rest: JsonObject): string => keyMaterial(inputOf(ask(rest))).scopeText;
        expect(scopeOf(one) === scopeOf(other)).toBe(keyedForm(one) === keyedForm(other));
      }),
      RUNS,
    );
  });

  it("another earlier turn, system prompt, image or form of content gives another scope", () => {
    const image = (url: string): Json => ({ type: "image_url", image_url: { url } });
    const variants: readonly (readonly Json[])[] = [
      [{ role: "user", content: "hi" }],
      [{ role: "user", content: [{ type: "text", text: "hi" }] }],
      [{ role: "user", content: [{ type: "text", text: "hi" }, image("a")] }],
      [{ role: "user", content: [{ type: "text", text: "hi" }, image("b")] }],
      [{ role: "user", content: [image("a"), { type: "text", text: "hi" }] }],
      [{ role: "user", content: "hi", name: "bob" }],
      [
        { role: "system", content: "x" },
        { role: "user", content: "hi" },
      ],
      [
        { role: "user", content: "hi" },
        { role: "assistant", content: "yo" },
      ],
      [{ role: "developer", content: "hi" }],
      [],
    ];
    const scopes = variants.map((messages) => keyMaterial(inputOf({ model: "m", messages })).scopeText);
    expect(new Set(scopes).size).toBe(variants.length);
  });

  it("without exactly one final user text, everything is in the scope", () => {
    const two = [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ];
    for (const messages of [
      [{ role: "assistant", content: "a" }],
      [{ role: "user", content: two }],
      [{ role: "user", content: null }],
      "text",
      [],
    ]) {
      const material = keyMaterial(inputOf({ messages }));
      expect(material.finalText).toBeNull();
      expect(material.keySuffix).toBe("\nnone\n");
      expect(material.scopeText).toContain(canonicalJson(messages));
    }
  });
});

describe("a custom key", () => {
  it("replaces the final user text and nothing else", () => {
    const ask = (text: string, model: string): JsonObject => ({ model, messages: [{ role: "user", content: text }] });
    const keyed = (body: JsonObject, customKey: string): string => identityOf(inputOf(body, { customKey }));
    expect(keyed(ask("one", "m"), "k")).toBe(keyed(ask("two", "m"), "k"));
    expect(keyed(ask("one", "m"), "k")).not.toBe(keyed(ask("one", "n"), "k"));
    expect(keyed(ask("one", "m"), "k")).not.toBe(keyed(ask("one", "m"), "l"));
    expect(identityOf(inputOf(ask("one", "m"), { customKey: "k", partition: { tenant: "other", user: null } }))).not.toBe(
      keyed(ask("one", "m"), "k"),
    );
  });

  it("never equals the key of a text", () => {
    fc.assert(
      fc.property(nastyText, nastyText, (text, customKey) => {
        const body: JsonObject = { messages: [{ role: "user", content: text }] };
        expect(identityOf(inputOf(body, { customKey }))).not.toBe(identityOf(inputOf(body)));
        expect(identityOf(inputOf({ messages: [] }, { customKey }))).not.toBe(identityOf(inputOf({ messages: [] })));
      }),
      RUNS,
    );
  });
});
