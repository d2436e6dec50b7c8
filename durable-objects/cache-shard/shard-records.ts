import type { Config } from "../../shared/config/config.ts";
import { spillShare } from "../../shared/domain/caching/spill-decision.ts";
import { MS_PER_SECOND } from "../../shared/domain/units.ts";
import { isolateLedger } from "../../shared/memory/isolate-ledger.ts";
import type { Reporter } from "../../shared/report/report-event.ts";
import { systemClock } from "../../shared/time/clock.ts";
import { EntryStore } from "./entries/entry-store.ts";
import { RamFront } from "./entries/ram-front.ts";
import { UseLog } from "./entries/use-log.ts";
import { FigureBook } from "./figures/figure-book.ts";
import { FigureRows } from "./figures/figure-rows.ts";
import { ShardCounters } from "./figures/shard-counters.ts";
import { SpillRation } from "./spill/spill-ration.ts";
import { SpillStore } from "./spill/spill-store.ts";
import type { ShardStorage } from "./storage/shard-storage.ts";
import { openShardStorage } from "./storage/shard-storage.ts";

/** Share of the isolate's memory that the RAM front of one shard may use. */
const FRONT_SHARE = 0.25;

/** What a shard keeps: its storage, and the stores and books on top of it. */
export interface ShardRecords extends ShardStorage {
  readonly front: RamFront;
  readonly store: EntryStore;
  readonly uses: UseLog;
  readonly figures: FigureRows;
  readonly book: FigureBook;
  readonly counters: ShardCounters;
  readonly spill: SpillStore;
  readonly ration: SpillRation;
}

/** Opens the records of a shard as an earlier object left them. */
export function openShardRecords(
  index: number,
  config: Config,
  storage: DurableObjectStorage,
  kv: Env["SPILL"],
  report: Reporter,
): ShardRecords {
  const opened = openShardStorage(index, storage, systemClock.nowMs(), report);
  const { state, sql, numbers, transactions } = opened;
  const { ttiSeconds } = config.freshness;
  const counters = new ShardCounters(state.get("counters"));
  const front = new RamFront(isolateLedger, `shard-${index}`, config.memory.isolateMaxBytes * FRONT_SHARE);
  const figures = new FigureRows(sql, state);
  const writesPerDay = spillShare(config.storage.spillWritesPerDay, index, config.topology.shardCount);
  return {
    ...opened,
    front,
    counters,
    figures,
    store: new EntryStore({ ...opened, front, countEvent: (event) => counters.add(event) }),
    uses: new UseLog(ttiSeconds === null ? null : ttiSeconds * MS_PER_SECOND, state.get("uses")),
    book: new FigureBook(figures),
    spill: new SpillStore(kv, index, systemClock),
    ration: new SpillRation(numbers, transactions, writesPerDay),
  };
}
