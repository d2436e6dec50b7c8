import { beforeEach, describe, expect, it } from "vitest";
import { ServingLog } from "../../../../durable-objects/cache-shard/semantic/judging/serving-log.ts";
import { shardTables } from "../../../support/node-sql.ts";

const HOUR_MS = 3_600_000;
const START_MS = 1_800_000_000_000;

describe("the serving log", () => {
  let log: ServingLog;
  let sql: SqlStorage;
  const serve = (atMs: number, changes: { asked?: string; callerId?: string; target?: string } = {}): void =>
    log.note({ asked: "asked", callerId: "ann", target: "target", shard: 1, scope: "scope", scoreBin: 14, atMs, ...changes });

  const write = (): void => {
    log.flush();
    log.noteStored();
  };

  const rows = (): number => sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM servings_by_day").one().n;

  beforeEach(() => {
    sql = shardTables();
    log = new ServingLog(sql);
  });

  it("lets a caller judge an entry that it was served, once", () => {
    serve(START_MS);
    expect(log.claim("target", "ann", START_MS)).toMatchObject({
      kind: "granted",
      serving: { asked: "asked", scope: "scope", shard: 1, scoreBin: 14 },
    });
    expect(log.claim("target", "ann", START_MS)).toEqual({ kind: "already_judged" });
  });

  it("lets no other caller judge it, and no other entry be judged", () => {
    serve(START_MS);
    expect(log.claim("target", "ben", START_MS)).toEqual({ kind: "not_served" });
    expect(log.claim("asked", "ann", START_MS)).toEqual({ kind: "not_served" });
    expect(log.claim("target", "ann", START_MS).kind).toBe("granted");
  });

  it("forgets a serving after a day", () => {
    serve(START_MS);
    write();
    expect(log.claim("target", "ann", START_MS + 24 * HOUR_MS + 1)).toEqual({ kind: "not_served" });
  });

  it("counts the day from the last time a pair was served", () => {
    serve(START_MS);
    write();
    serve(START_MS + 23 * HOUR_MS);
    write();
    expect(log.claim("target", "ann", START_MS + 25 * HOUR_MS).kind).toBe("granted");
  });

  it("accepts a pair that is served again after it was forgotten", () => {
    serve(START_MS);
    write();
    serve(START_MS + 25 * HOUR_MS);
    write();
    expect(log.claim("target", "ann", START_MS + 25 * HOUR_MS + 1).kind).toBe("granted");
  });

  it("does not renew the right when the answer is served again", () => {
    serve(START_MS);
    expect(log.claim("target", "ann", START_MS).kind).toBe("granted");
    serve(START_MS + HOUR_MS);
    expect(log.claim("target", "ann", START_MS + HOUR_MS)).toEqual({ kind: "already_judged" });
  });

  it("accepts fifty verdicts per caller and day, and a caller at its limit does not affect others", () => {
    for (let entry = 0; entry < 60; entry++)
      for (const callerId of ["ann", "ben"]) serve(START_MS, { target: `target-${entry}`, callerId });
    const granted = Array.from({ length: 60 }, (_, entry) => log.claim(`target-${entry}`, "ann", START_MS).kind).filter(
      (kind) => kind === "granted",
    );
    expect(granted).toHaveLength(50);
    expect(log.claim("target-59", "ann", START_MS + HOUR_MS)).toEqual({ kind: "too_many", retryAfterSeconds: 23 * 3600 });
    expect(log.claim("target-0", "ann", START_MS)).toEqual({ kind: "already_judged" });
    expect(log.claim("target-0", "ben", START_MS).kind).toBe("granted");
  });

  it("counts entries, not the questions that led to them, and only those of the last day", () => {
    for (let entry = 0; entry < 50; entry++)
      for (const asked of ["asked", "asked too"]) serve(START_MS, { target: `target-${entry}`, asked });
    for (let entry = 0; entry < 50; entry++) expect(log.claim(`target-${entry}`, "ann", START_MS).kind).toBe("granted");
    serve(START_MS, { target: "one more" });
    serve(START_MS + 24 * HOUR_MS, { target: "tomorrow's" });
    expect(log.claim("one more", "ann", START_MS).kind).toBe("too_many");
    expect(log.claim("tomorrow's", "ann", START_MS + 24 * HOUR_MS + 1).kind).toBe("granted");
  });

  it("returns the right to judge when it is released", () => {
    serve(START_MS);
    expect(log.claim("target", "ann", START_MS).kind).toBe("granted");
    log.release("target", "ann", "asked", START_MS);
    expect(log.claim("target", "ann", START_MS).kind).toBe("granted");
  });

  it("does not renew the right when the answer is served again on the next day", () => {
    serve(START_MS);
    expect(log.claim("target", "ann", START_MS).kind).toBe("granted");
    serve(START_MS + 23 * HOUR_MS);
    expect(log.claim("target", "ann", START_MS + 23 * HOUR_MS)).toEqual({ kind: "already_judged" });
  });

  it("drops the servings of a past day at once, before the first one of a new day is written", () => {
    for (let entry = 0; entry < 500; entry++) serve(START_MS, { target: `target-${entry}` });
    serve(START_MS + 24 * HOUR_MS, { target: "tomorrow's" });
    write();
    expect([log.deleteOld(START_MS + 24 * HOUR_MS), rows()]).toEqual([false, 501]);
    serve(START_MS + 48 * HOUR_MS, { target: "of the third day" });
    write();
    expect(rows()).toBe(2);
    expect(log.claim("tomorrow's", "ann", START_MS + 47 * HOUR_MS).kind).toBe("granted");
    expect([log.deleteOld(START_MS + 96 * HOUR_MS), rows()]).toEqual([false, 0]);
  });

  it("deletes in slices what shares a table with later days, after the clock has been set back", () => {
    serve(START_MS + 48 * HOUR_MS, { target: "later" });
    write();
    for (let entry = 0; entry < 500; entry++) serve(START_MS, { target: `target-${entry}` });
    write();
    const now = START_MS + 48 * HOUR_MS;
    expect([log.deleteOld(now), log.deleteOld(now), log.deleteOld(now), log.deleteOld(now)]).toEqual([true, true, true, false]);
    expect([rows(), log.claim("later", "ann", now).kind]).toEqual([1, "granted"]);
  });

  it("holds a limited number of servings between two writes", () => {
    for (let entry = 0; entry < 6000; entry++) serve(START_MS, { target: `target-${entry}` });
    expect(log.claim("target-4999", "ann", START_MS).kind).toBe("granted");
    expect(log.claim("target-5000", "ann", START_MS).kind).toBe("not_served");
  });
});
