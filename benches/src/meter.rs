//! What one run of a workload cost: wall time, processor time and allocations, between a start and a stop.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

use crate::count_alloc::Tally;

/// A measurement under way.
pub(crate) struct Meter {
    wall: Instant,
    processor: Duration,
    heap: Tally,
}

/// A measurement that has ended, and how many operations it covered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    wall: Duration,
    processor: Duration,
    heap: Tally,
    operations: u64,
}

impl Meter {
    /// Starts measuring; the clock is read last.
    pub(crate) fn start() -> Self {
        Self { heap: Tally::now(), processor: processor_time(), wall: Instant::now() }
    }

    /// Ends measuring; the clock is read first.
    pub(crate) fn stop(self, operations: u64) -> Reading {
        let wall = self.wall.elapsed();
        let processor = processor_time().saturating_sub(self.processor);
        let heap = Tally::now().since(self.heap);
        Reading { wall, processor, heap, operations }
    }
}

impl Reading {
    /// Wall time of one operation, in nanoseconds.
    pub(crate) fn wall_ns(&self) -> f64 {
        self.per_operation(self.wall.as_nanos() as f64)
    }

    /// Processor time of one operation, of all threads together, in nanoseconds.
    pub(crate) fn processor_ns(&self) -> f64 {
        self.per_operation(self.processor.as_nanos() as f64)
    }

    /// Allocations of one operation; zero unless the allocator was told to count.
    pub(crate) fn allocations(&self) -> f64 {
        self.per_operation(self.heap.allocations as f64)
    }

    /// Bytes asked of the allocator by one operation; zero unless it was told to count.
    pub(crate) fn requested(&self) -> f64 {
        self.per_operation(self.heap.requested as f64)
    }

    fn per_operation(&self, total: f64) -> f64 {
        total / self.operations as f64
    }
}

/// The time all threads of the process have spent on a processor.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
