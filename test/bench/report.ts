import { mkdir, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import type { Pair, Spread } from "./rounds.ts";
import { spreadOf } from "./rounds.ts";

const OUT_FOLDER = join(import.meta.dirname, "out");

/** One row of a benchmark's table. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly floor: Spread | null;
  readonly product: Spread;
  /** Product divided by floor, round by round; null if the figure has no floor. */
  readonly ratio: Spread | null;
  /** The bound that the figure must meet; null if the figure is only reported. */
  readonly target: Target | null;
}

export interface Target {
  readonly of: "ratio" | "product";
  readonly is: "at least" | "at most";
  readonly value: number;
}

export interface BenchmarkReport {
  readonly name: string;
  readonly about: string;
  readonly figures: readonly Figure[];
}

/** Makes a figure from rounds in which both sides were measured. */
export function comparison(what: string, unit: string, pairs: readonly Pair[], target: Omit<Target, "of"> | null): Figure {
  return {
    what,
    unit,
    floor: spreadOf(pairs.map((pair) => pair.floor)),
    product: spreadOf(pairs.map((pair) => pair.product)),
    ratio: spreadOf(pairs.map((pair) => pair.product / pair.floor)),
    target: target === null ? null : { of: "ratio", ...target },
  };
}

/** Makes a figure without a floor. */
export function plainFigure(what: string, unit: string, values: readonly number[], target: Omit<Target, "of"> | null = null): Figure {
  return { what, unit, floor: null, product: spreadOf(values), ratio: null, target: target === null ? null : { of: "product", ...target } };
}

export function isMet(figure: Figure): boolean | null {
  if (figure.target === null) return null;
  const reached = (figure.target.of === "ratio" ? figure.ratio : figure.product)?.median ?? Number.NaN;
  return figure.target.is === "at least" ? reached >= figure.target.value : reached <= figure.target.value;
}

/** Formats the report as plain text. Cells are medians; ratios and figures without a floor also show the quartiles. */
export function tableOf(report: BenchmarkReport): string {
  const head = ["", "unit", "floor", "refrain", "ratio (quartiles)", "target", ""];
  const lines = report.figures.map((figure) => [
    figure.what,
    figure.unit,
    figure.floor === null ? "-" : rounded(figure.floor.median),
    figure.ratio === null ? spreadText(figure.product) : rounded(figure.product.median),
    figure.ratio === null ? "-" : spreadText(figure.ratio),
    figure.target === null ? "-" : `${figure.target.of === "ratio" ? "ratio " : ""}${figure.target.is} ${rounded(figure.target.value)}`,
    verdict(figure),
  ]);
  const rows = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const text = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [`${report.name}: ${report.about}`, ...text.map((line) => `  ${line}`), ""].join("\n");
}

/** Writes `out/<name>.json`. */
export async function writeReport(report: BenchmarkReport): Promise<void> {
  await mkdir(OUT_FOLDER, { recursive: true });
  const machine = { cores: cpus().length, model: cpus()[0]?.model ?? "", node: process.version };
  const file = join(OUT_FOLDER, `${report.name}.json`);
  await writeFile(file, `${JSON.stringify({ at: new Date().toISOString(), machine, ...report }, null, 2)}\n`);
}

function verdict(figure: Figure): string {
  const met = isMet(figure);
  if (met === null) return "";
  return met ? "met" : "MISSED";
}

function spreadText({ median, low, high }: Spread): string {
  if (low === high) return rounded(median);
  return `${rounded(median)} (${rounded(low)}-${rounded(high)})`;
}

function rounded(value: number): string {
  const size = Math.abs(value);
  if (size >= 100) return value.toFixed(0);
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}
