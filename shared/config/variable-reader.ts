/** One problem with the configuration. Messages never quote secrets. */
export interface ConfigIssue {
  readonly variable: string;
  readonly message: string;
}

/** Reads plain variables and collects every problem, so that an operator sees all of them at once. */
export class VariableReader {
  readonly #env: Readonly<Record<string, unknown>>;
  readonly issues: ConfigIssue[] = [];

  constructor(env: Readonly<Record<string, unknown>>) {
    this.#env = env;
  }

  /**
   * The trimmed text of a variable; null when unset or empty. A number or boolean of a JSON configuration becomes text.
   */
  text(variable: string): string | null {
    const value = this.#env[variable];
    if (value === undefined || value === null) return null;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    if (typeof value !== "string") return this.#issue(variable, "must be text", null);
    const trimmed = value.trim();
    return trimmed === "" ? null : trimmed;
  }

  /** A whole number in [min, max]. */
  integer(variable: string, fallback: number, min: number, max: number): number {
    const text = this.text(variable);
    if (text === null) return fallback;
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min || value > max) {
      return this.#issue(variable, `must be a whole number from ${min} to ${max}`, fallback);
    }
    return value;
  }

  /** A whole number in [min, max], or null for the given word. */
  integerOrNull(variable: string, fallback: number | null, min: number, max: number, word: "unlimited" | "off"): number | null {
    const text = this.text(variable);
    if (text === null) return fallback;
    if (text === word) return null;
    const value = Number(text);
    if (!/^-?\d+$/.test(text) || value < min || value > max) {
      return this.#issue(variable, `must be a whole number from ${min} to ${max}, or \`${word}\``, fallback);
    }
    return value;
  }

  /** A number in [min, max], or the fallback when unset. */
  fraction(variable: string, fallback: number | null, min: number, max: number): number | null {
    const text = this.text(variable);
    if (text === null) return fallback;
    const value = Number(text);
    if (!Number.isFinite(value) || value < min || value > max)
      return this.#issue(variable, `must be a number from ${min} to ${max}`, fallback);
    return value;
  }

  oneOf<Word extends string>(variable: string, fallback: Word, words: readonly Word[]): Word {
    const text = this.text(variable);
    if (text === null) return fallback;
    const found = words.find((word) => word === text.toLowerCase());
    return found ?? this.#issue(variable, notOneOf(words), fallback);
  }

  /** One of the words, or null when unset. */
  oneOfOrNull<Word extends string>(variable: string, words: readonly Word[]): Word | null {
    const text = this.text(variable);
    if (text === null) return null;
    return words.find((word) => word === text.toLowerCase()) ?? this.#issue(variable, notOneOf(words), null);
  }

  flag(variable: string, fallback: boolean): boolean {
    const word = this.oneOf(variable, fallback ? "on" : "off", ["on", "off", "true", "false", "1", "0"]);
    return word === "on" || word === "true" || word === "1";
  }

  /** An absolute http(s) URL without credentials. */
  url(variable: string, fallback: string | null): string | null {
    const text = this.text(variable);
    if (text === null) return fallback;
    const parsed = URL.parse(text);
    if (parsed === null || !/^https?:$/.test(parsed.protocol)) return this.#issue(variable, "must be an http or https URL", fallback);
    if (parsed.username !== "" || parsed.password !== "")
      return this.#issue(variable, "must not contain credentials; set the key in its own variable", fallback);
    return text;
  }

  report(variable: string, message: string): void {
    this.issues.push({ variable, message });
  }

  #issue<Value>(variable: string, message: string, fallback: Value): Value {
    this.report(variable, message);
    return fallback;
  }
}

function notOneOf(words: readonly string[]): string {
  return `must be one of ${words.map((word) => `\`${word}\``).join(", ")}`;
}
