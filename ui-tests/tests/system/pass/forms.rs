//! Every form of `system!`.
#![deny(warnings, missing_docs, unreachable_pub)]

use critical_section as _;

use actor::prelude::*;

/// Opens and closes.
#[actor(mailbox = 4)]
pub struct Valve {
    open: bool,
}

#[handlers]
impl Valve {
    /// Opens or closes it.
    pub fn set(&mut self, open: bool) {
        self.open = open;
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open
    }
}

impl Valve {
    fn new() -> Self {
        Self { open: false }
    }

    fn checked() -> Result<Self, &'static str> {
        Ok(Self { open: true })
    }
}

#[actor(mailbox = 4)]
struct Pump<T> {
    valve: ValveRef,
    of: T,
}

#[handlers]
impl<T> Pump<T> {
    async fn start(&mut self, of: T) -> Result<bool, AskError> {
        self.of = of;
        self.valve.is_open().await
    }
}

#[actor(mailbox = 4)]
struct House {
    #[child(Valve::new)]
    main: Child<Valve>,
    #[child(Valve::new, pool = 3, route = least_loaded)]
    valves: Pool<Valve>,
}

#[handlers]
impl House {
    fn close(&mut self, room: u8) {
        let _ = self.main.set(false).tell();
        let _ = self.valves.by(&room).set(false).tell();
    }
}

/// What it shows is larger than a message.
#[actor(mailbox = 4, indirect = 2)]
pub struct Display {
    last: [u8; 64],
}

#[handlers]
impl Display {
    /// Shows a line.
    pub fn show(&mut self, #[indirect] line: [u8; 64], #[into] row: u32) {
        self.last = line;
        self.last[0] = row as u8;
    }

    /// Shows two, with what is said of them.
    #[handler(lane = urgent)]
    pub async fn both(&mut self, #[indirect] first: [u8; 64], #[indirect] second: [u8; 64], reply: Reply<bool>) {
        self.last = first;
        reply.send(self.last == second);
    }
}

#[actor(mailbox = 4)]
struct Log<T> {
    last: Option<T>,
}

#[handlers]
impl<T: Clone> Log<T> {
    fn write(&mut self, #[indirect] entry: T) {
        self.last = Some(entry);
    }
    #[cfg(any())]
    fn gone(&mut self, #[indirect] entry: T) {
        self.last = Some(entry);
    }
}

mod deeper {
    use actor::prelude::*;

    #[actor]
    pub(crate) struct Lamp;

    #[handlers]
    impl Lamp {
        pub(crate) fn blink(&self) {}
    }
}

actor::system! {
    /// What is in the cellar.
    pub mod cellar {
        /// The first.
        VALVE: Valve { mailbox = 8 } = Valve::new,
        SPARE: Valve = Valve::checked,
        PUMP: Pump<u8> { mailbox = 1 } = || Pump { valve: cellar::VALVE.clone(), of: 0 },
        LAMP: deeper::Lamp { mailbox = 128 } = || deeper::Lamp,
    }
    ram <= 2048, crate = actor
}

actor::system! {
    mod roof {
        LAMP: deeper::Lamp { mailbox = 2 } = || deeper::Lamp,
        DISPLAY: Display = || Display { last: [0; 64] },
        WIDE: Display { mailbox = 8, indirect = 4 } = || Display { last: [0; 64] },
        LONG: Display { mailbox = 8 } = || Display { last: [0; 64] },
        LOG: Log<[u8; 80]> { indirect = 1 } = || Log { last: None },
        HOUSE: House = || House { main: Child::default(), valves: Pool::default() }
    }
    telemetry = &FAILURES,
    crash = &CRASH,
    trace = &TRACE,
}

static CRASH: actor::crash::CrashRecord = actor::crash::CrashRecord::new();
static TRACE: actor::TraceRing<64> = actor::TraceRing::new();

/// Raises an interrupt.
fn pend() {}

actor::system! {
    mod attic {
        VALVE: Valve = Valve::new,
        /// Preempts.
        level SSI0 {
            pend = pend,
            /// The first.
            MAIN: Valve { mailbox = 2 } = Valve::new,
            PUMP: Pump<u8> = || Pump { valve: attic::VALVE.clone(), of: 0 },
        },
        PUMP_BELOW: Pump<u8> = || Pump { valve: attic::MAIN.clone(), of: 0 },
        level SSI1 { HOUSE: House = || House { main: Child::default(), valves: Pool::default() }, pend = || pend() }
    }
    ram <= 2048
}

static FAILURES: actor::RingBufferFailureTelemetry<4> = actor::RingBufferFailureTelemetry::new();

fn main() {
    cellar::start(|| actor::Instant::ZERO);
    let _worker = cellar::run_async();
    attic::start(|| actor::Instant::ZERO);
    attic::SSI0.run();
    attic::SSI1.step();
}
