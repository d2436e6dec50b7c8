export type Method = (this: unknown, ...parameters: unknown[]) => unknown;

/** What replaces a method: gets the real one, the object that it was called on, and its parameters. */
export type Replacement = (real: Method, self: unknown, parameters: unknown[]) => unknown;

/** Methods of the platform that are replaced in this isolate. */
export class ReplacedMethods {
  readonly #undo: (() => void)[] = [];

  /** Returns the real method. */
  replace(target: object, name: string, replacement: Replacement): Method {
    const methods = target as Record<string, Method>;
    const real = methods[name];
    if (real === undefined) throw new Error(`no method ${name}`);
    methods[name] = function (this: unknown, ...parameters: unknown[]) {
      return replacement(real, this, parameters);
    };
    this.#undo.push(() => {
      methods[name] = real;
    });
    return real;
  }

  restore(): void {
    for (const undo of this.#undo.toReversed()) undo();
  }
}
