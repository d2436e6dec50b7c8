declare module "*.md?raw" {
  const text: string;
  export default text;
}

/** Whether the measured costs are printed. Set by `npm run cost`. */
declare const __PRINT_COST__: boolean;
