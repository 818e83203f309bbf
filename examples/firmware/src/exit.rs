//! Ends of a run, as the exit code of the emulator.

#[cfg(not(feature = "resets"))]
use core::panic::PanicInfo;

use semihosting::process;

/// All went as it should.
pub const WELL: i32 = 0;
/// Somebody panicked.
pub const PANICKED: i32 = 101;
/// The core met an instruction it cannot run, or an address that is not there.
pub const FAULTED: i32 = 102;

/// Ends the run.
#[cold]
pub fn exit(code: i32) -> ! {
    process::exit(code)
}

#[cfg(not(any(feature = "nopanic", feature = "resets")))]
#[panic_handler]
fn panicked(_: &PanicInfo<'_>) -> ! {
    exit(PANICKED)
}

/// Does not link where a panic is left.
#[cfg(all(feature = "nopanic", not(feature = "resets")))]
#[panic_handler]
#[allow(unsafe_code)]
fn panicked(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn this_firmware_can_panic() -> !;
    }
    this_firmware_can_panic()
}
