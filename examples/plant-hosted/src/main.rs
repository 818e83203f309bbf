//! Runs a day at the pumping station on both backends, and prints what both of them saw.

use plant_hosted::on_tokio::OnTokio;
use plant_hosted::on_worker::OnWorker;
use plant_hosted::{Chapter, day};

fn main() -> Result<(), String> {
    let on_tokio = day(&mut OnTokio::start());
    let on_worker = day(&mut OnWorker::start());
    for (Chapter { title, events }, other) in on_tokio.iter().zip(&on_worker) {
        println!("{title}");
        for event in events {
            println!("    {event:?}");
        }
        if *events != other.events {
            return Err(format!("the worker saw something else: {:?}", other.events));
        }
    }
    println!("both backends saw the same");
    Ok(())
}
