//! What the worker does while no actor has anything to do.

/// Sleeps until an interrupt, unless `is_ready` says that there is something to do.
///
/// Interrupts are masked between the question and the sleep: one that comes there wakes the core all the same, and
/// is served when the mask is lifted. The mask is PRIMASK, which `wfi` sees through; one made with BASEPRI it would
/// sleep behind.
#[cfg(all(target_arch = "arm", target_os = "none"))]
#[inline]
pub(super) fn until(is_ready: impl FnOnce() -> bool) {
    // SAFETY: masks interrupts, and nothing else.
    unsafe { core::arch::asm!("cpsid i", options(nostack, preserves_flags)) };
    if !is_ready() {
        // SAFETY: waits for an interrupt, and nothing else.
        unsafe { core::arch::asm!("dsb", "wfi", options(nostack, preserves_flags)) };
    }
    // SAFETY: the worker runs in thread mode with interrupts on; it masked them above.
    unsafe { core::arch::asm!("cpsie i", options(nostack, preserves_flags)) };
}

/// As on Arm: `wfi` returns for an interrupt that is enabled in `mie`, whether or not `mstatus` lets it through.
#[cfg(all(target_arch = "riscv32", target_os = "none"))]
#[inline]
pub(super) fn until(is_ready: impl FnOnce() -> bool) {
    // SAFETY: masks interrupts, and nothing else.
    unsafe { core::arch::asm!("csrci mstatus, 8", options(nostack)) };
    if !is_ready() {
        // SAFETY: waits for an interrupt, and nothing else.
        unsafe { core::arch::asm!("wfi", options(nostack)) };
    }
    // SAFETY: the worker runs outside of interrupts, with interrupts on; it masked them above.
    unsafe { core::arch::asm!("csrsi mstatus, 8", options(nostack)) };
}

/// Lets the core breathe, unless `is_ready` says that there is something to do.
#[cfg(not(all(any(target_arch = "arm", target_arch = "riscv32"), target_os = "none")))]
#[inline]
pub(super) fn until(is_ready: impl FnOnce() -> bool) {
    if !is_ready() {
        core::hint::spin_loop();
    }
}
