//! Writes the memory layout of the board that the target is run on.

use std::path::PathBuf;
use std::{env, fs};

/// Texas Instruments LM3S6965, a Cortex-M3.
const LM3S6965: &str = "\
MEMORY
{
  FLASH : ORIGIN = 0x00000000, LENGTH = 256K
  RAM   : ORIGIN = 0x20000000, LENGTH = 64K
}
";

/// The nRF51822 of a micro:bit, a Cortex-M0; what fits here runs on the LM3S6965 too.
const NRF51822: &str = "\
MEMORY
{
  FLASH : ORIGIN = 0x00000000, LENGTH = 256K
  RAM   : ORIGIN = 0x20000000, LENGTH = 16K
}
";

fn main() {
    let target = env::var("TARGET").expect("cargo names the target");
    let layout = match target.as_str() {
        "thumbv7m-none-eabi" => LM3S6965,
        "thumbv6m-none-eabi" => NRF51822,
        other => panic!("no board is known for {other}; build for thumbv7m-none-eabi or thumbv6m-none-eabi"),
    };
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo gives a folder to write to"));
    fs::write(out.join("memory.x"), layout).expect("the folder can be written to");
    println!("cargo:rustc-link-search={}", out.display());
    // The sections need no page of their own each: there is no loader.
    println!("cargo:rustc-link-arg-bins=--nmagic");
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    println!("cargo:rerun-if-changed=build.rs");
}
