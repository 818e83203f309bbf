//! The same crate of actors does the same on both backends.
#![allow(missing_docs)]

use plant_hosted::day;
use plant_hosted::on_tokio::OnTokio;
use plant_hosted::on_worker::OnWorker;

#[test]
fn both_backends_see_the_same_day() {
    assert_eq!(day(&mut OnTokio::start()), day(&mut OnWorker::start()));
}
