import type { LanguageRules } from "../language-rules.ts";
import { compare } from "./comparing/comparison.ts";
import { plainVetoes } from "./comparing/vetoes.ts";
import { CALIBRATION_RIGHT, CALIBRATION_WRONG, SCORE_BIN_EDGES } from "./data/posterior-model.ts";
import { eligible } from "./semantic-eligibility.ts";
import { normalise } from "./normalise/normalise.ts";
import type { QuestionFeatures } from "./reading/features.ts";
import { analyse } from "./reading/features.ts";

const ENGLISH: LanguageRules<QuestionFeatures> = {
  calibration: { edges: SCORE_BIN_EDGES, right: CALIBRATION_RIGHT, wrong: CALIBRATION_WRONG },
  eligibility: eligible,
  canonical: (text) => normalise(text).canonical,
  read: analyse,
  cheapVetoes: plainVetoes,
  compare,
};

/** The rules of English. Production code uses this folder only through this function; tests and training use more. */
export function english(): LanguageRules<QuestionFeatures> {
  return ENGLISH;
}
