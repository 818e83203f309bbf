//! Writes the memory layout of the board that the target is run on, and how fast its timer goes.

use std::path::PathBuf;
use std::{env, fs};

/// Where memory begins and how much there is, and how often SysTick counts in a millisecond after reset.
struct Board {
    flash: (u32, &'static str),
    ram: (u32, &'static str),
    timer_khz: u32,
}

/// Texas Instruments LM3S6965, a Cortex-M3.
const LM3S6965: Board = Board { flash: (0, "256K"), ram: (0x2000_0000, "64K"), timer_khz: 12_500 };
/// The nRF51822 of a micro:bit, a Cortex-M0; what fits here runs on the LM3S6965 too, and counts as there.
const NRF51822: Board = Board { ram: (0x2000_0000, "16K"), ..LM3S6965 };
/// The MPS2 of Arm, with a Cortex-M4.
const AN386: Board = Board { flash: (0, "4M"), ram: (0x2000_0000, "4M"), timer_khz: 25_000 };
/// The MPS2 of Arm, with a Cortex-M33 that is secure.
const AN505: Board = Board { flash: (0x1000_0000, "4M"), ram: (0x3800_0000, "2M"), timer_khz: 20_000 };

/// QEMU's own board: everything lies in RAM.
const VIRT: &str = r#"
MEMORY
{
  RAM : ORIGIN = 0x80000000, LENGTH = 16M
}
REGION_ALIAS("REGION_TEXT", RAM);
REGION_ALIAS("REGION_RODATA", RAM);
REGION_ALIAS("REGION_DATA", RAM);
REGION_ALIAS("REGION_BSS", RAM);
REGION_ALIAS("REGION_HEAP", RAM);
REGION_ALIAS("REGION_STACK", RAM);
"#;

impl Board {
    fn layout(&self) -> String {
        let Self { flash, ram, .. } = self;
        format!(
            "MEMORY\n{{\n  FLASH : ORIGIN = {:#010x}, LENGTH = {}\n  RAM   : ORIGIN = {:#010x}, LENGTH = {}\n}}\n",
            flash.0, flash.1, ram.0, ram.1
        )
    }
}

fn main() {
    let target = env::var("TARGET").expect("cargo names the target");
    let board = match target.as_str() {
        "thumbv6m-none-eabi" => Some(NRF51822),
        "thumbv7m-none-eabi" => Some(LM3S6965),
        "thumbv7em-none-eabihf" => Some(AN386),
        "thumbv8m.main-none-eabihf" => Some(AN505),
        "riscv32imac-unknown-none-elf" | "riscv32imc-unknown-none-elf" => None,
        other => panic!("no board is known for {other}; .cargo/config.toml has a runner for those that are"),
    };
    let layout = match board {
        Some(board) => {
            println!("cargo:rustc-env=TIMER_KHZ={}", board.timer_khz);
            // The sections need no page of their own each: there is no loader.
            println!("cargo:rustc-link-arg-bins=--nmagic");
            board.layout()
        }
        None => {
            // The script of `riscv-rt` does not name the layout itself.
            println!("cargo:rustc-link-arg-bins=-Tmemory.x");
            VIRT.to_owned()
        }
    };
    let out = PathBuf::from(env::var("OUT_DIR").expect("cargo gives a folder to write to"));
    fs::write(out.join("memory.x"), layout).expect("the folder can be written to");
    println!("cargo:rustc-link-search={}", out.display());
    println!("cargo:rustc-link-arg-bins=-Tlink.x");
    if env::var_os("CARGO_FEATURE_DEFMT").is_some() {
        println!("cargo:rustc-link-arg-bins=-Tdefmt.x");
    }
}
