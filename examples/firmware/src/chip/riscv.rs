//! RISC-V, with the CLINT of QEMU's `virt`: its timer, its software interrupt, and the counter of the core.

use core::arch::asm;
use core::cell::Cell;
use core::num::NonZeroU32;

use critical_section::{Mutex, RawRestoreState};
use riscv::interrupt::Interrupt;
use riscv::register::{mie, minstret};

use super::{PENDED, TIMER};
use crate::exit::{FAULTED, exit};

pub use riscv_rt::entry;

/// One while the software interrupt is raised.
const MSIP: *mut u32 = 0x0200_0000 as *mut u32;
/// When the timer interrupt comes: the lower word, and the upper one.
const MTIMECMP: [*mut u32; 2] = [0x0200_4000 as *mut u32, 0x0200_4004 as *mut u32];
/// The time, likewise.
const MTIME: [*const u32; 2] = [0x0200_bff8 as *const u32, 0x0200_bffc as *const u32];

const TICKS_PER_MILLISECOND: u64 = 10_000;

/// Whether the timer goes on after it rang.
#[derive(Clone, Copy)]
pub(super) enum Repeat {
    Always,
    Never,
}

/// When the timer rings, and how long after that it does so again.
static NEXT: Mutex<Cell<(u64, Option<u64>)>> = Mutex::new(Cell::new((0, None)));

#[allow(unsafe_code)]
fn write(register: *mut u32, value: u32) {
    // SAFETY: it is a register of the board.
    unsafe { register.write_volatile(value) };
}

#[allow(unsafe_code)]
fn read(register: *const u32) -> u32 {
    // SAFETY: it is a register of the board.
    unsafe { register.read_volatile() }
}

fn time() -> u64 {
    loop {
        let (high, low) = (read(MTIME[1]), read(MTIME[0]));
        if read(MTIME[1]) == high {
            return u64::from(high) << 32 | u64::from(low);
        }
    }
}

/// Never at a moment between the old one and the new one.
fn ring_at(moment: u64) {
    write(MTIMECMP[1], u32::MAX);
    write(MTIMECMP[0], moment as u32);
    write(MTIMECMP[1], (moment >> 32) as u32);
}

#[allow(unsafe_code)]
pub(super) fn set_timer(millis: Option<NonZeroU32>, repeat: Repeat) {
    let Some(millis) = millis else { return ring_at(u64::MAX) };
    let ticks = u64::from(millis.get()) * TICKS_PER_MILLISECOND;
    let moment = time() + ticks;
    let again = match repeat {
        Repeat::Always => Some(ticks),
        Repeat::Never => None,
    };
    critical_section::with(|cs| NEXT.borrow(cs).set((moment, again)));
    ring_at(moment);
    // SAFETY: the handler is below.
    unsafe { mie::set_mtimer() };
    enable();
}

#[allow(unsafe_code)]
pub(super) fn enable_pend() {
    // SAFETY: the handler is below.
    unsafe { mie::set_msoft() };
    enable();
}

/// Lets interrupts in, which are off after reset.
#[allow(unsafe_code)]
pub fn enable() {
    // SAFETY: no critical section is held where interrupts are set up.
    unsafe { riscv::interrupt::enable() };
}

/// Keeps `mstatus` as it was, and sets all that was set: nothing clears another bit of it within a critical section. Three
/// instructions less than that of `riscv`, which asks whether interrupts were on.
struct SingleHart;
critical_section::set_impl!(SingleHart);

/// The bit of `mstatus` that lets interrupts in.
const MIE: usize = 8;

// SAFETY: there is one hart, and what it runs comes back here by an interrupt alone.
#[allow(unsafe_code)]
unsafe impl critical_section::Impl for SingleHart {
    #[inline]
    unsafe fn acquire() -> RawRestoreState {
        let before: usize;
        // SAFETY: masks interrupts, and nothing else; no memory access moves across it.
        unsafe { asm!("csrrci {}, mstatus, {}", out(reg) before, const MIE, options(nostack)) };
        before
    }

    #[inline]
    unsafe fn release(before: RawRestoreState) {
        // SAFETY: lets interrupts in if they were before.
        unsafe { asm!("csrs mstatus, {}", in(reg) before, options(nostack)) };
    }
}

/// Raises the interrupt of [`on_pend`](super::on_pend), from anywhere.
#[inline]
pub fn pend() {
    write(MSIP, 1);
}

/// Instructions that have run.
pub fn instructions() -> u32 {
    minstret::read() as u32
}

#[riscv_rt::core_interrupt(Interrupt::MachineTimer)]
fn timer() {
    let next = critical_section::with(|cs| {
        let (moment, again) = NEXT.borrow(cs).get();
        let next = again.map(|again| moment + again);
        NEXT.borrow(cs).set((next.unwrap_or(moment), again));
        next
    });
    ring_at(next.unwrap_or(u64::MAX));
    TIMER.run();
}

#[riscv_rt::core_interrupt(Interrupt::MachineSoft)]
fn software() {
    write(MSIP, 0);
    PENDED.run();
}

#[allow(unsafe_code)]
#[unsafe(export_name = "ExceptionHandler")]
fn exception(_: &riscv_rt::TrapFrame) -> ! {
    exit(FAULTED)
}
