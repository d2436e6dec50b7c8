import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IsolateLedger } from "../../../shared/memory/isolate-ledger.ts";
import type { BypassSlot } from "../../../workers/front/answer/bypass-slots.ts";
import { BypassSlots, MAX_BYPASSES, MAX_BYPASSES_PER_KEY, SLOT_LEASE_MS } from "../../../workers/front/answer/bypass-slots.ts";

function rig(limitBytes = 1e9): { readonly ledger: IsolateLedger; readonly slots: BypassSlots } {
  const ledger = new IsolateLedger(limitBytes);
  return { ledger, slots: new BypassSlots(ledger.open("tables", "bypass")) };
}

describe("the bypass calls of an isolate", () => {
  it("are bounded in all and for each key", () => {
    const { slots } = rig();
    const hot = Array.from({ length: MAX_BYPASSES_PER_KEY + 1 }, () => slots.take("hot", 1, 0));
    expect(hot.filter((slot) => slot === null)).toHaveLength(1);
    const others = Array.from({ length: MAX_BYPASSES }, (_, key) => slots.take(`key ${key}`, 1, 0));
    expect(others.filter((slot) => slot !== null)).toHaveLength(MAX_BYPASSES - MAX_BYPASSES_PER_KEY);
    hot[0]?.free();
    expect(slots.take("one more", 1, 0)).not.toBeNull();
  });

  it("are refused, and may not grow, when the isolate has no memory for them", () => {
    const { ledger, slots } = rig(1000);
    const slot = slots.take("a", 600, 0);
    expect(slots.take("b", 600, 0)).toBeNull();
    expect([slot?.hold(1001), slot?.hold(1000), ledger.usedBytes]).toEqual([false, true, 1000]);
    expect([slot?.hold(100), ledger.usedBytes]).toEqual([true, 100]);
  });

  it("lose a slot that they do not renew, with its memory, and keep one that they do", () => {
    const { ledger, slots } = rig();
    const stopped = slots.take("stopped", 100, 0);
    const running = slots.take("running", 10, 0);
    running?.renew(SLOT_LEASE_MS - 1);
    expect(slots.taken(SLOT_LEASE_MS - 1)).toBe(2);
    expect([slots.taken(SLOT_LEASE_MS), ledger.usedBytes]).toEqual([1, 10]);
    stopped?.renew(SLOT_LEASE_MS);
    expect([stopped?.hold(500), slots.taken(SLOT_LEASE_MS), ledger.usedBytes]).toEqual([true, 1, 10]);
    stopped?.free();
    running?.free();
    running?.free();
    expect([slots.taken(SLOT_LEASE_MS), ledger.usedBytes]).toEqual([0, 0]);
  });

  it("never pay for more or less memory than their slots hold, whatever they do and whichever of them are stopped", () => {
    const step = fc.record({
      kind: fc.constantFrom("take", "hold", "renew", "free", "stop", "wait"),
      which: fc.nat(20),
      bytes: fc.nat(400),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), (steps) => {
        const { ledger, slots } = rig(5000);
        let nowMs = 0;
        const running: { readonly slot: BypassSlot; bytes: number; untilMs: number; stopped: boolean }[] = [];
        for (const { kind, which, bytes } of steps) {
          const call = running[which % Math.max(1, running.length)];
          if (kind === "wait") nowMs += 1000 * (bytes % 40);
          else if (kind === "take") {
            const slot = slots.take(`key ${which % 7}`, bytes, nowMs);
            if (slot !== null) running.push({ slot, bytes, untilMs: nowMs + SLOT_LEASE_MS, stopped: false });
          } else if (call !== undefined && !call.stopped) {
            if (kind === "hold" && call.untilMs > nowMs && call.slot.hold(bytes)) call.bytes = bytes;
            if (kind === "renew" && call.untilMs > nowMs) {
              call.slot.renew(nowMs);
              call.untilMs = nowMs + SLOT_LEASE_MS;
            }
            if (kind === "stop") call.stopped = true;
            if (kind === "free") {
              call.slot.free();
              running.splice(running.indexOf(call), 1);
            }
          }
          const alive = running.filter(({ untilMs }) => untilMs > nowMs);
          expect(slots.taken(nowMs)).toBe(alive.length);
          expect(ledger.usedBytes).toBe(alive.reduce((sum, each) => sum + each.bytes, 0));
          expect(alive.length).toBeLessThanOrEqual(MAX_BYPASSES);
          running.splice(0, running.length, ...alive);
        }
      }),
      { numRuns: 500 },
    );
  });
});
